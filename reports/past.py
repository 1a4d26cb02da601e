"""The open pipeline as it was at a moment: today's rows, with what the log tells since then taken back.

Amount, currency, stage, expected close, owner, team and product are those of that moment, and so is whether a row was
there at all. Who belongs to which team, and what an actor's role reaches, are as they are now: the log does not say.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, TextField
from django.db.models.functions import Cast

from crm.events.models import Event
from crm.picklists.events import STAGE
from crm.picklists.selectors import stages
from crm.queries.query import Query
from crm.users.access import can, scope_of
from crm.users.models import Membership
from opportunities.events import CREATED, DELETED, RESTORED
from opportunities.models import Opportunity
from reports.cells import Money, add_money

# A field of the log → the columns of an opportunity, and how its JSON becomes their values.
_COLUMNS: dict[str, Any] = {
    "stage": lambda kept: {"stage_id": _id(kept)},
    "owner": lambda kept: {"owner_id": _id(kept)},
    "team": lambda kept: {"team_id": _id(kept)},
    "expected_close_on": lambda kept: {"expected_close_on": date.fromisoformat(kept) if kept else None},
    "product": lambda kept: {"product": kept or ""},
    "amount": lambda kept: (
        {"amount_minor": kept["minor"], "currency": kept["currency"]} if kept else {"amount_minor": None}
    ),
}
MOST_EVENTS = 20_000  # that are gone through while somebody waits for the page
_READ = (
    "id", "deleted_at", "pipeline_id", "stage_id", "owner_id", "team_id", "expected_close_on", "amount_minor",
    "currency", "product",
)  # fmt: skip
_BINNED = {DELETED.name: False, RESTORED.name: True}  # whether it was in the recycle bin before


@dataclass
class Difference:
    """What to add to the rows that are open now and were made before the moment, to get those open by then."""

    number: int
    amount: Money


def difference(actor: Membership, asked: Query, moment: datetime) -> Difference | None:
    """Return by how much what ``asked`` found at ``moment``, the open opportunities or some, differs from those of
    today's rows that were made before it.

    Two statements, whatever the number of rows: the events since then, and the rows that they are about. None: there
    are more events than a page can go through.
    """
    before = _values_before(moment)
    if not before:
        return None if before is None else Difference(0, {})
    _put_stages_in_place(before.values())
    found, is_asked = Difference(0, {}), asked.predicate(actor)
    sees_all = scope_of(actor, "view", Opportunity.type_key) == "all"

    def add(row: Any, sign: int) -> None:
        if row.deleted_at is None and is_asked(row) and (sees_all or can(actor, "view", row)):
            found.number += sign
            add_money(found.amount, row.currency, None if row.amount_minor is None else sign * row.amount_minor)

    # Thousands of them: no models, which take longer to make than all else here
    for values in Opportunity.all_objects.filter(pk__any_of=before).values_list(*_READ):
        row = SimpleNamespace(type_key=Opportunity.type_key, **dict(zip(_READ, values, strict=True)))
        add(row, -1)
        row.__dict__.update(before[row.id])
        add(row, 1)
    return found


def _values_before(moment: datetime) -> dict[UUID, dict[str, Any]] | None:
    """What each opportunity that has changed since ``moment`` had in the columns that were changed, if few have."""
    made_since = Opportunity.all_objects.filter(pk=OuterRef("record_id"), created_at__gte=moment)
    since = Event.objects.filter(record_type=Opportunity.type_key, at__gte=moment)
    events = since.filter(changes__has_any_keys=list(_COLUMNS)) | since.filter(name__in=list(_BINNED))
    # Half of them are those of the making, each about one that was made since.
    events = events.exclude(name=CREATED.name).exclude(Exists(made_since))
    values_of = cache(lambda field, text: _COLUMNS[field](json.loads(text)))
    found: dict[UUID, dict[str, Any]] = {}
    # The old values alone, and as texts: what many rows have in common is read once.
    texts = [Cast(F(f"changes__{field}__0"), TextField()) for field in _COLUMNS]
    rows = list(events.order_by("at", "id").values_list("record_id", "name", *texts)[: MOST_EVENTS + 1])
    if len(rows) > MOST_EVENTS:
        return None
    for record_id, name, *old in rows:
        if record_id is None:
            continue
        kept = found.setdefault(record_id, {})
        if name in _BINNED:
            kept.setdefault("deleted_at", moment if _BINNED[name] else None)
        for field, text in zip(_COLUMNS, old, strict=True):
            if text is not None:
                for column, value in values_of(field, text).items():
                    kept.setdefault(column, value)  # the first change after the moment knows what was there before
    return found


def _put_stages_in_place(kept: Collection[dict[str, Any]]) -> None:
    """Put what took its place for each stage that is gone by now, which meant the same."""
    there = {one.pk for one in stages(active_only=False)}
    gone = {values["stage_id"] for values in kept if "stage_id" in values} - there
    if not gone:
        return
    told = Event.objects.filter(name=STAGE.deleted.name).order_by("-at", "-id").values_list("data", flat=True)
    instead: dict[UUID, UUID | None] = {one: one for one in there}
    for data in told:  # the last first: what took a place may be gone too
        instead[UUID(data["id"])] = instead.get(UUID(data["replacement"]["id"])) if "replacement" in data else None
    for values in kept:
        if values.get("stage_id") in gone:
            values["stage_id"] = instead.get(values["stage_id"])


def _id(kept: dict[str, Any] | None) -> UUID | None:
    return UUID(kept["id"]) if kept else None
