"""Which saved views a person has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.ground.ids import uuid_of
from crm.queries.condition import kept_leaves
from crm.saved_views.models import Audience, PinnedView, SavedView
from crm.tenants.prepared import prepared
from crm.users.models import Membership
from crm.users.selectors import member, members, teammate_ids

TABS = 6  # views that stand as tabs; the others are in the menu


@dataclass(frozen=True)
class Views:
    """A person's views of a type: ``tabs`` over the list, ``more`` in the menu, and the one it opens on.

    ``asked`` is the one that an address names; ``deleted`` is that if it is no more, and ``gone`` says so.
    """

    tabs: list[SavedView]
    more: list[SavedView]
    opens_on: SavedView | None
    asked: SavedView | None = None
    deleted: SavedView | None = None
    gone: str = ""

    @property
    def all(self) -> list[SavedView]:
        return [*self.tabs, *self.more]


def visible_views(actor: Membership, record_type: RecordType) -> Q:
    """The condition for the views that ``actor`` may use; it holds for deleted ones too."""
    reach = Q(audience=Audience.ALL) | Q(owner_id=actor.pk)
    if actor.team:
        mates = teammate_ids(actor.team) | {actor.pk}
        reach |= Q(audience=Audience.TEAM, owner_id__in=sorted(mates))
    return Q(record_type=record_type.key) & reach


def views_of(actor: Membership, record_type: RecordType, asked: str = "") -> Views:
    """Return the views of ``actor``, the one ``asked`` for by its id among them, with one query: pinned ones first,
    then by order and name."""
    asked_id = uuid_of(asked)
    with_pin = _shared_views(record_type.key, member_id=actor.pk, asked_id=asked_id)
    usable = [view for view in with_pin if view.audience != Audience.TEAM or _is_shared_with(actor, view)]
    named = next((view for view in usable if view.pk == asked_id), None)
    deleted = named if named is not None and named.deleted_at else None
    kept = [view for view in usable if view is not deleted]
    ordered: list[Any] = sorted(kept, key=lambda view: view.hidden is not False)
    shown = [view for view in ordered if not view.hidden]
    mine = [view for view in shown if view.opens]
    defaults = mine or [view for view in shown if view.is_default] or shown
    tabs = shown[:TABS]
    return Views(
        tabs,
        [view for view in ordered if view not in tabs],
        defaults[0] if defaults else None,
        named if deleted is None else None,
        deleted,
        _gone(deleted) if asked and (named is None or deleted) else "",
    )


@prepared
def _shared_views(record_type: str, /, *, member_id: UUID, asked_id: UUID | None) -> QuerySet[SavedView]:
    there = Q(deleted_at=None) | Q(pk=asked_id) if asked_id else Q(deleted_at=None)
    pin = PinnedView.objects.filter(view_id=OuterRef("pk"), member_id=member_id)
    # Which team's a view is, is asked only where there is one: most workspaces share with everyone.
    reach = Q(audience__in=[Audience.ALL, Audience.TEAM]) | Q(owner_id=member_id)
    found = SavedView.objects.filter(reach, there, record_type=record_type).order_by("order", "name", "id")
    # Of a view without a pin both are None.
    return found.annotate(hidden=Subquery(pin.values("hidden")), opens=Subquery(pin.values("is_default")))


def _gone(deleted: SavedView | None) -> str:
    if deleted is None:
        return _("The view of this link is gone, or is not shared with you.")
    return _("The view %(name)s is gone: it was deleted.") % {"name": deleted.name}


def _is_shared_with(actor: Membership, view: SavedView) -> bool:
    return view.owner_id == actor.pk or (actor.team is not None and view.owner_id in teammate_ids(actor.team))


def pins_of(actor: Membership) -> dict[UUID, PinnedView]:
    """What ``actor`` has pinned or put away, by the view's id."""
    return {pin.view_id: pin for pin in PinnedView.objects.filter(member_id=actor.pk)}


def get_view(
    actor: Membership, record_type: RecordType, view_id: UUID, *, deleted: bool = False, lock: bool = False
) -> SavedView | None:
    """Return the view if ``actor`` has it (``deleted``: if it was); ``lock`` takes it FOR UPDATE."""
    found = SavedView.objects.filter(visible_views(actor, record_type), pk=view_id, deleted_at__isnull=not deleted)
    return (found.select_for_update(of=("self",)) if lock else found).first()


def views_with(record_type: RecordType, field: str) -> list[tuple[SavedView, list[str]]]:
    """Return everybody's views that ``field`` is a part of, each with the keys of its state that name it."""
    found = []
    for view in SavedView.objects.filter(record_type=record_type.key, deleted_at=None).order_by("name", "id"):
        named = {
            "filters": [one.field for one in kept_leaves(view.state.get("filters", ()))],
            "sort": [view.state.get("sort", "").removeprefix("-")],
            "columns": view.state.get("columns", ()),
        }
        if parts := [part for part, names in named.items() if field in names]:
            found.append((view, parts))
    return found


def views_filtering_by(ids: Collection[str]) -> list[SavedView]:
    """Return everybody's views of all types with a filter that names one of ``ids``."""
    views = SavedView.objects.filter(deleted_at=None).order_by("name", "id")
    wanted = set(ids)
    return [
        view
        for view in views
        if any(not wanted.isdisjoint(one.values) for one in kept_leaves(view.state.get("filters", ())))
    ]


def reach_of(view: SavedView) -> int:
    """How many active people have ``view`` among theirs."""
    people = {member.pk for member in members()}
    if view.audience == Audience.ALL:
        return len(people)
    owner = member(view.owner_id) if view.owner_id else None
    if owner is None:
        return 0
    mates = teammate_ids(owner.team) if view.audience == Audience.TEAM and owner.team else set()
    return len({owner.pk, *mates} & people)


def may_change(actor: Membership, view: SavedView) -> bool:
    """Whether ``actor`` may rename, change, share or delete ``view``: its owner, or who sets up the workspace."""
    return view.owner_id == actor.pk or actor.role.can_set_up
