"""People, teams and roles: every change to who may be here and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, ProtectedError
from django.db.transaction import atomic
from django.utils.translation import gettext as _

from crm import events
from crm.events.types import EventType
from crm.ground.addresses import LONGEST_EMAIL, email_key, refuse_unseen
from crm.ground.text import sort_key
from crm.tenants.locks import wait_for_turn
from crm.tenants.memo import forget
from crm.users.access import HIDDEN, READ_ONLY, SCOPES, VERBS, granted_to, least_role
from crm.users.events import (
    MEMBER_CHANGED,
    MEMBER_IMPORTED,
    ROLE_CHANGED,
    ROLE_CREATED,
    ROLE_DELETED,
    TEAM_CHANGED,
    TEAM_CREATED,
    TEAM_DELETED,
)
from crm.users.leaving import end_sessions
from crm.users.models import Membership, Role, Team
from crm.users.roles import limitable_fields, why_unmade
from crm.users.selectors import member_by_name_or_email, roles, team_tree_ids, workspaces_of
from crm.users.settings import OWN_LANGUAGE, OWN_TIME_ZONE

LONGEST_NAME = 200

# People


@atomic
def update_profile(*, actor: Membership, name: str, language: str, time_zone: str) -> None:
    """Change what ``actor`` is called, and how pages are shown to them everywhere ("" = as each workspace says)."""
    person = actor.user
    assert person is not None
    person.name = name.strip()
    OWN_LANGUAGE.assign(person, language or None)
    OWN_TIME_ZONE.assign(person, time_zone or None)
    person.save(update_fields=["name", "language", "time_zone"])
    _rename(actor=actor, member=actor, name=name)


@atomic
def update_member(
    *, actor: Membership, member: Membership, role: Role, team: Team | None, is_active: bool, name: str
) -> None:
    """Change a member. Whoever is the last that can set up the workspace keeps that: ``ValidationError``."""
    _lock_admins()
    was_active = member.is_active
    _rename(actor=actor, member=member, name=name)
    _update(
        row=member,
        actor=actor,
        event_type=MEMBER_CHANGED,
        values={"role": role, "team": team, "is_active": is_active},
    )
    _keep_an_admin()
    if was_active and not is_active and member.user and not workspaces_of(member.user):
        end_sessions(member.user)


@atomic
def ensure_member(*, actor: Membership, name: str) -> Membership:
    """Return the member meant by ``name`` (or an e-mail); one whom nobody knows is created, inactive, as an owner of
    imported records until they are invited."""
    wait_for_turn("ensure_member")  # another import may be adding the same person
    forget("users.")
    if known := member_by_name_or_email(name):
        return known
    email = address_key(name) if "@" in name else ""
    name = name.strip()
    if not email and len(name) > LONGEST_NAME:
        raise ValidationError(_("A name of a person has at most %(most)d characters.") % {"most": LONGEST_NAME})
    member = create_member(name=name, email=email, role=least_role(), is_active=False)
    events.record(MEMBER_IMPORTED, record=member, actor=actor)
    return member


def address_key(text: str) -> str:
    """The ``email_key`` of an address by which somebody signs in. Refused (``ValidationError``): what mail systems do
    not take, and characters that nobody sees, which the key may not show any more."""
    try:
        refuse_unseen(text.strip())
    except ValidationError as error:
        raise ValidationError({"email": error.messages}) from None
    email = email_key(text)
    if len(email) > LONGEST_EMAIL:
        words = {"most": LONGEST_EMAIL, "count": len(email)}
        raise ValidationError(
            {"email": _("An e-mail address has at most %(most)d characters. This one has %(count)d.") % words}
        )
    return email


def create_member(*, name: str, **values: Any) -> Membership:
    """Make a place for somebody in the current workspace; records no event."""
    name = name[:LONGEST_NAME]  # only an address, standing in for a name, is longer
    forget("users.")
    return Membership.objects.create(name=name, name_key=sort_key(name)[:200], **values)


def personal_name(name: str, email: str) -> str:
    """The name without spaces around it. Somebody else's address would have files give their records to this person."""
    name = name.strip()
    if "@" in name and email_key(name) != email:
        raise ValidationError({"name": _("A name is not an e-mail address.")})
    return name


def _rename(*, actor: Membership, member: Membership, name: str) -> None:
    name = personal_name(name, member.email)
    if not name:
        raise ValidationError({"name": _("Give a name.")})
    member.name_key = sort_key(name)[:200]
    _update(row=member, actor=actor, event_type=MEMBER_CHANGED, values={"name": name}, also=["name_key"])


# Teams


@atomic
def create_team(*, actor: Membership, name: str, parent: Team | None = None) -> Team:
    """Create a team, below ``parent`` when one is given."""
    team = Team(name=_free_name(Team(name=name)), parent=parent)
    team.save()
    forget("users.")
    events.record(TEAM_CREATED, record=team, actor=actor, data={"name": team.name})
    return team


@atomic
def update_team(*, actor: Membership, team: Team, name: str, parent: Team | None) -> None:
    """Rename a team, or move it with all below it. It cannot be put below itself: ``ValidationError``."""
    if parent is not None and parent.pk in team_tree_ids(team):
        raise ValidationError({"parent": _("A team cannot be below itself.")})
    name = _free_name(Team(pk=team.pk, name=name))
    _update(row=team, actor=actor, event_type=TEAM_CHANGED, values={"name": name, "parent": parent})


@atomic
def delete_team(*, actor: Membership, team: Team) -> None:
    """Delete a team that has no people, no teams below it and no records: else ``ValidationError``."""
    events.record(TEAM_DELETED, record=team, actor=actor, data={"name": team.name})
    _delete(team, _("“%(name)s” still has people, teams below it or records. Move them first."))


# Roles


@atomic
def create_role(
    *,
    actor: Membership,
    name: str,
    access: dict[str, dict[str, str]],
    can_set_up: bool = False,
    can_import: bool = False,
    can_export: bool = False,
) -> Role:
    """Create a role; ``access`` maps each record type's key to ``{verb: scope}``."""
    role = Role(name=_free_name(Role(name=name)), access=_clean_access(access), order=len(roles()) + 1)
    role.can_set_up, role.can_import, role.can_export = can_set_up, can_import, can_export
    role.save()
    forget("users.")
    events.record(ROLE_CREATED, record=role, actor=actor, data={"name": role.name, "access": role.access})
    return role


@atomic
def update_role(
    *,
    actor: Membership,
    role: Role,
    name: str,
    access: dict[str, dict[str, str]],
    can_set_up: bool,
    can_import: bool,
    can_export: bool,
) -> None:
    """Change a role for all who have it. Somebody must remain who can set up the workspace: ``ValidationError``.

    Who is to create records must be able to write what each of them needs: ``ValidationError`` by type, as
    ``leads-create``.
    """
    _lock_admins()
    _hold(role)
    values = {
        "name": _free_name(Role(pk=role.pk, name=name)),
        "access": _clean_access(access),
        "can_set_up": can_set_up,
        "can_import": can_import,
        "can_export": can_export,
    }
    _refuse_unmade(Role(key=role.key, fields=role.fields, access=values["access"], can_set_up=can_set_up))
    _update(row=role, actor=actor, event_type=ROLE_CHANGED, values=values)
    _keep_an_admin()


@atomic
def limit_fields(*, actor: Membership, role: Role, key: str, limits: Mapping[str, str]) -> None:
    """Hide fields of the type ``key`` from the role, or let it only read them (``access.HIDDEN``, ``READ_ONLY``).

    ``limits`` are those of all fields that can be limited now: one that is not among them is seen, and changed as
    records may be. Of an own field that was taken away the limit stays, as it may come back. Refused with a
    ``ValidationError``, as by ``update_role``, where people of the role could create no records any more.
    """
    _hold(role)
    if set(limits.values()) - {HIDDEN, READ_ONLY}:
        raise ValidationError(_("“%(key)s”: unknown limit."), params={"key": key})
    here = limitable_fields(key)
    if never := sorted(limits.keys() - here):
        raise ValidationError(_("No role can be kept from “%(fields)s”."), params={"fields": ", ".join(never)})
    resting = {name: kept for name, kept in role.fields.get(key, {}).items() if name not in here}
    others = {name: kept for name, kept in role.fields.items() if name != key}
    fields = {**others, key: dict(sorted((resting | dict(limits)).items()))} if resting or limits else others
    _refuse_unmade(Role(key=role.key, fields=fields, access=role.access, can_set_up=role.can_set_up))
    _update(row=role, actor=actor, event_type=ROLE_CHANGED, values={"fields": fields})


@atomic
def delete_role(*, actor: Membership, role: Role) -> None:
    """Delete a role that nobody has: else ``ValidationError``."""
    events.record(ROLE_DELETED, record=role, actor=actor, data={"name": role.name})
    _delete(role, _("People still have the role “%(name)s”. Give them another first."))


def _clean_access(access: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    for key, scopes in access.items():
        if set(scopes) - set(VERBS) or set(scopes.values()) - set(SCOPES):
            raise ValidationError(_("“%(key)s”: unknown verb or scope."), params={"key": key})
    return {key: {verb: scopes.get(verb, "none") for verb in VERBS} for key, scopes in access.items()}


def _hold(role: Role) -> None:
    """Let nobody else change the role before the transaction ends: its limits go with its rights."""
    role.refresh_from_db(from_queryset=Role.objects.select_for_update())


def _refuse_unmade(role: Role) -> None:
    """Refuse ``role``, as it is to be, where its people may create records, but not write what each of them needs."""
    for key, limits in role.fields.items() if not role.can_set_up else ():
        may_create = granted_to(role, key).get("create", "none") != "none"
        if may_create and (text := why_unmade(key, limits)):
            raise ValidationError({f"{key}-create": text})


# What they share


def _lock_admins() -> None:
    # One change at a time: else two admins could take each other's role in the same moment.
    list(Role.objects.filter(can_set_up=True).order_by("pk").select_for_update())


def _keep_an_admin() -> None:
    if not Membership.objects.filter(role__can_set_up=True, is_active=True).exclude(user=None).exists():
        raise ValidationError(_("Somebody must be able to set up the workspace. Make another person an admin first."))


def _free_name(row: Any) -> str:
    name = row.name.strip()
    if not name:
        raise ValidationError({"name": _("Give a name.")})
    if type(row).objects.filter(name=name).exclude(pk=row.pk).exists():
        raise ValidationError({"name": _("“%(name)s” exists already.") % {"name": name}})
    return name


def _update(
    *, row: Any, actor: Membership, event_type: EventType, values: dict[str, Any], also: list[str] | None = None
) -> None:
    changes = {
        field: [_json(getattr(row, field)), _json(value)]
        for field, value in values.items()
        if getattr(row, field) != value
    }
    if not changes:
        return
    for field in changes:
        setattr(row, field, values[field])
    row.save(update_fields=[*changes, *(also or [])])
    forget("users.")
    events.record(event_type, record=row, actor=actor, changes=changes)


def _json(value: Any) -> Any:
    return {"id": str(value.pk), "label": str(value)} if isinstance(value, Model) else value


def _delete(row: Any, refusal: str) -> None:
    try:
        row.delete()
    except ProtectedError:
        raise ValidationError(refusal % {"name": row.name}) from None
    forget("users.")
