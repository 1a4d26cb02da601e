"""How many accounts of each type do we have, and what are they worth to us?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Account
from accounts.picklists import AccountType
from crm.catalogue import seen_type
from crm.catalogue.types import RecordType
from crm.picklists.models import Choice, Meaning
from crm.picklists.selectors import choices
from crm.queries.condition import Condition
from crm.queries.counts import Cases, counted
from crm.queries.query import Query
from crm.ui import format as formats
from crm.ui.charts import Bar, Part, bars, stacked_bars
from crm.users.models import Membership
from opportunities.models import Opportunity
from opportunities.selectors import OPEN, WON
from reports import cells
from reports.answers import Answer, Chart, Figure, Table
from reports.cells import Cell
from reports.filters import Filters
from reports.numbers import AMOUNT, Asked, Numbers, Row, adding, counting, figures, of_currency, table
from reports.periods import ALL, PAST, Period
from reports.report import Report, data_from, first_day

CUSTOMER = Condition("type", "is", (f"meaning:{AccountType.CUSTOMER}",))
LOST_ONLY = Condition("lost_only", "is", ("yes",))
BEFORE = ("new_before", "won_before")
HELD = Condition("stage", "is", (f"meaning:{Meaning.OPEN}", f"meaning:{Meaning.WON}"))  # what is of worth


def answer(actor: Membership, filters: Filters) -> Answer:
    accounts, deals = (filters.query(seen_type(key, actor)) for key in (Account.type_key, Opportunity.type_key))
    # Those of a contact alone are in no type
    deals = deals.where(HELD, Condition("account_type", "filled"))
    of_accounts = counted(replace(accounts, groups=("type",)), actor, _of_accounts(filters.period))
    asked = replace(deals, groups=("account_type",), measures=(AMOUNT,))
    of_deals = counted(asked, actor, _of_deals(filters.period))
    numbers = Numbers((of_accounts, of_deals))
    types = _types(numbers)
    return Answer(
        figures=_figures(filters.period, numbers.total, lambda: _first_day(actor, accounts.type, deals.type)),
        charts=[[_chart(types), *(_worth_chart(types, one) for one in _currencies(numbers))]] if types else [],
        tables=_by_type(types, numbers.total),
        is_empty=not numbers.total.number("are"),
        left_out=numbers.missing,
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


def _of_accounts(period: Period) -> Cases:
    cases: dict[str, tuple[Condition, ...]] = {"are": (), "customers": (CUSTOMER,), "lost_only": (LOST_ONLY,)}
    if not period.is_everything:
        since = period.of("type_since")
        cases |= {"became": since, "new_customers": (CUSTOMER, *since)}
    if before := period.comparable():
        cases["new_before"] = (CUSTOMER, *before.of("type_since"))
    return cases


def _of_deals(period: Period) -> Cases:
    cases: dict[str, tuple[Condition, ...]] = {"open": (OPEN,), "won": (WON, *period.of("closed_on"))}
    if before := period.comparable():
        cases["won_before"] = (WON, *before.of("closed_on"))
    return cases


# --- The numbers on top


def _first_day(actor: Membership, accounts: RecordType, opportunities: RecordType) -> date | None:
    return first_day(actor, (Query(accounts), "type_since"), (Query(opportunities, (WON,)), "closed_on"))


def _figures(period: Period, every: Row, begun: Callable[[], date | None]) -> list[Figure]:
    before = period.comparable()
    start = data_from(before, begun) if before else None
    of_all = _("of all accounts")
    earlier = {case: every.money(case) if case == "won_before" else every.count(case) for case in BEFORE}
    return figures(
        (_("Accounts"), every.count("are"), {}),
        (
            _("Customers"),
            every.count("customers"),
            {"extra": every.ratio("customers", "are", ""), "note": of_all},
        ),
        (_("Lost only"), every.count("lost_only"), {"extra": every.ratio("lost_only", "are", ""), "note": of_all}),
        (_("Became customers"), every.count("new_customers"), {"before": earlier["new_before"], "data_from": start}),
        (
            _("Open pipeline"),
            every.money("open"),
            {"extra": every.count("open"), "note": _of_an_account(every.number("open"))},
        ),
        (
            _("Won value"),
            every.money("won"),
            {
                "extra": every.count("won"),
                "note": _of_an_account(every.number("won")),
                "before": earlier["won_before"],
                "data_from": start,
            },
        ),
    )


def _of_an_account(number: int) -> str:
    """Those of a contact alone are in no type, and so not in the numbers here."""
    return ngettext("opportunity of an account", "opportunities of accounts", number)


# --- The table


Types = list[tuple[Choice, Row]]


def _types(numbers: Numbers) -> Types:
    """The types on offer, and those that are not any more but still counted; none where they are not to be told."""
    if not all(one.query.groups for one in numbers.counts):
        return []
    rows, every = numbers.rows, choices("account_type", active_only=False)
    found = [(one, rows.get((one.pk,)) or numbers.nothing(value=one.pk)) for one in every]
    return [(one, row) for one, row in found if one.is_active or row.lines[0].tallies or row.lines[-1].tallies]


def _by_type(types: Types, every: Row) -> list[Table]:
    asked = [
        counting(_("Accounts"), "are"),
        Asked(_("Share of accounts"), "ratio", lambda row: _share(row, every)),
        counting(_("Lost only"), "lost_only"),
        counting(_("Became so in the period"), "became"),
        counting(_("Open opportunities"), "open"),
        adding(_("Open pipeline"), "open"),
        counting(_("Won opportunities"), "won"),
        adding(_("Won value"), "won"),
    ]
    if not types:
        return []
    lines = [_named(one.label, row) for one, row in types]
    return table("type", _("By type"), _("Type"), asked=asked, lines=lines, total=_named(_("All"), every))


def _named(name: str, row: Row) -> tuple[Cell, Row]:
    return cells.text(name, row.url("are") if row.number("are") else ""), row


def _share(row: Row, every: Row) -> Cell:
    return cells.ratio(row.number("are"), every.number("are"), row.url("are") if row.number("are") else "")


# --- Charts


def _chart(types: Types) -> Chart:
    title = _("Accounts")
    found = [(one.label, row.number("are"), formats.number(row.number("are")), row.url("are")) for one, row in types]
    return Chart(title, bars(found, label=title))


def _currencies(numbers: Numbers) -> list[str]:
    return cells.currencies_of([numbers.total.amount("open"), numbers.total.amount("won")])


def _worth_chart(types: Types, currency: str) -> Chart:
    series = (("won", _("Won"), "series-success"), ("open", _("Open"), "series-1"))
    found = []
    for one, row in types:
        parts = []
        for key, name, css in series:
            minor = row.amount(key).get(currency, 0)
            parts.append(Part(minor, formats.money(minor, currency), name, row.url(key, *of_currency(currency)), css))
        found.append(Bar(one.label, parts, " + ".join(part.text for part in parts if part.value)))
    title = _("Won value and open pipeline, %(currency)s") % {"currency": currency}
    return Chart(title, stacked_bars(found, label=title), tuple((name, css) for _key, name, css in series))
