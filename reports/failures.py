"""Where do we fail: do we bring in the wrong leads, let the wrong ones pass vetting, or lose in selling?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.picklists.selectors import ids_meaning, stage_ids_meaning
from crm.tenants.clock import day_of
from crm.tenants.context import current_tenant
from crm.ui import format as formats
from crm.ui.charts import Bar, Part, stacked_bars
from crm.users.access import visible
from crm.users.models import Membership
from leads.models import Lead
from opportunities.models import Opportunity
from reports import cells, links
from reports.answers import Answer, Chart, Column, Figure
from reports.cells import Cell, Money, add_money
from reports.dimensions import DIMENSIONS, SOURCE, Key, by_dimension, dimension_table, together
from reports.filters import Filters
from reports.periods import PAST
from reports.report import Report, compared
from reports.sums import by_case, is_before

LABELS = {
    "unqualified": gettext_lazy("Unqualified leads"),
    "vetting": gettext_lazy("Lost to vetting"),
    "sales": gettext_lazy("Lost in selling"),
    "other": gettext_lazy("Lost for other reasons"),
    "unsaid": gettext_lazy("Lost, no reason given"),
}
LOSSES = ("vetting", "sales", "other", "unsaid")
COLOURS = {
    "unqualified": "series-1",
    "vetting": "series-warning",
    "sales": "series-danger",
    "other": "series-neutral",
    "unsaid": "series-4",
}
SOURCES_DRAWN = 12


@dataclass
class Failures:
    number: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LABELS, 0))
    value: dict[str, Money] = field(default_factory=lambda: {key: {} for key in LOSSES})

    @property
    def size(self) -> int:
        return sum(self.number.values())

    def merge(self, other: Failures) -> None:
        for key, number in other.number.items():
            self.number[key] += number
        for key, sums in other.value.items():
            for currency, minor in sums.items():
                add_money(self.value[key], currency, minor)


def answer(actor: Membership, filters: Filters) -> Answer:
    tallies, before = _tallies(actor, filters)
    every = together(tallies.values(), Failures)
    return Answer(
        figures=compared(_numbers, filters, every, together(before.values(), Failures), lambda: _first_day(actor)),
        charts=[[_chart(filters, tallies)]],
        tables=[
            dimension_table(
                tallies,
                one,
                new=Failures,
                columns=[
                    *(Column(label, "count") for label in LABELS.values()),
                    Column(_("Lost to vetting, of all lost"), "ratio"),
                    Column(_("Lost value"), "money"),
                ],
                line=lambda tally, where: _line(filters, tally, where),
            )
            for one in DIMENSIONS
        ],
        is_empty=not every.size,
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


Tallies = dict[Key, Failures]


def _unqualified(actor: Membership) -> QuerySet[Lead]:
    return visible(actor, Lead.objects.order_by()).filter(status_id__in=ids_meaning("lead_status", "unqualified"))


def _lost(actor: Membership) -> QuerySet[Opportunity]:
    return visible(actor, Opportunity.objects.order_by()).filter(stage_id__in=stage_ids_meaning("lost"))


def _first_day(actor: Membership) -> date | None:
    left = _unqualified(actor).filter(status_since__isnull=False).aggregate(first=Min("status_since"))["first"]
    lost = _lost(actor).aggregate(first=Min("closed_on"))["first"]
    return min(filter(None, (left and day_of(left), lost)), default=None)


def _tallies(actor: Membership, filters: Filters) -> tuple[Tallies, Tallies]:
    """Return what failed by source, campaign and owner: in the period, and in the one before."""
    columns = [one.column for one in DIMENSIONS]
    found: tuple[Tallies, Tallies] = ({}, {})

    def tally(row: dict[str, Any]) -> Failures:
        return found[row["is_before"]].setdefault(tuple(row[column] for column in columns), Failures())

    zone = current_tenant().zone
    leads = filters.owned(_unqualified(actor)).filter(filters.period.both("status_since", zone))
    leads = leads.annotate(is_before=is_before(filters.period.moments("status_since", zone)))
    for row in leads.values(*columns, "is_before").annotate(number=Count("pk")):
        tally(row).number["unqualified"] = row["number"]
    lost = filters.opportunities(_lost(actor)).filter(filters.period.both("closed_on"))
    lost = lost.annotate(is_before=is_before(filters.period.conditions("closed_on")))
    named = {key: Q(loss_reason_id__in=ids_meaning("loss_reason", key)) for key in ("vetting", "sales")}
    unsaid = Q(loss_reason_id=None)
    cases = named | {"other": ~(unsaid | named["vetting"] | named["sales"]), "unsaid": unsaid}
    for row in lost.values(*columns, "currency", "is_before").annotate(**by_case(cases)):
        for case in cases:
            tally(row).number[case] += row[case]
            add_money(tally(row).value[case], row["currency"], row[f"{case}_sum"])
    return found


def _link(filters: Filters, key: str, where: dict[str, Any] | None) -> str:
    if where is None:
        return ""
    if key == "unqualified":
        days = links.within("status_since", filters.period)
        return links.rows(Lead.type_key, filters, **({"status": "meaning:unqualified"} | days | where))
    reasons = {
        "vetting": {"loss_reason": "meaning:vetting"},
        "sales": {"loss_reason": "meaning:sales"},
        "other": {"loss_reason": "meaning:other"},
        "unsaid": {"loss_reason__empty": "yes"},
        "lost": {},
    }[key]
    days = links.within("closed_on", filters.period)
    return links.rows(Opportunity.type_key, filters, **({"stage": "meaning:lost"} | days | reasons | where))


def _numbers(filters: Filters, every: Failures) -> list[Figure]:
    found = []
    for key, label in LABELS.items():
        url = _link(filters, key, {})
        extra = cells.money(every.value[key], url) if every.value.get(key) else None
        found.append(Figure(label, cells.count(every.number[key], url), extra=extra, good="down"))
    return found


def _line(filters: Filters, tally: Failures, where: dict[str, Any] | None) -> list[Cell]:
    lost: Money = {}
    for sums in tally.value.values():
        for currency, minor in sums.items():
            add_money(lost, currency, minor)
    all_lost = tally.size - tally.number["unqualified"]
    vetting = _link(filters, "vetting", where) if tally.number["vetting"] else ""
    return [
        *(cells.count(number, _link(filters, key, where)) for key, number in tally.number.items()),
        cells.ratio(tally.number["vetting"], all_lost, vetting),
        cells.money(lost, _link(filters, "lost", where) if all_lost else ""),
    ]


def _chart(filters: Filters, tallies: Tallies) -> Chart:
    bars = []
    for source, tally in list(by_dimension(tallies, SOURCE, Failures).items())[:SOURCES_DRAWN]:
        parts = [
            Part(
                number,
                formats.number(number),
                str(LABELS[key]),
                _link(filters, key, SOURCE.where(source)),
                COLOURS[key],
            )
            for key, number in tally.number.items()
        ]
        bars.append(Bar(SOURCE.name(source), parts, formats.number(tally.size)))
    title = _("Failures by source")
    return Chart(title, stacked_bars(bars, label=title), tuple((label, COLOURS[key]) for key, label in LABELS.items()))
