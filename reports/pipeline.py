"""What is in the pipeline, in which stage, and whose is it? (No lead is: a lead is not an opportunity yet.)"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.catalogue import seen_type
from crm.picklists.models import Meaning
from crm.picklists.selectors import default_pipeline, pipeline, stages
from crm.queries.condition import Condition, Group
from crm.queries.counts import ALL as ALL_OPEN
from crm.queries.counts import counted
from crm.queries.query import Query
from crm.tenants.clock import day_of, today
from crm.tenants.context import current_tenant
from crm.ui import format as formats
from crm.ui.charts import Bar, Part, stacked_bars
from crm.users.models import Membership
from opportunities.models import Opportunity
from opportunities.selectors import LOST, OPEN, WON
from reports import cells
from reports.answers import Answer, Chart, Figure, Table
from reports.cells import Cell, Money, add_money
from reports.filters import Filters
from reports.numbers import AMOUNT, WEIGHTED, Asked, Numbers, Row, adding, counting, figures, of_currency, table
from reports.past import difference
from reports.people import owner_name
from reports.periods import ALL, LABELS, ONE_DAY, Period
from reports.report import Report
from reports.words import period_words

A_WEEK = timedelta(days=7)
OWNERS_DRAWN = 15
COLOURS = 12
NO_COLOUR = "series-neutral"

Stages = list[tuple[UUID, str]]


def answer(actor: Membership, filters: Filters) -> Answer:
    whole = filters.query(seen_type(Opportunity.type_key, actor))
    asked = whole.where(*filters.period.of("expected_close_on"))
    by_stage_and_owner = replace(asked.where(OPEN), groups=("stage", "owner"), measures=(AMOUNT, WEIGHTED))
    numbers = Numbers((counted(by_stage_and_owner, actor),))
    shown = _stages(filters, {stage for stage, _owner in numbers.rows})
    return Answer(
        figures=[*_figures(actor, asked.where(OPEN), numbers.total), *_overdue(actor, filters, whole)],
        lately=_lately(actor, asked),
        lately_label=_("In the last 7 days"),
        charts=_charts(filters, numbers),
        tables=[*_by_stage(numbers, shown), *_by_owner(numbers, shown)],
        is_empty=not numbers.total.number(),
        left_out=numbers.missing,
    )


REPORT = Report(
    key="pipeline",
    title=gettext_lazy("Pipeline by stage and owner"),
    question=gettext_lazy("What is in the pipeline, in which stage, and whose is it?"),
    icon="chart-bar-stacked",
    empty=gettext_lazy("No open opportunities here"),
    period_label=gettext_lazy("Expected to close"),
    periods=tuple(LABELS),
    default_period=ALL,
    reads=(Opportunity.type_key,),
    narrows_by=("pipeline", "product"),
    answer=answer,
)


# --- The numbers on top


def _figures(actor: Membership, asked: Query, now: Row) -> list[Figure]:
    ago: dict[str, Any] = {"before_label": _("a week ago")}
    before = _a_week_ago(actor, asked, now) if now.of.tells(ALL_OPEN) else None
    if before is None:
        ago = {"note": _("Too much has changed in seven days to tell what it was a week ago.")}
    elif not before[0] and (first := _first_made()) and first >= _week_began():
        ago["data_from"] = day_of(first)
    return figures(
        (_("Open pipeline"), now.money(), ago | {"before": before and cells.money(before[1])}),
        (_("Weighted"), now.money(measure=WEIGHTED), {"note": _("amount × probability")}),
        (_("Open opportunities"), now.count(), ago | {"before": before and cells.count(before[0])}),
    )


def _week_began() -> datetime:
    """When the last seven days began, today being the last of them."""
    return datetime.combine(today() - A_WEEK + ONE_DAY, time.min, current_tenant().zone)


def _a_week_ago(actor: Membership, asked: Query, now: Row) -> tuple[int, Money] | None:
    """Number and amount of the open pipeline as it was when the last seven days began, by the log; None: that tells
    too much to go through.

    No list shows its rows any more.
    """
    moment = _week_began()
    new = asked.where(Condition("created_at", "from", (moment.date().isoformat(),)))
    made_since = Numbers((counted(replace(new, measures=(AMOUNT,)), actor),)).total
    changed_since = difference(actor, asked, moment)
    if changed_since is None:
        return None
    amount = dict(now.amount())
    for sums, sign in ((made_since.amount(), -1), (changed_since.amount, 1)):
        for currency, minor in sums.items():
            add_money(amount, currency, sign * minor)
    number = now.number() - made_since.number() + changed_since.number
    return number, {currency: minor for currency, minor in amount.items() if minor}


def _first_made() -> datetime | None:
    return Opportunity.all_objects.order_by("created_at").values_list("created_at", flat=True).first()


def _overdue(actor: Membership, filters: Filters, whole: Query) -> list[Figure]:
    """What should have closed before the period (or before today) and has not."""
    before = filters.period.before()
    earlier = before or Period(last=today() - ONE_DAY)
    label = _("Still open from %(period)s") % {"period": period_words(before)} if before else _("Overdue")
    asked = whole.where(*earlier.of("expected_close_on"), OPEN)
    row = Numbers((counted(replace(asked, measures=(AMOUNT,)), actor),)).total
    note = ngettext("opportunity", "opportunities", row.number())
    if (money := row.money()) is None:
        return figures((label, row.count(), {}))
    return figures((label, money, {"extra": row.count(), "note": note}))


def _lately(actor: Membership, asked: Query) -> list[Figure]:
    """What the last seven days did: opened, won, lost. A closing day to come has not been yet."""
    days = Period(today() - A_WEEK + ONE_DAY, today())
    opened, closed = days.of("opened_on"), days.of("closed_on")
    measured = replace(asked, measures=(AMOUNT,))
    # Two statements: an index knows what was opened in some days, and another one what was closed.
    new = Numbers((counted(measured, actor, {"opened": opened}, among=Group("all", opened)),)).total
    cases = {"won": (WON, *closed), "lost": (LOST, *closed)}
    over = Numbers((counted(measured, actor, cases, among=Group("all", closed)),)).total
    labels = ((_("Opened"), new, "opened"), (_("Won"), over, "won"), (_("Lost"), over, "lost"))
    return figures(*((label, row.count(case), {"extra": row.money(case)}) for label, row, case in labels))


# --- Tables


def _stages(filters: Filters, held: set[UUID]) -> Stages:
    """The open stages in use, and those ``held``, in their order; with the pipeline's name if it takes one."""
    asked = pipeline(filters.pipeline) if filters.pipeline else default_pipeline()
    offered = {one.pk for one in stages(asked) if one.meaning == Meaning.OPEN}
    found = [one for one in stages(active_only=False) if one.pk in held | offered]
    several = len({one.pipeline_id for one in found}) > 1
    return [(one.pk, f"{one.pipeline.name}: {one.label}" if several else one.label) for one in found]


def _largest(rows: dict[UUID | None, Row], currency: str) -> list[tuple[UUID | None, Row]]:
    """The owners, those with most of the currency first."""
    return sorted(
        rows.items(), key=lambda item: (-item[1].amount().get(currency, 0), -item[1].number(), owner_name(item[0]))
    )


def _asked() -> list[Asked]:
    return [counting(_("Opportunities")), adding(_("Amount")), adding(_("Weighted"), measure=WEIGHTED)]


def _by_stage(numbers: Numbers, shown: Stages) -> list[Table]:
    lines, rows = [], numbers.by("stage")
    for stage_id, name in shown:
        row = rows.get(stage_id) or numbers.nothing("stage", value=stage_id)
        lines.append((cells.text(name, row.url()), row))
    total = cells.text(_("All")), numbers.total
    return table("stage", _("By stage"), _("Stage"), asked=_asked(), lines=lines, total=total)


def _by_owner(numbers: Numbers, shown: Stages) -> list[Table]:
    """A row for each owner, a column for each stage."""
    crossed, by_stage = numbers.rows, numbers.by("stage")

    def amount(row: Row, stage_id: UUID) -> Cell | None:
        here = by_stage.get(stage_id) if row is numbers.total else crossed.get((stage_id, row.value))
        return here.money() if here else numbers.total.money() and cells.money({})

    def column(stage_id: UUID, name: str) -> Asked:
        return Asked(name, "money", lambda row: amount(row, stage_id))

    owners = _largest(numbers.by("owner"), current_tenant().currency)
    lines = [(cells.text(owner_name(owner), row.url()), row) for owner, row in owners]
    asked = [*_asked(), *(column(*one) for one in shown)]
    total = cells.text(_("All")), numbers.total
    return table("owner", _("By owner"), _("Owner"), asked=asked, lines=lines, total=total)


# --- Charts: two for each currency, since lengths of different ones cannot be compared


def _charts(filters: Filters, numbers: Numbers) -> list[list[Chart]]:
    found = []
    for currency in cells.currencies_of([numbers.total.amount()]):
        held = {stage for (stage, _owner), row in numbers.rows.items() if currency in row.amount()}
        shown = _stages(filters, held)
        by_stage = [_stage_chart(numbers, shown, currency)] if numbers.tells(WEIGHTED) else []
        found.append([*by_stage, _owner_chart(numbers, shown, currency)])
    return found


def _stage_chart(numbers: Numbers, shown: Stages, currency: str) -> Chart:
    rows, bars = numbers.by("stage"), []
    for stage_id, name in shown:
        row = rows.get(stage_id) or numbers.nothing("stage", value=stage_id)
        amount, weighted = (row.amount(measure=one).get(currency, 0) for one in (AMOUNT, WEIGHTED))
        rest = Part(amount - weighted, formats.money(amount, currency), _("Amount"), css="series-neutral")
        parts = [Part(weighted, formats.money(weighted, currency), _("Weighted"), css="series-1"), rest]
        url = row.url(ALL_OPEN, *of_currency(currency)) if currency in row.amount() else ""
        bars.append(Bar(name, parts, formats.money(amount, currency), url))
    title = _("Amount by stage, %(currency)s") % {"currency": currency}
    return Chart(
        title,
        stacked_bars(bars, label=title),
        ((_("Weighted by probability"), "series-1"), (_("The rest of the amount"), "series-neutral")),
    )


def _owner_chart(numbers: Numbers, shown: Stages, currency: str) -> Chart:
    """Each owner's amount, made of the stages it is in; the smallest owners stand in the table only."""
    crossed, bars = numbers.rows, []
    # No colour twice: those for which there is none left share the neutral one, and a line of the legend
    colours = {stage_id: f"series-{index + 1}" for index, (stage_id, _name) in enumerate(shown[:COLOURS])}
    owners = {owner: row for owner, row in numbers.by("owner").items() if currency in row.amount()}
    only = of_currency(currency)
    for owner_id, row in _largest(owners, currency)[:OWNERS_DRAWN]:
        parts = []
        for stage_id, name in shown:
            if here := crossed.get((stage_id, owner_id)):
                amount, css = here.amount().get(currency, 0), colours.get(stage_id, NO_COLOUR)
                parts.append(Part(amount, formats.money(amount, currency), name, here.url(ALL_OPEN, *only), css))
        total = formats.money(row.amount().get(currency, 0), currency)
        bars.append(Bar(owner_name(owner_id), parts, total, row.url(ALL_OPEN, *only)))
    title = _("Amount by owner, %(currency)s") % {"currency": currency}
    if len(owners) > OWNERS_DRAWN:
        title = _("%(title)s: the largest %(count)s") % {"title": title, "count": OWNERS_DRAWN}
    legend = [(name, colours[stage_id]) for stage_id, name in shown[:COLOURS]]
    if (others := len(shown) - COLOURS) > 0:
        text = ngettext("%(count)s more stage", "%(count)s more stages", others)
        legend.append((text % {"count": others}, NO_COLOUR))
    return Chart(title, stacked_bars(bars, label=title), tuple(legend))
