"""How many accounts of each type do we have, and what are they worth to us?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Account
from crm.picklists.models import Choice
from crm.picklists.selectors import choices, ids_meaning, stage_ids_meaning
from crm.ui import format as formats
from crm.ui.charts import Bar, Part, bars, stacked_bars
from crm.users.access import visible
from crm.users.models import Membership
from opportunities.fields import has_account
from opportunities.models import Opportunity
from reports import cells, links
from reports.answers import Answer, Chart, Column, Figure, Table
from reports.cells import Cell, Money, add_money
from reports.filters import Filters
from reports.periods import ALL, PAST, Period
from reports.report import Report, data_from
from reports.sums import by_case

CUSTOMER = "meaning:customer"


class Worth:
    """Accounts that are counted together: how many ``are`` so and ``became`` so, and have but lost opportunities
    (``lost_only``); their open and won opportunities.
    """

    def __init__(self) -> None:
        numbers = ("are", "lost_only", "became", "became_before", "open", "won", "won_before")
        self.number = dict.fromkeys(numbers, 0)
        self.value: dict[str, Money] = {"open": {}, "won": {}, "won_before": {}}

    def merge(self, other: Worth) -> None:
        for key, number in other.number.items():
            self.number[key] += number
        for key, sums in other.value.items():
            for currency, minor in sums.items():
                add_money(self.value[key], currency, minor)


Worths = dict[UUID, Worth]


def answer(actor: Membership, filters: Filters) -> Answer:
    worths: Worths = {one.pk: Worth() for one in choices("account_type", active_only=False)}
    _count_accounts(worths, filters.owned(visible(actor, Account.objects.order_by())), filters.period)
    opportunities = visible(actor, Opportunity.objects.order_by()).filter(has_account(actor))
    _count_opportunities(worths, filters.owned(opportunities), filters.period)
    every = _together(worths.values())
    return Answer(
        figures=_figures(actor, filters, worths, every),
        charts=[_charts(filters, worths, every)],
        tables=[_by_type(filters, worths, every)],
        is_empty=not every.number["are"],
    )


REPORT = Report(
    key="accounts-by-type",
    title=gettext_lazy("Accounts by type"),
    question=gettext_lazy("How many prospects, customers and past customers do we have, and what are they worth?"),
    icon="building-2",
    empty=gettext_lazy("No accounts here"),
    period_label=gettext_lazy("Became so, or was won"),
    periods=PAST,
    default_period=ALL,
    reads=(Account.type_key, Opportunity.type_key),
    answer=answer,
)


def _count_accounts(worths: Worths, accounts: QuerySet, period: Period) -> None:
    counts = {
        "are": Count("*"),
        "lost_only": _count_if({"lost_only": True}),
        "became": _count_if(period.conditions("type_since")),
    }
    if before := period.comparable():
        counts["became_before"] = _count_if(before.conditions("type_since"))
    for row in accounts.values("type_id").annotate(**counts):
        worths[row.pop("type_id")].number |= row


def _count_opportunities(worths: Worths, opportunities: QuerySet, period: Period) -> None:
    is_open, won = Q(stage_id__in=stage_ids_meaning("open")), Q(stage_id__in=stage_ids_meaning("won"))
    cases = {"open": is_open, "won": won & Q(**period.conditions("closed_on"))}
    if before := period.comparable():
        cases["won_before"] = won & Q(**before.conditions("closed_on"))
    held = opportunities.filter(stage_id__in=stage_ids_meaning("open", "won"))
    for row in held.values("account__type_id", "currency").annotate(**by_case(cases)):
        worth = worths[row["account__type_id"]]
        for key in cases:
            worth.number[key] += row[key]
            add_money(worth.value[key], row["currency"], row[f"{key}_sum"])


def _count_if(conditions: dict[str, Any]) -> Count:
    return Count("type_id", filter=Q(**conditions)) if conditions else Count("type_id")


def _together(worths: Iterable[Worth]) -> Worth:
    total = Worth()
    for worth in worths:
        total.merge(worth)
    return total


def _accounts(filters: Filters, **conditions: Any) -> str:
    return links.rows(Account.type_key, filters, **conditions)


def _lost_only(filters: Filters, **conditions: Any) -> str:
    return _accounts(filters, lost_only="yes", **conditions)


def _became(filters: Filters, **conditions: Any) -> str:
    return _accounts(filters, **(links.within("type_since", filters.period) | conditions))


def _deals(filters: Filters, meaning: str, **conditions: Any) -> str:
    """The open or won opportunities; those without an account are in no type."""
    days = links.within("closed_on", filters.period) if meaning == "won" else {}
    typed = conditions or {"account_type__filled": "yes"}
    return links.rows(Opportunity.type_key, filters, **({"stage": f"meaning:{meaning}"} | days | typed))


# --- The numbers on top


def _first_day(actor: Membership) -> date | None:
    since = visible(actor, Account.objects.order_by()).aggregate(first=Min("type_since"))["first"]
    deals = visible(actor, Opportunity.objects.order_by()).filter(stage_id__in=stage_ids_meaning("won"))
    won = deals.aggregate(first=Min("closed_on"))["first"]
    return min(filter(None, (since, won)), default=None)


def _figures(actor: Membership, filters: Filters, worths: Worths, every: Worth) -> list[Figure]:
    customers = _together(worths[one] for one in ids_meaning("account_type", "customer"))
    before = filters.period.comparable()
    earlier = replace(filters, period=before) if before else None
    start = data_from(before, lambda: _first_day(actor)) if before else None
    return [
        Figure(_("Accounts"), cells.count(every.number["are"], _accounts(filters))),
        Figure(
            _("Customers"),
            cells.count(customers.number["are"], _accounts(filters, type=CUSTOMER)),
            extra=cells.ratio(customers.number["are"], every.number["are"]),
            note=_("of all accounts"),
        ),
        Figure(
            _("Lost only"),
            cells.count(every.number["lost_only"], _lost_only(filters)),
            extra=cells.ratio(every.number["lost_only"], every.number["are"]),
            note=_("of all accounts"),
        ),
        *(replace(one, data_from=start) for one in _new_customers(filters, customers, earlier)),
        Figure(
            _("Open pipeline"),
            cells.money(every.value["open"], _deals(filters, "open")),
            extra=cells.count(every.number["open"], _deals(filters, "open")),
            note=_of_accounts(every.number["open"]),
        ),
        Figure(
            _("Won value"),
            cells.money(every.value["won"], _deals(filters, "won")),
            extra=cells.count(every.number["won"], _deals(filters, "won")),
            note=_of_accounts(every.number["won"]),
            before=cells.money(every.value["won_before"], _deals(earlier, "won")) if earlier else None,
            data_from=start,
        ),
    ]


def _of_accounts(number: int) -> str:
    """Those of a contact alone are in no type, and so not in the numbers here."""
    return ngettext("opportunity of an account", "opportunities of accounts", number)


def _new_customers(filters: Filters, customers: Worth, earlier: Filters | None) -> list[Figure]:
    if filters.period.is_everything:
        return []
    return [
        Figure(
            _("Became customers"),
            cells.count(customers.number["became"], _became(filters, type=CUSTOMER)),
            before=cells.count(customers.number["became_before"], _became(earlier, type=CUSTOMER)) if earlier else None,
        )
    ]


# --- The table


def _shown(worths: Worths) -> list[tuple[Choice, Worth]]:
    """The types on offer, and those that are not any more but still counted."""
    found = [(one, worths[one.pk]) for one in choices("account_type", active_only=False)]
    return [(one, worth) for one, worth in found if one.is_active or any(worth.number.values())]


def _by_type(filters: Filters, worths: Worths, every: Worth) -> Table:
    became = [] if filters.period.is_everything else [Column(_("Became so in the period"), "count")]
    return Table(
        key="type",
        title=_("By type"),
        columns=[
            Column(_("Type"), "text"),
            Column(_("Accounts"), "count"),
            Column(_("Share of accounts"), "ratio"),
            Column(_("Lost only"), "count"),
            *became,
            Column(_("Open opportunities"), "count"),
            Column(_("Open pipeline"), "money"),
            Column(_("Won opportunities"), "count"),
            Column(_("Won value"), "money"),
        ],
        rows=[_line(filters, one, worth, every) for one, worth in _shown(worths)],
        total=_line(filters, None, every, every),
    )


def _line(filters: Filters, one: Choice | None, worth: Worth, every: Worth) -> list[Cell]:
    """The line of a type, or of all of them together (None)."""
    of_type, of_deals = ({"type": one.pk}, {"account_type": one.pk}) if one else ({}, {})
    url = _accounts(filters, **of_type) if worth.number["are"] else ""
    line = [
        cells.text(one.label if one else _("All"), url),
        cells.count(worth.number["are"], url),
        cells.ratio(worth.number["are"], every.number["are"], url),
        cells.count(worth.number["lost_only"], _lost_only(filters, **of_type) if worth.number["lost_only"] else ""),
    ]
    if not filters.period.is_everything:
        line.append(cells.count(worth.number["became"], _became(filters, **of_type)))
    for meaning in ("open", "won"):
        rows = _deals(filters, meaning, **of_deals) if worth.number[meaning] else ""
        line += [cells.count(worth.number[meaning], rows), cells.money(worth.value[meaning], rows)]
    return line


# --- Charts


def _charts(filters: Filters, worths: Worths, every: Worth) -> list[Chart]:
    title = _("Accounts")
    found = [
        (one.label, worth.number["are"], formats.number(worth.number["are"]), _accounts(filters, type=one.pk))
        for one, worth in _shown(worths)
    ]
    return [Chart(title, bars(found, label=title)), *(_worth_chart(filters, worths, one) for one in _currencies(every))]


def _currencies(every: Worth) -> list[str]:
    return cells.currencies_of([every.value["open"], every.value["won"]])


def _worth_chart(filters: Filters, worths: Worths, currency: str) -> Chart:
    series = (("won", _("Won"), "series-success"), ("open", _("Open"), "series-1"))
    found = []
    for one, worth in _shown(worths):
        parts = []
        for key, name, css in series:
            minor = worth.value[key].get(currency, 0)
            url = _deals(filters, key, account_type=one.pk, **links.with_amount(currency))
            parts.append(Part(minor, formats.money(minor, currency), name, url, css))
        found.append(Bar(one.label, parts, " + ".join(part.text for part in parts if part.value)))
    title = _("Won value and open pipeline, %(currency)s") % {"currency": currency}
    return Chart(title, stacked_bars(found, label=title), tuple((name, css) for _key, name, css in series))
