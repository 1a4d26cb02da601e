"""Where do we fail: do we bring in the wrong leads, let the wrong ones pass vetting, or lose in selling?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.catalogue import seen_type
from crm.catalogue.types import RecordType
from crm.queries.condition import Condition
from crm.queries.counts import counted_apart
from crm.queries.query import Query
from crm.ui import format as formats
from crm.ui.charts import Bar, Part, stacked_bars
from crm.users.models import Membership
from leads.models import Lead
from leads.picklists import LeadStatus
from opportunities.models import Opportunity
from opportunities.picklists import LossClass
from opportunities.selectors import LOST
from reports.answers import Answer, Chart, Figure
from reports.cells import Cell
from reports.dimensions import GROUPS, SOURCE, by_dimension, dimension_tables
from reports.filters import Filters
from reports.numbers import AMOUNT, Asked, Numbers, Row, adding, counting, figures
from reports.periods import PAST
from reports.report import Report, compared, first_day

LABELS = {
    "unqualified": gettext_lazy("Unqualified leads"),
    "vetting": gettext_lazy("Lost to vetting"),
    "sales": gettext_lazy("Lost in selling"),
    "other": gettext_lazy("Lost for other reasons"),
    "unsaid": gettext_lazy("Lost, no reason given"),
}
COLOURS = {
    "unqualified": "series-1",
    "vetting": "series-warning",
    "sales": "series-danger",
    "other": "series-neutral",
    "unsaid": "series-4",
}
SOURCES_DRAWN = 12
UNQUALIFIED = Condition("status", "is", (f"meaning:{LeadStatus.UNQUALIFIED}",))
REASONS = {key: (Condition("loss_reason", "is", (f"meaning:{key}",)),) for key in LossClass}
LOSSES = {**REASONS, "unsaid": (Condition("loss_reason", "empty"),), "lost": ()}


def answer(actor: Membership, filters: Filters) -> Answer:
    leads = filters.query(seen_type(Lead.type_key, actor)).where(UNQUALIFIED)
    lost = filters.query(seen_type(Opportunity.type_key, actor)).where(LOST)
    found = _counted(actor, filters, leads, lost)
    now = found["now"]
    return Answer(
        figures=compared(_figures, found, filters, lambda: _first_day(actor, leads.type, lost.type)),
        charts=[[_chart(now)]] if now.groups_by(SOURCE.key) else [],
        tables=dimension_tables(
            now,
            [
                *(counting(label, key) for key, label in LABELS.items()),
                Asked(_("Lost to vetting, of all lost"), "ratio", _vetting),
                adding(_("Lost value"), "lost"),
            ],
            _size,
        ),
        is_empty=not _size(now.total),
        left_out=now.missing,
    )


REPORT = Report(
    key="failures",
    title=gettext_lazy("Where we fail"),
    question=gettext_lazy("Do we bring in the wrong leads, let the wrong ones pass vetting, or lose in selling?"),
    icon="circle-x",
    empty=gettext_lazy("Nothing failed here"),
    period_label=gettext_lazy("Closed"),
    periods=PAST,
    default_period="last_12_months",
    reads=(Lead.type_key, Opportunity.type_key),
    narrows_by=("pipeline",),
    answer=answer,
)


def _counted(actor: Membership, filters: Filters, leads: Query, lost: Query) -> dict[str, Numbers]:
    """What failed by source, campaign and owner: in the period, and in the one before."""
    left, closed = filters.period.compared("status_since"), filters.period.compared("closed_on")
    of_leads = counted_apart(replace(leads, groups=GROUPS), actor, left, {"unqualified": ()})
    of_lost = counted_apart(replace(lost, groups=GROUPS, measures=(AMOUNT,)), actor, closed, LOSSES)
    return {span: Numbers((of_leads[span], of_lost[span])) for span in left}


def _first_day(actor: Membership, leads: RecordType, opportunities: RecordType) -> date | None:
    left, lost = Query(leads, (UNQUALIFIED,)), Query(opportunities, (LOST,))
    return first_day(actor, (left, "status_since"), (lost, "closed_on"))


def _vetting(row: Row) -> Cell | None:
    return row.ratio("vetting", "lost", leads_to="vetting" if row.number("vetting") else "")


def _size(row: Row) -> int:
    return row.number("unqualified") + row.number("lost")


def _figures(every: Row) -> list[Figure]:
    found: list[tuple[Any, Cell | None, dict[str, Any]]] = []
    for key, label in LABELS.items():
        value = every.money(key) if key in LOSSES else None
        found.append((label, every.count(key), {"extra": value if value and value.value else None, "good": "down"}))
    return figures(*found)


def _chart(numbers: Numbers) -> Chart:
    keys = [key for key in LABELS if numbers.tells(key)]
    bars = []
    for name, row in by_dimension(numbers, SOURCE, _size)[:SOURCES_DRAWN]:
        parts = [
            Part(row.number(key), formats.number(row.number(key)), str(LABELS[key]), row.url(key), COLOURS[key])
            for key in keys
        ]
        bars.append(Bar(name, parts, formats.number(_size(row))))
    title = _("Failures by source")
    return Chart(title, stacked_bars(bars, label=title), tuple((LABELS[key], COLOURS[key]) for key in keys))
