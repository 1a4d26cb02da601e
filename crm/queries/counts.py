"""The numbers of a query, told apart by its groups and by cases: one statement for all, each the query of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, F, Min, Value
from django.db.models.functions import TruncMonth

from crm.fields.spec import FieldSpec
from crm.queries.condition import Condition, Part, joined
from crm.queries.measures import First, Measure, Sum
from crm.queries.query import Query
from crm.tenants.context import current_tenant
from crm.users.models import Membership

ALL = "all"  # the case of what is counted without any
MONTH = ":month"  # behind the name of a day: by its month, whose value is the first day of it


@dataclass
class Tally:
    """How many records, and what of them each measure says: of a sum ``{currency: minor units}``."""

    count: int = 0
    values: dict[Measure, Any] = field(default_factory=dict)

    def sum(self, measure: Sum) -> dict[str, int]:
        found: dict[str, int] = self.values.get(measure, {})
        return found

    def add(self, other: Tally) -> None:
        self.count += other.count
        for measure, value in other.values.items():
            if isinstance(measure, First):
                self.values[measure] = measure.better(self.values.get(measure), value)
                continue
            sums = self.values.setdefault(measure, {})
            for currency, minor in value.items():
                sums[currency] = sums.get(currency, 0) + minor


@dataclass
class Line:
    """The records of ``query`` that have the ``values`` in its groups; a case narrows them further."""

    query: Query
    values: tuple[Any, ...]
    cases: Mapping[str, tuple[Part, ...]]
    tallies: dict[str, Tally]

    def __getitem__(self, case: str) -> Tally:
        return self.tallies[case]

    def query_of(self, case: str) -> Query:
        """The query whose rows are the number of ``case``."""
        return self.query.where(*self.cases[case])


@dataclass
class Counts:
    """``lines`` are in no order."""

    query: Query
    cases: Mapping[str, tuple[Part, ...]]
    lines: list[Line]

    @property
    def total(self) -> Line:
        [line] = self.by() or [self._line(())]
        return line

    def by(self, *groups: str) -> list[Line]:
        """The lines by some of the groups alone, in the order in which they came."""
        places = [self.query.groups.index(one) for one in groups]
        found: dict[Any, Line] = {}
        for line in self.lines:
            values = tuple(line.values[place] for place in places)
            into = found.get(values)
            if into is None:
                into = found[values] = self._line(values, *groups)
            for case, tally in line.tallies.items():
                into.tallies[case].add(tally)
        return list(found.values())

    def _line(self, values: tuple[Any, ...], *groups: str) -> Line:
        query = replace(self.query, groups=(), measures=())
        for name, value in zip(groups, values, strict=True):
            query = narrowed(query, name, value)
        return Line(query, values, self.cases, {case: Tally() for case in self.cases})


def counted(query: Query, actor: Membership, cases: Mapping[str, Iterable[Part]] | None = None) -> Counts:
    """Count, and measure, the records of ``query`` by its groups: all of them, or those that meet each of ``cases``.

    One statement, whatever the number of groups, cases and measures. Raises ``ValidationError`` for a condition that
    cannot be read.
    """
    kept = {case: tuple(parts) for case, parts in (cases or {ALL: ()}).items()}
    measures = query.measures
    by = {f"group_{at}": _column(query, name) for at, name in enumerate(query.groups)}
    if sums := [one for one in measures if isinstance(one, Sum)]:
        by["money_in"] = F(sums[0].currency(query.type))
    numbers: dict[str, Any] = {
        f"label_{at}": Min(spec.column)
        for at, name in enumerate(query.groups)
        if (spec := _spec(query, name)) and spec.kind.is_grouped_by_key
    }
    for at, parts in enumerate(kept.values()):
        only = joined("all", [part.q(query.type, actor) for part in parts])
        numbers[f"count_{at}"] = Count(Value(1), filter=only or None)
        for place, measure in enumerate(measures):
            numbers[f"measure_{at}_{place}"] = measure.aggregate(query.type, only)
    rows = query.rows(actor).order_by()
    found = rows.annotate(**by).values(*by).annotate(**numbers) if by else [rows.aggregate(**numbers)]
    counts = Counts(query, kept, [])
    lines: dict[tuple[Any, ...], Line] = {}
    for row in found:
        key = tuple(row[name] for name in by if name != "money_in")
        if key not in lines:
            values = tuple(row.get(f"label_{at}", value) for at, value in enumerate(key))
            lines[key] = counts._line(values, *query.groups)
        for at, case in enumerate(kept):
            lines[key].tallies[case].add(_tally(row, at, measures))
    counts.lines += lines.values()
    return counts


def _tally(row: Mapping[str, Any], at: int, measures: tuple[Measure, ...]) -> Tally:
    values: dict[Measure, Any] = {}
    for place, measure in enumerate(measures):
        value = row[f"measure_{at}_{place}"]
        if isinstance(measure, First):
            values[measure] = value
        else:
            values[measure] = {} if value is None else {row["money_in"]: int(value)}
    return Tally(row[f"count_{at}"], values)


def _spec(query: Query, name: str) -> FieldSpec:
    return query.type.spec(name.removesuffix(MONTH))


def _column(query: Query, name: str) -> Any:
    spec = _spec(query, name)
    if name.endswith(MONTH):
        return TruncMonth(spec.column, tzinfo=current_tenant().zone if spec.kind.is_moment else None)
    column = spec.kind.grouped_by(spec)
    return F(column) if isinstance(column, str) else column


def narrowed(query: Query, name: str, value: Any) -> Query:
    """``query`` for those of its records that have ``value`` in the group ``name``.

    They pass its other conditions on that field already, so that it takes the place of those.
    """
    spec = _spec(query, name)
    if not name.endswith(MONTH) or value is None:
        return query.instead(Condition(spec.name, *spec.kind.same_as(spec, value)))
    first = value.date() if isinstance(value, datetime) else value
    last = first + relativedelta(months=1) - timedelta(days=1)
    return within(query, spec.name, first, last)


def within(query: Query, name: str, first: date | None, last: date | None) -> Query:
    """``query`` for the days from ``first`` to ``last`` of the field ``name``, as far as it goes that far."""
    for operator, day, best in (("from", first, max), ("to", last, min)):
        if day is None:
            continue
        before = [one for one in query.conditions if isinstance(one, Condition) and one == _same(one, name, operator)]
        days = [date.fromisoformat(one.values[0]) for one in before if one.values[0][:4].isdigit()]
        if len(days) == len(before):
            query = query.without(*before)
        query = query.where(Condition(name, operator, (best(day, *days).isoformat() if days else day.isoformat(),)))
    return query


def _same(one: Condition, name: str, operator: str) -> Condition:
    return replace(one, field=name, operator=operator)
