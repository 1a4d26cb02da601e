"""The open pipeline as it was at a moment: today's rows, with what the log tells since then taken back.

Amount, currency, stage, expected close, owner, team and product are those of that moment, and so is whether a row was
there at all. Who belongs to which team, and what an actor's role reaches, are as they are now: the log does not say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from crm.events.models import Event
from crm.picklists.events import STAGE
from crm.picklists.selectors import stage_ids_meaning, stages
from crm.tenants.text import sort_key
from crm.users.access import can
from crm.users.models import Membership
from opportunities.events import DELETED, RESTORED
from opportunities.models import Opportunity
from reports.cells import Money, add_money
from reports.filters import Filters

# A field of the log → the columns of an opportunity, and how its JSON becomes their values.
_COLUMNS: dict[str, Any] = {
    "stage": lambda kept: {"stage_id": _id(kept)},
    "owner": lambda kept: {"owner_id": _id(kept)},
    "team": lambda kept: {"team_id": _id(kept)},
    "expected_close_on": lambda kept: {"expected_close_on": date.fromisoformat(kept) if kept else None},
    "product": lambda kept: {"product_key": sort_key(kept or "")},
    "amount": lambda kept: (
        {"amount_minor": kept["minor"], "currency": kept["currency"]} if kept else {"amount_minor": None}
    ),
}
MOST_EVENTS = 20_000  # that are gone through while somebody waits for the page
_READ = ("deleted_at", "stage", "owner", "team", "expected_close_on", "amount_minor", "currency", "product_key")
_BINNED = {DELETED.name: False, RESTORED.name: True}  # whether it was in the recycle bin before


@dataclass
class Difference:
    """What to add to the rows that are open now and were made before the moment, to get those open by then."""

    number: int
    amount: Money


def difference(actor: Membership, filters: Filters, moment: datetime) -> Difference | None:
    """Return by how much the open pipeline at ``moment`` differs from today's rows that were made before it.

    Two statements, whatever the number of rows: the events since then, and the rows that they are about. None: there
    are more events than a page can go through.
    """
    before = _values_before(moment)
    if before is None:
        return None
    open_stages = _stages_that_were_open({kept["stage_id"] for kept in before.values() if "stage_id" in kept})
    found = Difference(0, {})

    def add(row: Opportunity, sign: int) -> None:
        if _counts(actor, filters, row, open_stages):
            found.number += sign
            add_money(found.amount, row.currency, None if row.amount_minor is None else sign * row.amount_minor)

    for row in Opportunity.all_objects.filter(pk__in=list(before)).only(*_READ):
        add(row, -1)
        for column, value in before[row.pk].items():
            setattr(row, column, value)
        add(row, 1)
    return found


def _values_before(moment: datetime) -> dict[UUID, dict[str, Any]] | None:
    """What each opportunity that has changed since ``moment`` had in the columns that were changed, if few have."""
    told = Q(changes__has_any_keys=list(_COLUMNS)) | Q(name__in=list(_BINNED))
    made_since = Opportunity.all_objects.filter(pk=OuterRef("record_id"), created_at__gte=moment)
    events = Event.objects.filter(told, ~Exists(made_since), record_type=Opportunity.type_key, at__gte=moment)
    found: dict[UUID, dict[str, Any]] = {}
    rows = list(events.order_by("at", "id").values_list("record_id", "name", "changes")[: MOST_EVENTS + 1])
    if len(rows) > MOST_EVENTS:
        return None
    for record_id, name, changes in rows:
        if record_id is None:
            continue
        kept = found.setdefault(record_id, {})
        values = {"deleted_at": moment if _BINNED[name] else None} if name in _BINNED else {}
        for field, (old, _new) in changes.items():
            if field in _COLUMNS:
                values |= _COLUMNS[field](old)
        for column, value in values.items():
            kept.setdefault(column, value)  # the first change after the moment knows what was there before
    return found


def _counts(actor: Membership, filters: Filters, row: Opportunity, open_stages: set[UUID]) -> bool:
    """Whether the pipeline report counts ``row`` as open: what ``pipeline._open`` asks the database."""
    return (
        row.deleted_at is None
        and row.stage_id in open_stages
        and filters.period.holds(row.expected_close_on)
        and filters.holds(row)
        and can(actor, "view", row)
    )


def _stages_that_were_open(used: set[UUID]) -> set[UUID]:
    """The open stages, and those of ``used`` that are gone by now and meant the same."""
    found = set(stage_ids_meaning("open"))
    gone = used - {one.pk for one in stages(active_only=False)}
    if gone:
        deleted = Event.objects.filter(name=STAGE.deleted.name, data__meaning="open").values_list("data", flat=True)
        found |= gone & {UUID(data["id"]) for data in deleted}
    return found


def _id(kept: dict[str, Any] | None) -> UUID | None:
    return UUID(kept["id"]) if kept else None
