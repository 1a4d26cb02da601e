"""What became of the rows of a run, one by one, as far as who looks at it may see that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.bulk.models import BulkOutcome, BulkRun
from crm.catalogue.actions import Became
from crm.ground.ids import uuid_of
from crm.records.access import visible_records
from crm.records.hiding import named_in, unseen
from crm.users.access import HIDDEN_NAME
from crm.users.models import Membership

PAGE = 100
_WAYS = {Became.NEW: _("New"), Became.EXISTING: _("Existing"), Became.SHARED: _("New, shared")}


@dataclass(frozen=True)
class Made:
    """One record that a row became; ``url`` is "" where there is none to go to: not yet, or no longer."""

    label: str  # of its type
    name: str
    url: str
    way: str
    is_new: bool
    about: list[str]


@dataclass(frozen=True)
class OutcomeRow:
    name: str
    url: str
    made: list[Made | None]  # in the order of the columns


@dataclass(frozen=True)
class OutcomePage:
    """Some of the rows of a run; ``previous`` and ``next`` are numbers of pages, 0: none."""

    columns: list[str]
    rows: list[OutcomeRow]
    start: int
    total: int
    previous: int
    next: int

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1


def count_outcomes(run: BulkRun) -> int:
    return BulkOutcome.objects.filter(run=run).count()


def outcomes(run: BulkRun, actor: Membership, columns: Iterable[str], page: int) -> OutcomePage | None:
    """The page number ``page`` of what became of the rows, as ``actor`` may see it; None: nothing is known."""
    total = count_outcomes(run)
    if not total:
        return None
    last = (total - 1) // PAGE + 1
    page = min(max(page, 1), last)
    start = (page - 1) * PAGE
    rows = list(BulkOutcome.objects.filter(run=run).order_by("record_id")[start : start + PAGE])
    keys = list(columns)
    links = _links(actor, rows, run.record_type)
    places = [(run.record_type, str(row.record_id)) for row in rows]
    hidden = unseen(actor, [*places, *named_in([row.became for row in rows])])
    shown = [_row(row, run.record_type, keys, links, hidden) for row in rows]
    labels = [str(catalogue.record_type(key).label) for key in keys]
    return OutcomePage(labels, shown, start + 1, total, page - 1, page + 1 if page < last else 0)


def _links(actor: Membership, rows: list[BulkOutcome], own: str) -> Mapping[UUID, str]:
    """Where those of the records are that are there and may be seen; one statement for each type."""
    ids: dict[str, set[UUID]] = {own: {row.record_id for row in rows}}
    for row in rows:
        for one in row.became:
            if found := uuid_of(one["id"]):
                ids.setdefault(one["type"], set()).add(found)
    links: dict[UUID, str] = {}
    for key, wanted in ids.items():
        records = visible_records(actor, catalogue.record_type(key)).filter(pk__in=wanted).order_by()
        links |= {pk: reverse(f"{key}:record", args=[pk]) for pk in records.values_list("pk", flat=True)}
    return links


def _row(
    row: BulkOutcome, own: str, columns: list[str], links: Mapping[UUID, str], hidden: frozenset[str]
) -> OutcomeRow:
    became = {one["type"]: _made(one, links, one["id"] in hidden) for one in row.became}
    name = str(HIDDEN_NAME) if str(row.record_id) in hidden else row.name
    return OutcomeRow(name, links.get(row.record_id, ""), [became.get(key) for key in columns])


def _made(one: Mapping[str, Any], links: Mapping[UUID, str], is_hidden: bool) -> Made:
    record_id = uuid_of(one["id"])
    url = links.get(record_id, "") if record_id else ""
    way = one["way"]
    name, about = (str(HIDDEN_NAME), []) if is_hidden else (one["label"], one["about"])
    label = str(catalogue.record_type(one["type"]).label)
    return Made(label, name, url, str(_WAYS[way]), way != Became.EXISTING, about)
