"""What becomes of the leads that come in: how many qualify, become an opportunity, are won — and from which source?"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.catalogue import seen_type
from crm.picklists.models import Meaning
from crm.picklists.selectors import pipeline, stages
from crm.queries.condition import Condition
from crm.queries.counts import ALL, Cases, counted, counted_apart
from crm.queries.query import Query
from crm.ui import format as formats
from crm.ui.charts import bars, funnel
from crm.users.models import Membership
from leads.models import Lead
from leads.picklists import LeadStatus
from opportunities.models import Opportunity
from reports.answers import Answer, Chart, Figure, Note
from reports.dimensions import GROUPS, SOURCE, by_dimension, dimension_tables
from reports.filters import Filters
from reports.numbers import Numbers, Row, counting, figures, sharing, url_of
from reports.periods import PAST
from reports.report import Report, compared, first_day
from reports.shown import percent

# A lead in one step is in those before, too.
STEPS: dict[str, Any] = {
    "came_in": gettext_lazy("Leads"),
    "qualified": gettext_lazy("Qualified"),
    "opportunity": gettext_lazy("With an opportunity"),
    "won": gettext_lazy("Won"),
}
QUALIFIED = Condition("status", "is", (f"meaning:{LeadStatus.QUALIFIED}", f"meaning:{LeadStatus.CONVERTED}"))
SOURCES_DRAWN = 12


def answer(actor: Membership, filters: Filters) -> Answer:
    """What has become until today of the leads that came in during the period, and during the one before."""
    leads = filters.query(seen_type(Lead.type_key, actor))
    spans, cases = filters.period.compared("created_at"), _cases(filters)
    told = counted_apart(replace(leads, groups=GROUPS), actor, spans, cases)
    found = {span: Numbers((counts,)) for span, counts in told.items()}
    now = found["now"]
    return Answer(
        figures=compared(_figures, found, filters, lambda: first_day(actor, (Query(leads.type), "created_at"))),
        charts=[[_funnel(now.total), *([_rates(now)] if now.groups_by(SOURCE.key) else [])]],
        tables=dimension_tables(
            now,
            [
                *(counting(label, key) for key, label in STEPS.items()),
                sharing(_("Qualification rate"), "qualified", "came_in", "qualified"),
                sharing(_("Won of all leads"), "won", "came_in", "won"),
            ],
            _size,
        ),
        is_empty=not _size(now.total),
        notes=_of_unknown_day(actor, filters, leads),
        left_out=now.missing,
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


def _cases(filters: Filters) -> Cases:
    """What the leads of each step have in common."""
    became, won = (
        Condition("opportunity_stage", "filled"),
        Condition("opportunity_stage", "is", (f"meaning:{Meaning.WON}",)),
    )
    if filters.pipeline:  # of leads known by the stages of the pipeline
        here = stages(pipeline(filters.pipeline), active_only=False)
        became = Condition("opportunity_stage", "is", tuple(str(one.pk) for one in here))
        won = Condition("opportunity_stage", "is", tuple(str(one.pk) for one in here if one.meaning == Meaning.WON))
    return {"came_in": (), "qualified": (QUALIFIED,), "opportunity": (became,), "won": (won,)}


def _size(row: Row) -> int:
    return row.number("came_in")


def _of_unknown_day(actor: Membership, filters: Filters, leads: Query) -> list[Note]:
    """How many came in nobody knows when: they are in no period, but in all time."""
    unknown = counted(leads.where(Condition("created_at", "empty")), actor).total
    number, url = unknown[ALL].count, url_of(unknown.query)
    if not number:
        return []
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
    return [Note(text % words, url)]


def _figures(every: Row) -> list[Figure]:
    of_leads = ngettext("of %(count)s lead", "of %(count)s leads", _size(every))
    of_leads %= {"count": formats.number(_size(every))}
    rates = {
        "qualified": _("Qualification rate"),
        "opportunity": _("Became an opportunity"),
        "won": _("Won of all leads"),
    }
    return figures(
        (STEPS["came_in"], every.count("came_in"), {}),
        *(
            (label, every.ratio(key, "came_in", key), {"extra": every.count(key), "note": of_leads})
            for key, label in rates.items()
        ),
    )


# --- Charts


def _funnel(every: Row) -> Chart:
    title = _("How far they came")
    steps = [(str(label), every.number(key), every.url(key)) for key, label in STEPS.items() if every.of.tells(key)]
    return Chart(title, funnel(steps, label=title))


def _rates(numbers: Numbers) -> Chart:
    rows = []
    for name, row in by_dimension(numbers, SOURCE, _size)[:SOURCES_DRAWN]:
        share = Fraction(row.number("qualified"), _size(row))
        rows.append((name, float(share), percent(share), row.url("qualified")))
    title = _("Qualification rate by source")
    return Chart(title, bars(rows, label=title, most=1))
