"""Who may do what with which record.

A role grants each verb on each record type a scope, and each scope holds the one before:

* ``none``;
* ``own``: records that I own;
* ``team``: also those of my team and the teams below it. A record's team is its own one, or else its owner's.
  A record with neither owner nor team lies in the pool, and the pool is everybody's team;
* ``all``.

Who may set up the workspace reaches everything. Nobody edits or deletes what they may not view.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.tenants.memo import memo
from crm.tenants.prepared import prepared
from crm.users.models import Membership, Role
from crm.users.roles import Grant, shipped_grant, type_keys
from crm.users.selectors import roles, team_tree_ids, teammate_ids, teams, with_email
from crm.users.settings import TYPES_OFF

VERBS = ("view", "create", "edit", "delete")
SCOPES = ("none", "own", "team", "all")
NOTHING = Q(pk__in=())
HIDDEN, READ_ONLY = "hidden", "read_only"  # what a role may not do with a field: see it, or change it
HIDDEN_NAME = gettext_lazy("Hidden")  # stands for the name of a record that the viewer may not see
NO_FIELDS: frozenset[str] = frozenset()
VERB_LABELS = {
    "view": gettext_lazy("see"),
    "create": gettext_lazy("create"),
    "edit": gettext_lazy("change"),
    "delete": gettext_lazy("delete"),
}


def scope_of(actor: Membership, verb: str, key: str) -> str:
    """Return how far ``verb`` reaches for ``actor`` on the record type ``key``: one of ``SCOPES``.

    Nobody reaches a type that the workspace does without.
    """
    if key in TYPES_OFF.value():
        return "none"
    role = actor.role
    if role.can_set_up:
        return "all"
    granted = granted_to(role, key)
    scope = granted.get(verb, "none")
    if verb in ("edit", "delete"):
        return min(scope, granted.get("view", "none"), key=SCOPES.index)
    return scope


def granted_to(role: Role, key: str) -> Grant:
    """Return the scope of each verb that ``role`` has on records of the type ``key``."""
    granted: Grant | None = role.access.get(key)
    return shipped_grant(role.key, key) if granted is None else granted  # None: the type has come since it was saved


def limited_fields(actor: Membership, key: str, limit: str) -> frozenset[str]:
    """Return the names of the fields of the type ``key`` that are "hidden" from ``actor``, or "read_only" to them."""
    role = actor.role
    limits = {} if role.can_set_up else role.fields.get(key)
    return frozenset(name for name, kept in limits.items() if kept == limit) if limits else NO_FIELDS


def is_hidden_from_some(key: str, field: str) -> bool:
    """Whether there is a role that does not see ``field`` of the type ``key``: it is said in no text that all read."""
    return any(role.fields.get(key, {}).get(field) == HIDDEN for role in roles() if not role.can_set_up)


def may(actor: Membership, verb: str, key: str) -> bool:
    """Whether ``actor`` may do ``verb`` to at least some records of the type ``key``."""
    return scope_of(actor, verb, key) != "none"


def can(actor: Membership, verb: str, record: Any) -> bool:
    """Whether ``actor`` may do ``verb`` to ``record``."""
    scope = scope_of(actor, verb, record.type_key)
    if scope == "team":
        return record.owner_id == actor.pk or _in_pool(record) or _of_team(actor, record)
    return scope == "all" or (scope == "own" and record.owner_id == actor.pk)


def hide_from(actor: Membership, record: Any) -> None:
    """Mark ``record``, to which something that ``actor`` sees points, if ``actor`` may not see the record itself."""
    if record is not None and not can(actor, "view", record):
        record.is_hidden = True


def may_own(member: Membership) -> bool:
    """Whether ``member`` changes records at all: who may only look on is not offered as the owner of any."""
    return member.role.can_set_up or any(may(member, "edit", key) for key in type_keys())


@memo("users.owner_names")
def owner_names() -> list[tuple[UUID, str]]:
    """Return id and ``shown_name`` of those active people who ``may_own``, by name: all that a select needs, in one
    statement."""
    found = _active_people()
    called = Counter(one.name_key for one in found)
    return [(one.pk, with_email(one) if called[one.name_key] > 1 else one.name) for one in found if may_own(one)]


@memo("users.active_people", of_setup=True)
def _active_people() -> list[Membership]:
    return _active_rows()


@prepared
def _active_rows() -> QuerySet[Membership]:
    people = Membership.objects.filter(is_active=True).order_by("name_key", "id").select_related("role")
    return people.only("name", "name_key", "email", "role__key", "role__can_set_up", "role__access")


def visible(actor: Membership, queryset: QuerySet, verb: str = "view") -> QuerySet:
    """Return those of ``queryset`` that ``actor`` may view (or do ``verb`` to), as they may see them.

    Ids are compared with literal ids, so that indexes on owner and team serve under row-level security.
    """
    within = reach(actor, queryset.model.type_key, verb)
    if within == NOTHING:
        return queryset.none()
    seen: QuerySet = queryset.shown_to(actor)  # type: ignore[attr-defined]
    return seen if within is None else seen.filter(within)


def reach(actor: Membership, key: str, verb: str = "view", path: str = "") -> Q | None:
    """Return the condition for what ``actor`` may view (or do ``verb`` to) of the record type ``key``.

    None: all of it. ``path`` leads to these records from those that are asked for: ``account__``.
    """
    scope, ids = sight_of(actor, key, verb)
    return _within(scope, path, **ids)


def sight_of(actor: Membership, key: str, verb: str = "view") -> tuple[str, dict[str, Any]]:
    """What ``reach`` goes by, for ``@prepared``: the scope, which is part of a text, and the ids, which are values."""
    scope = scope_of(actor, verb, key)
    ids: dict[str, Any] = {} if scope in ("all", "none") else {"me": actor.pk}
    if scope == "team" and actor.team:
        ids["team_tree"] = tuple(sorted(team_tree_ids(actor.team)))
        ids["teammates"] = tuple(sorted(teammate_ids(actor.team)))
    return scope, ids


def in_sight(rows: QuerySet, scope: str, **ids: Any) -> QuerySet:
    """Those of ``rows`` that whoever has this ``sight_of`` them may view. They come whole: who asks hides fields."""
    within = _within(scope, **ids)
    return rows if within is None else rows.none() if within == NOTHING else rows.filter(within)


def _within(
    scope: str,
    path: str = "",
    *,
    me: UUID | None = None,
    team_tree: Sequence[UUID] = (),
    teammates: Sequence[UUID] = (),
) -> Q | None:
    if scope == "all":
        return None
    if scope == "none":
        return NOTHING
    owner, team = f"{path}owner_id", f"{path}team_id"
    found = Q(**{owner: me})
    if scope == "team":
        found |= Q(**{team: None, owner: None})
        if team_tree:
            found |= Q(**{f"{team}__in": team_tree})
            found |= Q(**{team: None, f"{owner}__in": teammates})
    return found


def of_teams(team_ids: Iterable[UUID]) -> Q:
    """Return the condition for records of these teams: a record's team is its own one, or else its owner's.

    ``team_of`` says the same of one record.
    """
    wanted = sorted(team_ids)
    people = sorted(person for one in teams() if one.pk in wanted for person in one.member_ids)  # type: ignore[attr-defined]
    return Q(team_id__in=wanted) | Q(team_id=None, owner_id__in=people)


def without_team() -> Q:
    """Return the condition for records that are of no team, be it by themselves or by their owner."""
    people = Membership.objects.exclude(team=None).order_by().values("pk")
    return Q(team_id=None) & (Q(owner_id=None) | ~Q(owner_id__in=people))


def team_of(record: Any) -> UUID | None:
    """Return the id of the team that ``record`` counts for."""
    if record.team_id is not None or record.owner_id is None:
        return record.team_id
    return next((one.pk for one in teams() if record.owner_id in one.member_ids), None)  # type: ignore[attr-defined]


def why(actor: Membership, verb: str, record: Any, records: str) -> str:
    """Return in one sentence why ``actor`` may, or may not, do ``verb`` to ``record``, one of the ``records``."""
    scope = scope_of(actor, verb, record.type_key)
    words = {
        "role": actor.role.name,
        "verb": VERB_LABELS[verb],
        "records": records,
    }
    if not can(actor, verb, record):
        return _REFUSALS[scope] % words
    if scope == "all":
        return _("The role “%(role)s” may %(verb)s all %(records)s.") % words
    if record.owner_id == actor.pk:
        return _("You own it.")
    if _in_pool(record):
        return _("It has neither an owner nor a team yet, so it is everybody's.")
    return _("It belongs to your team.")


def least_role() -> Role:
    """Return the role with which somebody new can work but reaches the least, by what roles may do, not by their names.

    One that may only read is no start for a colleague; it is taken where all others could set up the workspace.
    """
    works = [role for role in roles() if not role.can_set_up and _reach(role, "create")]
    return min(works or roles(), key=lambda role: (role.can_set_up, role.can_import, _reach(role), role.can_export))


def _reach(role: Role, *verbs: str) -> int:
    """How much ``role`` grants of ``verbs`` (all of them when none is named), as a number to compare."""
    granted = [granted_to(role, key).get(verb, SCOPES[0]) for key in type_keys() for verb in verbs or VERBS]
    return sum(SCOPES.index(scope) for scope in granted)


_REFUSALS = {
    "none": gettext_lazy("The role “%(role)s” may not %(verb)s %(records)s."),
    "own": gettext_lazy("The role “%(role)s” may %(verb)s only %(records)s that you own."),
    "team": gettext_lazy("The role “%(role)s” may %(verb)s only %(records)s of your team, or of nobody."),
}


def _in_pool(record: Any) -> bool:
    return record.owner_id is None and record.team_id is None


def _of_team(actor: Membership, record: Any) -> bool:
    if actor.team is None:
        return False
    if record.team_id is not None:
        return record.team_id in team_tree_ids(actor.team)
    return record.owner_id in teammate_ids(actor.team)
