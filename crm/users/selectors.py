"""Questions about people and teams. Within one request or job each is asked once."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.utils import timezone

from crm.ground.addresses import email_key
from crm.ground.text import sort_key
from crm.tenants.memo import memo
from crm.tenants.models import SetupVersion, Tenant
from crm.tenants.prepared import prepared
from crm.users.invitations import hash_of
from crm.users.models import Invitation, Membership, Role, Team, User
from crm.users.settings import OWN_TIME_ZONE


def members(active_only: bool = True) -> list[Membership]:
    """Return the workspace's people by name, with role and team."""
    return [member for member in _everybody() if member.is_active or not active_only]


@memo("users.members")
def _everybody() -> list[Membership]:
    return _member_rows()


@prepared
def _member_rows() -> QuerySet[Membership]:
    return Membership.objects.select_related("role", "team").order_by("name_key", "id")


@memo("users.member")
def member(member_id: UUID) -> Membership | None:
    """Return the person of this workspace with that id, active or not, with role and team."""
    return next(iter(_member_row(member_id=member_id)), None)


@prepared
def _member_row(*, member_id: UUID) -> QuerySet[Membership]:
    return Membership.objects.select_related("role", "team").filter(pk=member_id)


def member_of_user(user_id: UUID | str, *, is_active: bool = True) -> Membership | None:
    """Return who that user is in the current workspace."""
    people = Membership.objects.select_related("role", "team")
    return people.filter(user_id=user_id, is_active=is_active).first()


def member_by_name_or_email(text: str) -> Membership | None:
    """Return who is meant by ``text``: by e-mail when it is one, else by a name that only one person has."""
    if key := email_key(text):
        return _by_email().get(key)
    called = members_called(text)
    return called[0] if len(called) == 1 else None


def members_called(name: str) -> list[Membership]:
    """Return everybody of that name, active or not."""
    return _by_name().get(sort_key(name)[:200], [])


def shown_name(person: Membership) -> str:
    """Return the name by which one chooses ``person``: with the e-mail where another active person has it, too."""
    same = [one for one in members_called(person.name) if one.is_active and one.pk != person.pk]
    return with_email(person) if same else person.name


def told_apart(person: Membership) -> str:
    """Return what a page shows ``person`` by: with the e-mail where others have the name, too, be it one who has
    left."""
    return with_email(person) if person.name_key in _shared_names() else person.name


@memo("users.shared_names", of_setup=True)
def _shared_names() -> frozenset[str]:
    return frozenset(_names_of_several())


@prepared
def _names_of_several() -> QuerySet[Membership, str]:
    """The names (``name_key``) that several people have, at least one of them active."""
    named = Membership.objects.order_by().values("name_key")
    named = named.annotate(people=Count("pk"), active=Count("pk", filter=Q(is_active=True)))
    return named.filter(people__gt=1, active__gt=0).values_list("name_key", flat=True)


def with_email(person: Membership) -> str:
    return f"{person.name} ({person.email})" if person.email and person.email != person.name else person.name


@memo("users.members.by_email")
def _by_email() -> dict[str, Membership]:
    return {one.email: one for one in members(active_only=False) if one.email}


@memo("users.members.by_name")
def _by_name() -> dict[str, list[Membership]]:
    found: dict[str, list[Membership]] = {}
    for one in members(active_only=False):
        found.setdefault(sort_key(one.name)[:200], []).append(one)
    return found


def zone_of(person: Membership) -> ZoneInfo:
    """Return the time zone that ``person`` lives by: their own, or else the workspace's."""
    return ZoneInfo(OWN_TIME_ZONE.value(person.user))


@memo("users.roles", of_setup=True)
def roles() -> list[Role]:
    """Return the workspace's roles in their order."""
    return list(Role.objects.order_by("order", "name"))


@memo("users.teams", of_setup=True)
def teams() -> list[Team]:
    """Return the workspace's teams by name; each has ``member_ids``, those of its people, active or not."""
    return sorted(_team_rows(), key=lambda team: sort_key(team.name))


@prepared
def _team_rows() -> QuerySet[Team]:
    people = Membership.objects.filter(team_id=OuterRef("pk")).values("pk")
    return Team.objects.annotate(member_ids=ArraySubquery(people))


@memo("users.teams.tree")
def team_tree_ids(team: Team) -> frozenset[UUID]:
    """Return the ids of ``team`` and of all teams below it."""
    found = {team.pk}
    while more := {one.pk for one in teams() if one.parent_id in found} - found:
        found |= more
    return frozenset(found)


@memo("users.teams.people")
def teammate_ids(team: Team) -> frozenset[UUID]:
    """Return the ids of the people in ``team`` and in all teams below it."""
    tree = team_tree_ids(team)
    return frozenset(
        person
        for one in teams()
        if one.pk in tree
        for person in one.member_ids  # type: ignore[attr-defined]
    )


def open_invitation(invitation_id: UUID | str) -> Invitation | None:
    """Return the invitation with that id while it can be accepted."""
    return _open_invitations().filter(pk=invitation_id).first()


def invitation_of_token(token: str) -> Invitation | None:
    """Return the invitation that the link's ``token`` opens, while it can be accepted."""
    return _open_invitations().filter(token_hash=hash_of(token.partition(".")[0])).first()


def member_who_took(token: str) -> Membership | None:
    """Return the active member who came by the link's ``token``."""
    taken = Invitation.objects.filter(token_hash=hash_of(token.partition(".")[0])).exclude(accepted_at=None)
    found = taken.filter(membership__is_active=True).select_related("membership__user").first()
    return found.membership if found else None


def pending_invitations() -> dict[UUID, Invitation]:
    """Return the open invitation of each member who has not come yet, by the member's id."""
    return {invitation.membership_id: invitation for invitation in _open_invitations().order_by("created_at")}


def _open_invitations() -> QuerySet[Invitation]:
    still_open = Invitation.objects.filter(
        accepted_at=None, expires_at__gt=timezone.now(), membership__user=None, membership__is_active=True
    )
    return still_open.select_related("membership", "membership__role", "membership__team", "invited_by")


def workspaces_of(user: User) -> list[Tenant]:
    """Return the workspaces in which ``user`` is an active member, by name. Needs no tenant."""
    theirs = Tenant.objects.filter(pk__in=RawSQL("SELECT workspaces_of_user(%s)", [user.pk]))
    return sorted(theirs, key=lambda tenant: sort_key(tenant.name))


@prepared
def workspace_at(*, slug: str, user_id: UUID) -> QuerySet[Tenant]:
    """The workspace at that address, with ``others``: name and slug of the person's other ones, and with the number of
    its setup. Needs no tenant."""
    theirs = Tenant.objects.filter(pk__in=RawSQL("SELECT workspaces_of_user(%s)", [user_id])).exclude(slug=slug)
    named = theirs.values(named=JSONObject(name="name", slug="slug"))
    number = SetupVersion.objects.filter(pk=OuterRef("pk")).values("number")
    return Tenant.objects.filter(slug=slug).annotate(others=ArraySubquery(named), setup_number=Subquery(number))


def workspaces_closed_to(user: User) -> list[Tenant]:
    """Return the workspaces in which ``user`` was deactivated, by name. Needs no tenant."""
    theirs = Tenant.objects.filter(pk__in=RawSQL("SELECT workspaces_closed_to_user(%s)", [user.pk]))
    return sorted(theirs, key=lambda tenant: sort_key(tenant.name))


def is_member_elsewhere(user: User) -> bool:
    """Whether ``user`` belongs to another workspace than the current one, active there or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_member_elsewhere(%s)", [user.pk])
        return bool(cursor.fetchone()[0])


def tenant_of_slug(slug: str) -> Tenant | None:
    """Return the workspace at that address."""
    return Tenant.objects.filter(slug=slug).first()


def has_account(email: str) -> bool:
    """Whether somebody signs in with this e-mail address."""
    return User.objects.filter(email=email_key(email)).exists()
