"""What is in the pipeline, in which stage, and whose is it? (No lead is: a lead is not an opportunity yet.)"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.picklists.selectors import default_pipeline, pipeline, stage_ids_meaning, stages
from crm.tenants.clock import day_of, today
from crm.tenants.context import current_tenant
from crm.ui import format as formats
from crm.ui.charts import Bar, Part, stacked_bars
from crm.users.access import visible
from crm.users.models import Membership
from opportunities.models import Opportunity
from reports import cells, links
from reports.answers import Answer, Chart, Column, Figure, Table
from reports.cells import Cell, Money, add_money
from reports.filters import Filters
from reports.past import difference
from reports.people import owner_filter, owner_name
from reports.periods import ALL, LABELS, ONE_DAY, Period
from reports.report import Report
from reports.sums import by_case, weighted_minor
from reports.words import period_words

A_WEEK = timedelta(days=7)
OWNERS_DRAWN = 15
COLOURS = 12
NO_COLOUR = "series-neutral"


@dataclass
class Heap:
    """Opportunities that are counted together."""

    number: int = 0
    amount: Money = field(default_factory=dict)
    weighted: Money = field(default_factory=dict)

    def add(self, row: dict[str, Any], sign: int = 1) -> None:
        self.number += sign * row["number"]
        for sums, name in ((self.amount, "amount_sum"), (self.weighted, "weighted_sum")):
            if row.get(name) is not None:
                add_money(sums, row["currency"], sign * row[name])


Groups = dict[Any, Heap]
Rows = list[dict[str, Any]]  # one for each stage, owner and currency


def answer(actor: Membership, filters: Filters) -> Answer:
    rows = _sums(_open(actor, filters, filters.period))
    return Answer(
        figures=_figures(actor, filters, rows),
        lately=_lately(filters, _week(actor, filters)),
        lately_label=_("In the last 7 days"),
        charts=_charts(filters, rows),
        tables=[_by_stage(filters, rows), _by_owner(filters, rows)],
        is_empty=not rows,
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


def _asked(actor: Membership, filters: Filters, period: Period) -> QuerySet:
    rows = filters.opportunities(visible(actor, Opportunity.objects.order_by()))
    return rows.filter(**period.conditions("expected_close_on"))


def _open(actor: Membership, filters: Filters, period: Period) -> QuerySet:
    return _asked(actor, filters, period).filter(stage_id__in=stage_ids_meaning("open"))


def _sums(rows: QuerySet) -> list[dict[str, Any]]:
    by = rows.values("stage_id", "owner_id", "currency")
    return list(by.annotate(number=Count("*"), amount_sum=Sum("amount_minor"), weighted_sum=Sum(weighted_minor())))


def _heap(rows: Iterable[dict[str, Any]]) -> Heap:
    heap = Heap()
    for row in rows:
        heap.add(row)
    return heap


def _grouped(rows: Iterable[dict[str, Any]], *names: str) -> Groups:
    groups: Groups = {}
    for row in rows:
        key = row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)
        groups.setdefault(key, Heap()).add(row)
    return groups


def _link(filters: Filters, period: Period | None = None, **conditions: Any) -> str:
    days = links.within("expected_close_on", period or filters.period)
    return links.rows(Opportunity.type_key, filters, **({"stage": "meaning:open"} | days | conditions))


# --- The numbers on top


def _figures(actor: Membership, filters: Filters, rows: Rows) -> list[Figure]:
    now, all_open = _heap(rows), _link(filters)
    ago: dict[str, Any] = {"before_label": _("a week ago")}
    before = _a_week_ago(actor, filters, now)
    if before is None:
        ago = {"note": _("Too much has changed in seven days to tell what it was a week ago.")}
    elif not before.number and (first := _first_made()) and first >= _week_began():
        ago["data_from"] = day_of(first)
    return [
        Figure(
            _("Open pipeline"),
            cells.money(now.amount, all_open),
            before=None if before is None else cells.money(before.amount),
            **ago,
        ),
        Figure(_("Weighted"), cells.money(now.weighted, all_open), note=_("amount × probability")),
        Figure(
            _("Open opportunities"),
            cells.count(now.number, all_open),
            before=None if before is None else cells.count(before.number),
            **ago,
        ),
        _overdue(actor, filters),
    ]


def _week_began() -> datetime:
    """When the last seven days began, today being the last of them."""
    return datetime.combine(today() - A_WEEK + ONE_DAY, time.min, current_tenant().zone)


def _a_week_ago(actor: Membership, filters: Filters, now: Heap) -> Heap | None:
    """The open pipeline as it was when the last seven days began, by the log; None: that tells too much to go through.

    No list shows its rows any more.
    """
    moment = _week_began()
    new = _open(actor, filters, filters.period).filter(created_at__gte=moment).values("currency")
    made_since = _heap(new.annotate(number=Count("*"), amount_sum=Sum("amount_minor")))
    changed_since = difference(actor, filters, moment)
    if changed_since is None:
        return None
    amount = dict(now.amount)
    for sums, sign in ((made_since.amount, -1), (changed_since.amount, 1)):
        for currency, minor in sums.items():
            add_money(amount, currency, sign * minor)
    return Heap(
        now.number - made_since.number + changed_since.number,
        {currency: minor for currency, minor in amount.items() if minor},
    )


def _first_made() -> datetime | None:
    return Opportunity.all_objects.order_by("created_at").values_list("created_at", flat=True).first()


def _overdue(actor: Membership, filters: Filters) -> Figure:
    """What should have closed before the period (or before today) and has not."""
    before = filters.period.before()
    earlier = before or Period(last=today() - ONE_DAY)
    label = _("Still open from %(period)s") % {"period": period_words(before)} if before else _("Overdue")
    sums = _open(actor, filters, earlier).values("currency")
    heap = _heap(sums.annotate(number=Count("*"), amount_sum=Sum("amount_minor")))
    url = _link(filters, earlier)
    number = cells.count(heap.number, url)
    note = ngettext("opportunity", "opportunities", heap.number)
    return Figure(label, cells.money(heap.amount, url if heap.number else ""), extra=number, note=note)


def _week(actor: Membership, filters: Filters) -> dict[str, Heap]:
    """What the last seven days did: opened, won, lost. A closing day to come has not been yet."""
    days = Period(today() - A_WEEK + ONE_DAY, today())
    new, done = Q(**days.conditions("opened_on")), Q(**days.conditions("closed_on"))
    cases = {
        "opened": new,
        "won": done & Q(stage_id__in=stage_ids_meaning("won")),
        "lost": done & Q(stage_id__in=stage_ids_meaning("lost")),
    }
    heaps = {key: Heap() for key in cases}
    for row in _asked(actor, filters, filters.period).filter(new | done).values("currency").annotate(**by_case(cases)):
        for key, heap in heaps.items():
            heap.add({"number": row[key], "amount_sum": row[f"{key}_sum"], "currency": row["currency"]})
    return heaps


def _lately(filters: Filters, week: dict[str, Heap]) -> list[Figure]:
    last_days = Period(today() - A_WEEK + ONE_DAY, today())
    opened, closed = links.within("opened_on", last_days), links.within("closed_on", last_days)
    days = links.within("expected_close_on", filters.period)
    found = []
    for key, label, conditions in (
        ("opened", _("Opened"), opened),
        ("won", _("Won"), {"stage": "meaning:won"} | closed),
        ("lost", _("Lost"), {"stage": "meaning:lost"} | closed),
    ):
        url = links.rows(Opportunity.type_key, filters, **(days | conditions))
        found.append(Figure(label, cells.count(week[key].number, url), extra=cells.money(week[key].amount, url)))
    return found


# --- Tables


def _stage_names(filters: Filters, rows: Rows) -> list[tuple[UUID, str]]:
    """The open stages in use, and those that hold a row, in their order; with the pipeline's name if it takes one."""
    held = {row["stage_id"] for row in rows}
    asked = pipeline(filters.pipeline) if filters.pipeline else default_pipeline()
    offered = {one.pk for one in stages(asked) if one.meaning == "open"}
    found = [one for one in stages(active_only=False) if one.pk in held | offered]
    several = len({one.pipeline_id for one in found}) > 1
    return [(one.pk, f"{one.pipeline.name}: {one.label}" if several else one.label) for one in found]


def _owners(rows: Rows) -> list[tuple[UUID | None, Heap]]:
    """The owners with their heaps: most of the workspace's own currency first."""
    own = current_tenant().currency
    heaps = _grouped(rows, "owner_id")
    return sorted(heaps.items(), key=lambda item: (-item[1].amount.get(own, 0), -item[1].number, owner_name(item[0])))


def _heap_columns() -> list[Column]:
    return [Column(_("Opportunities"), "count"), Column(_("Amount"), "money"), Column(_("Weighted"), "money")]


def _heap_cells(heap: Heap, url: str) -> list[Cell]:
    url = url if heap.number else ""
    return [cells.count(heap.number, url), cells.money(heap.amount, url), cells.money(heap.weighted, url)]


def _by_stage(filters: Filters, rows: Rows) -> Table:
    heaps = _grouped(rows, "stage_id")
    lines = []
    for stage_id, name in _stage_names(filters, rows):
        url = _link(filters, stage=stage_id)
        lines.append([cells.text(name, url), *_heap_cells(heaps.get(stage_id, Heap()), url)])
    return Table(
        key="stage",
        title=_("By stage"),
        columns=[Column(_("Stage"), "text"), *_heap_columns()],
        rows=lines,
        total=[cells.text(_("All")), *_heap_cells(_heap(rows), _link(filters))],
    )


def _by_owner(filters: Filters, rows: Rows) -> Table:
    """A row for each owner, a column for each stage."""
    names = _stage_names(filters, rows)
    crossed, by_stage = _grouped(rows, "owner_id", "stage_id"), _grouped(rows, "stage_id")
    lines = []
    for owner_id, heap in _owners(rows):
        owner = owner_filter(owner_id)
        url = _link(filters, owner=owner)
        line = [cells.text(owner_name(owner_id), url), *_heap_cells(heap, url)]
        line += [_amount(crossed.get((owner_id, one)), _link(filters, owner=owner, stage=one)) for one, _name in names]
        lines.append(line)
    total = [cells.text(_("All")), *_heap_cells(_heap(rows), _link(filters))]
    total += [_amount(by_stage.get(one), _link(filters, stage=one)) for one, _name in names]
    return Table(
        key="owner",
        title=_("By owner"),
        columns=[Column(_("Owner"), "text"), *_heap_columns(), *(Column(name, "money") for _id, name in names)],
        rows=lines,
        total=total,
    )


def _amount(heap: Heap | None, url: str) -> Cell:
    return cells.money(heap.amount, url) if heap else cells.money({})


# --- Charts: two for each currency, since lengths of different ones cannot be compared


def _charts(filters: Filters, rows: Rows) -> list[list[Chart]]:
    found = []
    for currency in cells.currencies_of([_heap(rows).amount]):
        of_currency = [row for row in rows if row["currency"] == currency]
        found.append([_stage_chart(filters, of_currency, currency), _owner_chart(filters, of_currency, currency)])
    return found


def _stage_chart(filters: Filters, rows: Rows, currency: str) -> Chart:
    heaps, bars = _grouped(rows, "stage_id"), []
    for stage_id, name in _stage_names(filters, rows):
        heap, url = heaps.get(stage_id, Heap()), _link(filters, stage=stage_id, **links.with_amount(currency))
        amount, weighted = heap.amount.get(currency, 0), heap.weighted.get(currency, 0)
        rest = Part(amount - weighted, formats.money(amount, currency), _("Amount"), css="series-neutral")
        parts = [Part(weighted, formats.money(weighted, currency), _("Weighted"), css="series-1"), rest]
        bars.append(Bar(name, parts, formats.money(amount, currency), url if heap.number else ""))
    title = _("Amount by stage, %(currency)s") % {"currency": currency}
    return Chart(
        title,
        stacked_bars(bars, label=title),
        ((_("Weighted by probability"), "series-1"), (_("The rest of the amount"), "series-neutral")),
    )


def _owner_chart(filters: Filters, rows: Rows, currency: str) -> Chart:
    """Each owner's amount, made of the stages it is in; the smallest owners stand in the table only."""
    crossed, names, bars = _grouped(rows, "owner_id", "stage_id"), _stage_names(filters, rows), []
    # No colour twice: those for which there is none left share the neutral one, and a line of the legend
    colours = {stage_id: f"series-{index + 1}" for index, (stage_id, _name) in enumerate(names[:COLOURS])}
    ranked = sorted(_grouped(rows, "owner_id").items(), key=lambda item: -item[1].amount.get(currency, 0))
    for owner_id, heap in ranked[:OWNERS_DRAWN]:
        owner, parts = owner_filter(owner_id), []
        for stage_id, name in names:
            amount = crossed.get((owner_id, stage_id), Heap()).amount.get(currency, 0)
            url = _link(filters, owner=owner, stage=stage_id, **links.with_amount(currency))
            parts.append(Part(amount, formats.money(amount, currency), name, url, colours.get(stage_id, NO_COLOUR)))
        total = formats.money(heap.amount.get(currency, 0), currency)
        bars.append(Bar(owner_name(owner_id), parts, total, _link(filters, owner=owner, **links.with_amount(currency))))
    title = _("Amount by owner, %(currency)s") % {"currency": currency}
    if len(ranked) > OWNERS_DRAWN:
        title = _("%(title)s: the largest %(count)s") % {"title": title, "count": OWNERS_DRAWN}
    legend = [(name, colours[stage_id]) for stage_id, name in names[:COLOURS]]
    if (others := len(names) - COLOURS) > 0:
        text = ngettext("%(count)s more stage", "%(count)s more stages", others)
        legend.append((text % {"count": others}, NO_COLOUR))
    return Chart(title, stacked_bars(bars, label=title), tuple(legend))
