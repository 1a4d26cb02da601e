"""How many of the opportunities that were decided did we win, and which losses should vetting have stopped?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.catalogue import seen_type
from crm.queries.condition import Condition, Group
from crm.queries.condition import Part as Only
from crm.queries.counts import MONTH, Counts, counted, counted_apart, within
from crm.queries.query import Query
from crm.ui import format as formats
from crm.ui.charts import Bar, Part, Point, Series, columns, lines
from crm.users.models import Membership
from opportunities.models import Opportunity
from opportunities.picklists import LossClass
from opportunities.selectors import LOST, WON
from reports import cells
from reports.answers import Answer, Chart, Column, Figure, Table
from reports.cells import Cell, Kind
from reports.filters import Filters
from reports.numbers import AMOUNT, DECIDED, Asked, Numbers, Row, adding, counting, figures, sharing, table
from reports.people import owner_name
from reports.periods import PAST, Period
from reports.report import Report, compared, first_day
from reports.shown import percent
from reports.words import span_words

CLASSES = {
    "sales": gettext_lazy("Lost in selling"),
    "vetting": gettext_lazy("Should not have passed vetting"),
    "other": gettext_lazy("Other reasons"),
    "unsaid": gettext_lazy("No reason given"),
}
REASONS = {key: Condition("loss_reason", "is", (f"meaning:{key}",)) for key in CLASSES} | {
    "unsaid": Condition("loss_reason", "empty")
}
UNVETTED = Condition("loss_reason", "not", (f"meaning:{LossClass.VETTING}",))
SCORE: dict[str, tuple[Only, ...]] = {
    "decided": (),
    "won": (WON,),
    "lost": (LOST,),
    "vetting": (LOST, REASONS["vetting"]),
    "unvetted": (Group("any", (WON, UNVETTED)),),  # a won one may have kept the reason of a loss
}
BY_CLASS: dict[str, tuple[Only, ...]] = {key: (LOST, reason) for key, reason in REASONS.items()}
IN_CHARTS: dict[str, tuple[Only, ...]] = {"lost otherwise": (LOST, UNVETTED)}
MOST_MONTHS = 36  # a longer time is shown by quarters,
MOST_QUARTERS = 40  # and a very long one by years
FEWEST_POINTS = 3  # of a line


def answer(actor: Membership, filters: Filters) -> Answer:
    decided = filters.query(seen_type(Opportunity.type_key, actor)).where(DECIDED)
    asked = replace(decided, groups=("owner",), measures=(AMOUNT,))
    spans = filters.period.compared("closed_on")
    told = counted_apart(asked, actor, spans, SCORE | BY_CLASS, measured={"won", "lost", *BY_CLASS})
    found = {span: Numbers((counts,)) for span, counts in told.items()}
    now = found["now"]
    steps = _steps(filters.period, _by_month(actor, decided.where(*spans["now"])))
    return Answer(
        figures=compared(
            _figures, found, filters, lambda: first_day(actor, (Query(decided.type, (DECIDED,)), "closed_on"))
        ),
        charts=[[_count_chart(steps), *_ratio_chart(steps)]] if steps else [],
        tables=[*_by_time(steps, now.total), *_by_owner(now), *_by_class(now.total)],
        is_empty=not now.total.number("decided"),
        left_out=now.missing,
    )


REPORT = Report(
    key="close-ratio",
    title=gettext_lazy("Close ratio"),
    question=gettext_lazy("How many decided opportunities did we win, and which losses should vetting have stopped?"),
    icon="target",
    empty=gettext_lazy("Nothing was won or lost here"),
    period_label=gettext_lazy("Closed"),
    periods=PAST,
    default_period="last_12_months",
    reads=(Opportunity.type_key,),
    narrows_by=("pipeline", "product"),
    answer=answer,
)


def _by_month(actor: Membership, decided: Query) -> Counts:
    asked = replace(decided, groups=(f"closed_on{MONTH}",), measures=(AMOUNT,))
    return counted(asked, actor, SCORE | IN_CHARTS, measured={"won"})


# --- The numbers on top


def _figures(every: Row) -> list[Figure]:
    vetting = ngettext("vetting loss left out", "vetting losses left out", every.number("vetting"))
    close_ratio: dict[str, Any] = {"extra": every.count("decided"), "extra_of": _("won of"), "note": _("decided")}
    return figures(
        (_("Close ratio"), every.ratio("won", "decided", "decided"), close_ratio),
        (
            _("Without vetting losses"),
            every.ratio("won", "unvetted", "unvetted"),
            {"extra": every.count("vetting"), "note": vetting},
        ),
        (_("Won"), every.count("won"), {"extra": every.money("won")}),
        (_("Lost"), every.count("lost"), {"extra": every.money("lost"), "good": "down"}),
    )


# --- Tables


def _asked() -> list[Asked]:
    return [
        counting(_("Won"), "won"),
        adding(_("Won value"), "won"),
        counting(_("Lost"), "lost"),
        counting(_("Of these, vetting"), "vetting"),
        sharing(_("Close ratio"), "won", "decided", "decided"),
        sharing(_("Without vetting losses"), "won", "unvetted", "unvetted"),
    ]


def _named(name: str, row: Row) -> tuple[Cell, Row]:
    return cells.text(name, row.url("decided") if row.number("decided") else ""), row


@dataclass(frozen=True)
class Step:
    """A month, quarter or year of the table and the charts."""

    name: str
    short_name: str  # for the axis of a chart
    row: Row


@dataclass(frozen=True)
class Steps:
    size: int  # months
    rows: list[Step]
    undated: Row | None


def _steps(period: Period, by_month: Counts) -> Steps | None:
    """None: when they were decided is not to be told."""
    numbers = Numbers((by_month,))
    if not numbers.groups_by(f"closed_on{MONTH}"):
        return None
    found = numbers.by(f"closed_on{MONTH}")
    dated = {month: row for month, row in found.items() if month}
    months = _months(period, dated)
    size = 1 if len(months) <= MOST_MONTHS else 3 if len(months) <= 3 * MOST_QUARTERS else 12
    starts = dict.fromkeys(month.replace(month=(month.month - 1) // size * size + 1) for month in months)
    whole = replace(by_month.query, groups=(), measures=())
    rows = []
    for start in starts:
        end = start + relativedelta(months=size, days=-1)
        held = [row for month, row in dated.items() if start <= month <= end]
        row = numbers.together(held, within(whole, "closed_on", start, end))
        rows.append(Step(span_words(start, size), span_words(start, size, short=True), row))
    return Steps(size, rows, found.get(None))


def _by_time(steps: Steps | None, every: Row) -> list[Table]:
    if steps is None:
        return []
    rows = [_named(step.name, step.row) for step in steps.rows]
    if steps.undated:
        rows.append(_named(_("Without a date"), steps.undated))
    title = {1: _("By month"), 3: _("By quarter"), 12: _("By year")}[steps.size]
    heading = {1: _("Month"), 3: _("Quarter"), 12: _("Year")}[steps.size]
    return table("time", title, heading, asked=_asked(), lines=rows, total=_named(_("All"), every))


def _months(period: Period, dated: Iterable[date]) -> list[date]:
    """The months of ``period``, ends that are open being those of the data; empty ones in between count too."""
    held = sorted(dated)
    if not held:
        return []
    first = (period.first or held[0]).replace(day=1)
    last = period.end or held[-1]
    length = (last.year - first.year) * 12 + last.month - first.month + 1
    return [first + relativedelta(months=step) for step in range(length)]


def _by_owner(numbers: Numbers) -> list[Table]:
    named = [(owner_name(owner), row) for owner, row in numbers.by("owner").items()]
    ranked = sorted(named, key=lambda item: (-item[1].number("won"), item[0]))
    rows = [_named(name, row) for name, row in ranked]
    return table("owner", _("By owner"), _("Owner"), asked=_asked(), lines=rows, total=_named(_("All"), numbers.total))


def _by_class(every: Row) -> list[Table]:
    """Whose failure the losses were."""
    if not every.of.tells("lost"):
        return []
    kinds: list[tuple[Any, Kind]] = [
        (_("Class"), "text"),
        (_("Lost"), "count"),
        (_("Share of losses"), "ratio"),
        (_("Lost value"), "money"),
    ]
    told = [Column(label, kind) for label, kind in kinds if kind != "money" or every.of.tells(AMOUNT)]
    rows = [_loss(label, every, key) for key, label in CLASSES.items()]
    return [Table("losses", _("Losses by class of reason"), told, rows, _loss(_("All"), every, "lost"))]


def _loss(label: Any, every: Row, case: str) -> list[Cell]:
    name = cells.text(label, every.url(case) if every.number(case) else "")
    ratio = every.ratio(case, "lost", leads_to=case if every.number(case) else "")
    return [one for one in (name, every.count(case), ratio, every.money(case)) if one is not None]


# --- Charts


def _count_chart(steps: Steps) -> Chart:
    series = (
        ("won", _("Won"), "series-success"),
        ("lost otherwise", _("Lost, without vetting losses"), "series-danger"),
        ("vetting", _("Lost to vetting"), "series-warning"),
    )
    bars = []
    for step in steps.rows:
        counts = [(step.row.number(key), key, name, css) for key, name, css in series]
        parts = [Part(count, formats.number(count), name, step.row.url(key), css) for count, key, name, css in counts]
        bars.append(Bar(step.short_name, parts))
    title = _("Won and lost")
    return Chart(title, columns(bars, label=title), tuple((name, css) for _key, name, css in series))


def _ratio_chart(steps: Steps) -> list[Chart]:
    """The ratio as a line, where every step between the first and the last decision has one."""
    decided = [index for index, step in enumerate(steps.rows) if step.row.number("unvetted")]
    if len(decided) < FEWEST_POINTS or decided[-1] - decided[0] + 1 != len(decided):
        return []
    series = []
    for name, css, whole in (
        (_("Close ratio"), "series-1", "decided"),
        (_("Without vetting losses"), "series-2", "unvetted"),
    ):
        points = []
        for step in steps.rows[decided[0] : decided[-1] + 1]:
            share = Fraction(step.row.number("won"), step.row.number(whole))
            points.append(Point(step.short_name, float(share), percent(share), step.row.url(whole)))
        series.append(Series(name, points, css))
    title = _("Close ratio over time")
    drawn = lines(series, label=title, axis=formats.percent, top=1)
    return [Chart(title, drawn, tuple((one.name, one.css) for one in series))]
