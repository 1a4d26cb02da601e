"""What becomes of the leads that come in: how many qualify, become an opportunity, are won — and from which source?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.picklists.selectors import ids_meaning, pipeline, stage_ids_meaning, stages
from crm.tenants.clock import day_of
from crm.tenants.context import current_tenant
from crm.ui import format as formats
from crm.ui.charts import bars, funnel
from crm.users.access import visible
from crm.users.models import Membership
from leads.fields import has_opportunity
from leads.models import Lead
from opportunities.models import Opportunity
from reports import cells, links
from reports.answers import Answer, Chart, Column, Figure, Note
from reports.cells import Cell
from reports.dimensions import DIMENSIONS, SOURCE, Key, by_dimension, dimension_table, together
from reports.filters import Filters
from reports.periods import PAST
from reports.report import Report, compared
from reports.shown import percent
from reports.sums import is_before

# Each step with the filter of the list of leads that shows it. A lead in one step is in those before, too.
STEPS: dict[str, tuple[Any, dict[str, str]]] = {
    "came_in": (gettext_lazy("Leads"), {}),
    "qualified": (gettext_lazy("Qualified"), {"status": "meaning:qualified,meaning:converted"}),
    "opportunity": (gettext_lazy("With an opportunity"), {"opportunity_stage__filled": "yes"}),
    "won": (gettext_lazy("Won"), {"opportunity_stage": "meaning:won"}),
}
SOURCES_DRAWN = 12


@dataclass
class Reached:
    """How many leads came as far as each step."""

    number: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))

    @property
    def size(self) -> int:
        return self.number["came_in"]

    def merge(self, other: Reached) -> None:
        for key, number in other.number.items():
            self.number[key] += number


def answer(actor: Membership, filters: Filters) -> Answer:
    tallies, before, unknown = _tallies(actor, filters)
    every = together(tallies.values(), Reached)
    return Answer(
        figures=compared(_numbers, filters, every, together(before.values(), Reached), lambda: _first_day(actor)),
        charts=[[_funnel(filters, every), _rates(filters, tallies)]],
        tables=[
            dimension_table(
                tallies,
                one,
                new=Reached,
                columns=[
                    *(Column(label, "count") for label, _where in STEPS.values()),
                    Column(_("Qualification rate"), "ratio"),
                    Column(_("Won of all leads"), "ratio"),
                ],
                line=lambda tally, where: _line(filters, tally, where),
            )
            for one in DIMENSIONS
        ],
        is_empty=not every.size,
        notes=[_of_unknown_day(filters, unknown)] if unknown else [],
    )


REPORT = Report(
    key="funnel",
    title=gettext_lazy("From lead to customer"),
    question=gettext_lazy("What becomes of the leads that come in, and which sources bring good ones?"),
    icon="filter",
    empty=gettext_lazy("No leads came in here"),
    period_label=gettext_lazy("Came in"),
    periods=PAST,
    default_period="last_12_months",
    reads=(Lead.type_key, Opportunity.type_key),
    narrows_by=("pipeline",),
    answer=answer,
)


Tallies = dict[Key, Reached]


def _first_day(actor: Membership) -> date | None:
    leads = visible(actor, Lead.objects.order_by("created_at").filter(came_in_known=True))
    first = leads.values_list("created_at", flat=True).first()
    return day_of(first) if first else None


def _of_unknown_day(filters: Filters, number: int) -> Note:
    url = links.rows(Lead.type_key, filters, created_at__empty="yes")
    words = {"number": formats.number(number)}
    if filters.period.is_everything:
        text = ngettext(
            "%(number)s lead has no date on which it came in.",
            "%(number)s leads have no date on which they came in.",
            number,
        )
    else:
        text = ngettext(
            "%(number)s lead was imported without the day on which it came in. It counts only in “All time”.",
            "%(number)s leads were imported without the day on which they came in. They count only in “All time”.",
            number,
        )
    return Note(text % words, url)


def _tallies(actor: Membership, filters: Filters) -> tuple[Tallies, Tallies, int]:
    """What has become until today of the leads that came in during the period, and during the one before; and of how
    many nobody knows when. They are in no period, but in all time."""
    zone = current_tenant().zone
    every = filters.owned(visible(actor, Lead.objects.order_by()))
    unknown = every.filter(came_in_known=False).count()
    leads = every if filters.period.is_everything else every.filter(came_in_known=True)
    leads = leads.filter(filters.period.both("created_at", zone))
    leads = leads.annotate(is_before=is_before(filters.period.moments("created_at", zone)))
    kept = has_opportunity(actor)
    if filters.pipeline:
        kept &= Q(opportunity__stage_id__in=_stage_ids(filters))
    reached = {
        "reached_came_in": Count("pk"),
        "reached_qualified": Count("pk", filter=Q(status_id__in=ids_meaning("lead_status", "qualified", "converted"))),
        "reached_opportunity": Count("pk", filter=kept),
        "reached_won": Count("pk", filter=kept & Q(opportunity__stage_id__in=stage_ids_meaning("won"))),
    }
    columns = [one.column for one in DIMENSIONS]
    found: tuple[Tallies, Tallies] = ({}, {})
    for row in leads.values(*columns, "is_before").annotate(**reached):
        tally = Reached({key: row[f"reached_{key}"] for key in STEPS})
        found[row["is_before"]][tuple(row[column] for column in columns)] = tally
    return *found, unknown


def _link(filters: Filters, key: str, where: dict[str, Any] | None) -> str:
    if where is None:
        return ""
    step: dict[str, Any] = dict(STEPS[key][1])
    if filters.pipeline and key in ("opportunity", "won"):  # of leads known by the stages of the pipeline
        step = {"opportunity_stage": _stage_ids(filters, *(["won"] if key == "won" else []))}
    days = links.within("created_at", filters.period)
    return links.rows(Lead.type_key, filters, **(days | step | where))


def _stage_ids(filters: Filters, *meanings: str) -> tuple[UUID, ...]:
    """The stages of the chosen pipeline, those of ``meanings`` or all."""
    of_pipeline = stages(pipeline(filters.pipeline), active_only=False) if filters.pipeline else []
    return tuple(one.pk for one in of_pipeline if not meanings or one.meaning in meanings)


def _numbers(filters: Filters, every: Reached) -> list[Figure]:
    number = every.number
    of_leads = ngettext("of %(count)s lead", "of %(count)s leads", number["came_in"])
    of_leads %= {"count": formats.number(number["came_in"])}
    qualified = _link(filters, "qualified", {})
    return [
        Figure(STEPS["came_in"][0], cells.count(number["came_in"], _link(filters, "came_in", {}))),
        Figure(
            _("Qualification rate"),
            cells.ratio(number["qualified"], number["came_in"], qualified),
            extra=cells.count(number["qualified"], qualified),
            note=of_leads,
        ),
        Figure(
            _("Became an opportunity"),
            cells.ratio(number["opportunity"], number["came_in"], _link(filters, "opportunity", {})),
            extra=cells.count(number["opportunity"], _link(filters, "opportunity", {})),
            note=of_leads,
        ),
        Figure(
            _("Won of all leads"),
            cells.ratio(number["won"], number["came_in"], _link(filters, "won", {})),
            extra=cells.count(number["won"], _link(filters, "won", {})),
            note=of_leads,
        ),
    ]


def _line(filters: Filters, tally: Reached, where: dict[str, Any] | None) -> list[Cell]:
    number = tally.number
    return [
        *(cells.count(number[key], _link(filters, key, where)) for key in STEPS),
        cells.ratio(number["qualified"], number["came_in"], _link(filters, "qualified", where)),
        cells.ratio(number["won"], number["came_in"], _link(filters, "won", where)),
    ]


# --- Charts


def _funnel(filters: Filters, every: Reached) -> Chart:
    title = _("How far they came")
    steps = [(str(label), every.number[key], _link(filters, key, {})) for key, (label, _where) in STEPS.items()]
    return Chart(title, funnel(steps, label=title))


def _rates(filters: Filters, tallies: Tallies) -> Chart:
    rows = []
    for source, tally in list(by_dimension(tallies, SOURCE, Reached).items())[:SOURCES_DRAWN]:
        share = Fraction(tally.number["qualified"], tally.size)
        rows.append(
            (SOURCE.name(source), float(share), percent(share), _link(filters, "qualified", SOURCE.where(source)))
        )
    title = _("Qualification rate by source")
    return Chart(title, bars(rows, label=title, most=1))
