"""The numbers of a report as cells, each with the address of its rows: what ``crm.queries.counts`` says, arranged.

A number that cannot be told to this person, since it asks by a field that their role hides, is None; figures, columns
and charts of such numbers are left out, and ``Numbers.missing`` names the fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any

from crm.catalogue import record_type
from crm.queries.condition import Condition, Part
from crm.queries.counts import ALL, Counts, Line
from crm.queries.measures import Sum, Weighted
from crm.queries.query import Query
from opportunities.selectors import LOST, WON
from reports import cells
from reports.answers import Column, Figure, Table
from reports.cells import Cell, Kind, Money, add_money

AMOUNT, WEIGHTED = Sum("amount"), Weighted("amount")
DECIDED = Condition("stage", "is", (*WON.values, *LOST.values))

# What tells closed opportunities apart; the list's own columns are about open ones.
_COLUMNS = {
    WON.values: ("name", "account", "amount", "closed_on", "owner", "product", "source"),
    LOST.values: ("name", "account", "amount", "closed_on", "loss_reason", "loss_class", "owner"),
    DECIDED.values: ("name", "account", "amount", "stage", "closed_on", "loss_reason", "loss_class", "owner"),
}


def url_of(query: Query) -> str:
    """The list of the rows of ``query``, with the columns that these are about."""
    stage = next((one.values for one in query.leaves if one.field == "stage"), ())
    columns = tuple(name for name in _COLUMNS.get(stage, ()) if query.type.has(name))
    return (replace(query, columns=columns) if columns else query).url()


def of_currency(currency: str) -> tuple[Part, ...]:
    """What the opportunities meet that a sum of ``currency`` is made of."""
    return Condition("currency", "is", (currency,)), Condition("amount", "filled")


@dataclass(frozen=True)
class Row:
    """Records that are counted together: those of ``lines``, which may be of several types.

    Where several are of one query, ``whole`` is the query of all of them; without it their number leads nowhere.
    """

    of: Numbers
    lines: tuple[Line, ...]
    whole: Query | None = None
    _urls: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _amounts: dict[tuple[str, str], Money] = field(default_factory=dict, repr=False, compare=False)

    @property
    def value(self) -> Any:
        """What the lines have in the first of their groups."""
        return self.lines[0].values[0]

    def number(self, case: str = ALL) -> int:
        return sum(line[case].count for line in self.lines)

    def amount(self, case: str = ALL, measure: Sum = AMOUNT) -> Money:
        """What it adds up to. Not to be changed: charts, columns and totals ask for the same again."""
        place = case, measure.name
        if place not in self._amounts:
            found: Money = {}
            for line in self.lines:
                for currency, minor in line[case].sum(measure).items():
                    add_money(found, currency, minor)
            self._amounts[place] = found
        return self._amounts[place]

    def url(self, case: str = ALL, *more: Part) -> str:
        """The list of the rows of ``case``, narrowed by ``more``; "" where none shows them."""
        if not more:
            return self._urls.get(case) or self._urls.setdefault(case, self._url(case))
        return self._url(case, *more)

    def _url(self, case: str, *more: Part) -> str:
        lines = [line for line in self.lines if case in line.cases]
        if self.whole is not None and lines:
            return url_of(self.whole.where(*lines[0].cases[case], *more))
        return url_of(lines[0].query_of(case).where(*more)) if len(lines) == 1 else ""

    def count(self, case: str = ALL) -> Cell | None:
        if not self.of.tells(case):
            return None
        number = self.number(case)
        return cells.count(number, self.url(case) if number else "")

    def money(self, case: str = ALL, measure: Sum = AMOUNT) -> Cell | None:
        if not self.of.tells(case, measure):
            return None
        amount = self.amount(case, measure)
        return cells.money(amount, self.url(case) if amount else "")

    def ratio(self, part: str, whole: str, leads_to: str) -> Cell | None:
        """How much of the case ``whole`` is ``part``; ``leads_to`` is the case of the rows to look at, if any."""
        if not self.of.tells(part, whole, *filter(None, [leads_to])):
            return None
        return cells.ratio(self.number(part), self.number(whole), self.url(leads_to) if leads_to else "")


@dataclass(frozen=True)
class Numbers:
    """``counts`` of one type or several, told apart by the same groups, each by cases of its own names."""

    counts: tuple[Counts, ...]
    _by: dict[tuple[str, ...], dict[Any, Row]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def total(self) -> Row:
        return Row(self, tuple(one.total for one in self.counts))

    def tells(self, *asked: str | Sum) -> bool:
        """Whether this person may be told the numbers of all these cases, and sums."""
        return self._told.issuperset(asked)

    @cached_property
    def _told(self) -> frozenset[object]:
        return frozenset(chain.from_iterable((*each.cases, *each.query.measures) for each in self.counts))

    def groups_by(self, *groups: str) -> bool:
        """Whether this person may be told them by those groups."""
        told = [each for each in self.counts if each.cases]
        return bool(told) and all(set(groups) <= set(each.query.groups) for each in told)

    def by(self, *groups: str) -> dict[Any, Row]:
        """A row for each value of the group, or for the values of several; none where it may not be told."""
        if groups not in self._by:
            self._by[groups] = self._found(*groups) if self.groups_by(*groups) else {}
        return self._by[groups]

    def _found(self, *groups: str) -> dict[Any, Row]:
        found: dict[Any, list[Line]] = {}
        for each in (one for one in self.counts if one.cases):
            for line in each.by(*groups):
                found.setdefault(line.keys, []).append(line)
        return {keys[0] if len(groups) == 1 else keys: Row(self, tuple(lines)) for keys, lines in found.items()}

    def together(self, rows: Iterable[Row], whole: Query | None = None) -> Row:
        return Row(self, tuple(line for row in rows for line in row.lines), whole)

    @cached_property
    def rows(self) -> dict[Any, Row]:
        """A row for the values of all groups, whatever these are called in each of the types, by the values."""
        found: dict[Any, list[Line]] = {}
        for line in chain.from_iterable(each.lines for each in self.counts):
            found.setdefault(line.keys, []).append(line)
        return {keys: Row(self, tuple(lines)) for keys, lines in found.items()}

    def nothing(self, *groups: str, value: Any) -> Row:
        """The row of a value that no record has in the group: in one of ``groups``, or the only one that there is."""
        return Row(self, tuple(each.line(groups or each.query.groups, (value,)) for each in self.counts))

    @property
    def missing(self) -> list[str]:
        """What the fields are called that numbers were left out for."""
        return [_label(each, name) for each in self.counts for name in sorted(each.missing)]


def _label(counts: Counts, name: str) -> str:
    return str(record_type(counts.query.type.key).spec(name).label)


# --- Figures and tables of such cells


def figures(*found: tuple[Any, Cell | None, dict[str, Any]]) -> list[Figure]:
    """Those of which there is something to tell: (label, cell, what else a ``Figure`` has)."""
    return [Figure(label, cell, **more) for label, cell, more in found if cell is not None]


@dataclass(frozen=True)
class Asked:
    """A column: what it is called, and what ``cell`` says of a row."""

    label: Any
    kind: Kind
    cell: Callable[[Row], Cell | None]


def counting(label: Any, case: str = ALL) -> Asked:
    return Asked(label, "count", lambda row: row.count(case))


def adding(label: Any, case: str = ALL, measure: Sum = AMOUNT) -> Asked:
    return Asked(label, "money", lambda row: row.money(case, measure))


def sharing(label: Any, part: str, whole: str, leads_to: str) -> Asked:
    return Asked(label, "ratio", lambda row: row.ratio(part, whole, leads_to))


def table(
    key: str,
    title: Any,
    heading: Any,
    *,
    asked: Iterable[Asked],
    lines: Iterable[tuple[Cell, Row]],
    total: tuple[Cell, Row],
) -> list[Table]:
    """The table with a line for each of ``lines``, which begin with those cells; none where nothing of it is told."""
    told = [one for one in asked if one.cell(total[1]) is not None]
    if not told:
        return []

    def line(name: Cell, row: Row) -> list[Cell]:
        return [name, *(cell for one in told if (cell := one.cell(row)) is not None)]

    columns = [Column(heading, "text"), *(Column(one.label, one.kind) for one in told)]
    rows = [line(name, row) for name, row in lines]
    return [Table(key, title, columns, rows, line(*total))]
