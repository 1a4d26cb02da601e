"""How many of the opportunities that were decided did we win, and which losses should vetting have stopped?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.picklists.selectors import ids_meaning, stage_ids_meaning
from crm.ui import format as formats
from crm.ui.charts import Bar, Part, Point, Series, columns, lines
from crm.users.access import visible
from crm.users.models import Membership
from opportunities.models import Opportunity
from reports import cells, links
from reports.answers import Answer, Chart, Column, Figure, Table
from reports.cells import Cell, Money, add_money
from reports.filters import Filters
from reports.people import owner_filter, owner_name
from reports.periods import PAST, Period
from reports.report import Report, compared
from reports.shown import percent
from reports.sums import by_case, is_before
from reports.words import span_words

DECIDED = "meaning:won,meaning:lost"
WITHOUT_VETTING = {"loss_reason__not": "meaning:vetting"}
CLASSES = {
    "sales": gettext_lazy("Lost in selling"),
    "vetting": gettext_lazy("Should not have passed vetting"),
    "other": gettext_lazy("Other reasons"),
}
MOST_MONTHS = 36  # a longer time is shown by quarters,
MOST_QUARTERS = 40  # and a very long one by years
FEWEST_POINTS = 3  # of a line


class Score:
    """Decided opportunities that are counted together: ``number`` and ``value`` of won, lost, and of each class."""

    def __init__(self) -> None:
        self.number: dict[str, int] = dict.fromkeys(("won", "lost", *CLASSES), 0)
        self.value: dict[str, Money] = {key: {} for key in self.number}

    def add(self, row: dict[str, Any]) -> None:
        for key in self.number:
            self.number[key] += row[key]
            add_money(self.value[key], row["currency"], row[f"{key}_sum"])

    def merge(self, other: Score) -> None:
        for key in self.number:
            self.number[key] += other.number[key]
            for currency, minor in other.value[key].items():
                add_money(self.value[key], currency, minor)

    @property
    def decided(self) -> int:
        return self.number["won"] + self.number["lost"]

    def close_ratio(self, url: str = "") -> Cell:
        return cells.ratio(self.number["won"], self.decided, url)

    def without_vetting(self, url: str = "") -> Cell:
        return cells.ratio(self.number["won"], self.decided - self.number["vetting"], url)


def answer(actor: Membership, filters: Filters) -> Answer:
    by_owner, before = _by_owner_and_before(actor, filters)
    every = _together(by_owner.values())
    dated = _decided(actor, filters, Q(**filters.period.conditions("closed_on"))).annotate(
        month=TruncMonth("closed_on")
    )
    steps = _steps(filters, _scores(dated, "month"))
    return Answer(
        figures=compared(_numbers, filters, every, _together(before.values()), lambda: _first_day(actor)),
        charts=[[_count_chart(filters, steps), *_ratio_chart(filters, steps)]],
        tables=[_by_time(filters, steps, every), _by_owner(filters, by_owner, every), _by_class(filters, every)],
        is_empty=not by_owner,
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


def _decided(actor: Membership, filters: Filters, days: Q) -> QuerySet:
    rows = filters.opportunities(visible(actor, Opportunity.objects.order_by()))
    return rows.filter(days, stage_id__in=stage_ids_meaning("won", "lost"))


def _first_day(actor: Membership) -> date | None:
    decided = _decided(actor, Filters(Period()), Q(closed_on__isnull=False))
    return decided.order_by("closed_on").values_list("closed_on", flat=True).first()


Scores = dict[Any, Score]


def _by_owner_and_before(actor: Membership, filters: Filters) -> tuple[Scores, Scores]:
    decided = _decided(actor, filters, filters.period.both("closed_on"))
    timed = decided.annotate(is_before=is_before(filters.period.conditions("closed_on")))
    found: tuple[Scores, Scores] = ({}, {})
    for (owner_id, before), score in _scores(timed, "owner_id", "is_before").items():
        found[before][owner_id] = score
    return found


def _scores(decided: QuerySet, *names: str) -> Scores:
    """Return the scores by the value of the column ``names``, or by the values of several."""
    won = Q(stage_id__in=stage_ids_meaning("won"))
    cases = {"won": won, "lost": ~won}
    cases |= {key: ~won & Q(loss_reason_id__in=ids_meaning("loss_reason", key)) for key in CLASSES}
    scores: Scores = {}
    for row in decided.values(*names, "currency").annotate(**by_case(cases)):
        key = row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)
        scores.setdefault(key, Score()).add(row)
    return scores


def _together(scores: Iterable[Score]) -> Score:
    total = Score()
    for score in scores:
        total.merge(score)
    return total


def _link(filters: Filters, stage: str = DECIDED, **conditions: Any) -> str:
    days = links.within("closed_on", filters.period)
    return links.rows(Opportunity.type_key, filters, **({"stage": stage} | days | conditions))


# --- The numbers on top


def _numbers(filters: Filters, score: Score) -> list[Figure]:
    decided, won, lost = _link(filters), _link(filters, "meaning:won"), _link(filters, "meaning:lost")
    vetting = _link(filters, "meaning:lost", loss_reason="meaning:vetting")
    number, value = score.number, score.value
    return [
        Figure(
            _("Close ratio"),
            score.close_ratio(decided),
            extra=cells.count(score.decided, decided),
            extra_of=_("won of"),
            note=_("decided"),
        ),
        Figure(
            _("Without vetting losses"),
            score.without_vetting(_link(filters, **WITHOUT_VETTING)),
            extra=cells.count(number["vetting"], vetting),
            note=ngettext("vetting loss left out", "vetting losses left out", number["vetting"]),
        ),
        Figure(_("Won"), cells.count(number["won"], won), extra=cells.money(value["won"], won)),
        Figure(_("Lost"), cells.count(number["lost"], lost), extra=cells.money(value["lost"], lost), good="down"),
    ]


# --- Tables


def _columns(first: Any) -> list[Column]:
    return [
        Column(first, "text"),
        Column(_("Won"), "count"),
        Column(_("Won value"), "money"),
        Column(_("Lost"), "count"),
        Column(_("Of these, vetting"), "count"),
        Column(_("Close ratio"), "ratio"),
        Column(_("Without vetting losses"), "ratio"),
    ]


def _line(name: str, score: Score, filters: Filters, **conditions: Any) -> list[Cell]:
    decided, won = _link(filters, **conditions), _link(filters, "meaning:won", **conditions)
    return [
        cells.text(name, decided if score.decided else ""),
        cells.count(score.number["won"], won),
        cells.money(score.value["won"], won if score.number["won"] else ""),
        cells.count(score.number["lost"], _link(filters, "meaning:lost", **conditions)),
        cells.count(
            score.number["vetting"], _link(filters, "meaning:lost", **(conditions | {"loss_reason": "meaning:vetting"}))
        ),
        score.close_ratio(decided),
        score.without_vetting(_link(filters, **(WITHOUT_VETTING | conditions))),
    ]


@dataclass(frozen=True)
class Step:
    """A month, quarter or year of the table and the charts."""

    name: str
    short_name: str  # for the axis of a chart
    score: Score
    days: dict[str, Any]  # the list filter


@dataclass(frozen=True)
class Steps:
    size: int  # months
    rows: list[Step]
    undated: Score | None


def _steps(filters: Filters, by_month: dict[date | None, Score]) -> Steps:
    dated = {month: score for month, score in by_month.items() if month}
    months = _months(filters.period, dated)
    size = 1 if len(months) <= MOST_MONTHS else 3 if len(months) <= 3 * MOST_QUARTERS else 12
    starts = dict.fromkeys(month.replace(month=(month.month - 1) // size * size + 1) for month in months)
    rows = []
    for start in starts:
        end = start + relativedelta(months=size, days=-1)
        score = _together(score for month, score in dated.items() if start <= month <= end)
        days = links.within("closed_on", filters.period.cut(start, end))
        rows.append(Step(span_words(start, size), span_words(start, size, short=True), score, days))
    return Steps(size, rows, by_month.get(None))


def _by_time(filters: Filters, steps: Steps, every: Score) -> Table:
    rows = [_line(step.name, step.score, filters, **step.days) for step in steps.rows]
    if steps.undated:
        rows.append(_line(_("Without a date"), steps.undated, filters, closed_on__empty="yes"))
    title = {1: _("By month"), 3: _("By quarter"), 12: _("By year")}[steps.size]
    heading = {1: _("Month"), 3: _("Quarter"), 12: _("Year")}[steps.size]
    return Table("time", title, _columns(heading), rows, _line(_("All"), every, filters))


def _months(period: Period, dated: Iterable[date]) -> list[date]:
    """The months of ``period``, ends that are open being those of the data; empty ones in between count too."""
    held = sorted(dated)
    if not held:
        return []
    first = (period.first or held[0]).replace(day=1)
    last = period.end or held[-1]
    length = (last.year - first.year) * 12 + last.month - first.month + 1
    return [first + relativedelta(months=step) for step in range(length)]


def _by_owner(filters: Filters, by_owner: dict[Any, Score], every: Score) -> Table:
    ranked = sorted(by_owner.items(), key=lambda item: (-item[1].number["won"], owner_name(item[0])))
    rows = [_line(owner_name(owner), score, filters, owner=owner_filter(owner)) for owner, score in ranked]
    return Table("owner", _("By owner"), _columns(_("Owner")), rows, _line(_("All"), every, filters))


def _by_class(filters: Filters, every: Score) -> Table:
    """Whose failure the losses were."""
    lost, rows = every.number["lost"], []
    for key, label in CLASSES.items():
        url = _link(filters, "meaning:lost", loss_reason=f"meaning:{key}")
        rows.append(_loss(label, every.number[key], lost, every.value[key], url))
    said = [every.value[key] for key in CLASSES]
    unsaid = {
        currency: minor - sum(sums.get(currency, 0) for sums in said) for currency, minor in every.value["lost"].items()
    }
    number = lost - sum(every.number[key] for key in CLASSES)
    url = _link(filters, "meaning:lost", loss_reason__empty="yes")
    value = {currency: minor for currency, minor in unsaid.items() if minor}
    rows.append(_loss(_("No reason given"), number, lost, value, url))
    return Table(
        key="losses",
        title=_("Losses by class of reason"),
        columns=[
            Column(_("Class"), "text"),
            Column(_("Lost"), "count"),
            Column(_("Share of losses"), "ratio"),
            Column(_("Lost value"), "money"),
        ],
        rows=rows,
        total=_loss(_("All"), lost, lost, every.value["lost"], _link(filters, "meaning:lost")),
    )


def _loss(label: Any, number: int, of: int, value: Money, url: str) -> list[Cell]:
    url = url if number else ""
    return [cells.text(label, url), cells.count(number, url), cells.ratio(number, of, url), cells.money(value, url)]


# --- Charts


def _count_chart(filters: Filters, steps: Steps) -> Chart:
    series = (
        ("won", _("Won"), "series-success"),
        ("lost", _("Lost, without vetting losses"), "series-danger"),
        ("vetting", _("Lost to vetting"), "series-warning"),
    )
    bars = []
    for step in steps.rows:
        number = step.score.number
        counts = {"won": number["won"], "lost": number["lost"] - number["vetting"], "vetting": number["vetting"]}
        urls = {
            "won": _link(filters, "meaning:won", **step.days),
            "lost": _link(filters, "meaning:lost", loss_reason__not="meaning:vetting", **step.days),
            "vetting": _link(filters, "meaning:lost", loss_reason="meaning:vetting", **step.days),
        }
        parts = [Part(counts[key], formats.number(counts[key]), name, urls[key], css) for key, name, css in series]
        bars.append(Bar(step.short_name, parts))
    title = _("Won and lost")
    return Chart(title, columns(bars, label=title), tuple((name, css) for _key, name, css in series))


def _ratio_chart(filters: Filters, steps: Steps) -> list[Chart]:
    """The ratio as a line, where every step between the first and the last decision has one."""
    decided = [index for index, step in enumerate(steps.rows) if step.score.decided - step.score.number["vetting"]]
    if len(decided) < FEWEST_POINTS or decided[-1] - decided[0] + 1 != len(decided):
        return []
    series = []
    ratios: tuple[tuple[Any, str, Any, dict[str, str]], ...] = (
        (_("Close ratio"), "series-1", Score.close_ratio, {}),
        (_("Without vetting losses"), "series-2", Score.without_vetting, WITHOUT_VETTING),
    )
    for name, css, cell, left_out in ratios:
        points = []
        for index in decided:
            step = steps.rows[index]
            share = cell(step.score).value
            points.append(
                Point(step.short_name, float(share), percent(share), _link(filters, **(left_out | step.days)))
            )
        series.append(Series(name, points, css))
    title = _("Close ratio over time")
    drawn = lines(series, label=title, axis=formats.percent, top=1)
    return [Chart(title, drawn, tuple((one.name, one.css) for one in series))]
