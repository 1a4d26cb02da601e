"""The numbers of a query, told apart by its groups and by cases: one statement for all, each the query of its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Case, Count, F, Min, Value, When
from django.db.models.functions import TruncMonth

from crm.fields.spec import FieldSpec
from crm.queries.condition import Condition, Group, Part, joined, leaves_of
from crm.queries.measures import First, Measure, Sum
from crm.queries.query import Query
from crm.tenants.context import current_tenant
from crm.users.models import Membership

ALL = "all"  # the case of what is counted without any
MONTH = ":month"  # behind the name of a day: by its month, whose value is the first day of it

Cases = Mapping[str, tuple[Part, ...]]
EVERY: Cases = {ALL: ()}


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
            self.measure(measure, value)

    def measure(self, measure: Measure, value: Any) -> None:
        """Add what ``measure`` says of more records."""
        if isinstance(measure, First):
            self.values[measure] = measure.better(self.values.get(measure), value)
            return
        sums = self.values.setdefault(measure, {})
        for currency, minor in value.items():
            sums[currency] = sums.get(currency, 0) + minor


@dataclass
class Line:
    """The records of a query (``of``) that have the ``values`` in its ``groups``; a case narrows them further.

    ``keys`` are what the values are told apart by: one for all ways of writing a text.
    """

    of: Query
    cases: Cases
    groups: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()
    keys: tuple[Any, ...] = ()
    tallies: dict[str, Tally] = field(default_factory=dict)

    def __getitem__(self, case: str) -> Tally:
        return self.tallies.get(case) or Tally()

    @cached_property
    def query(self) -> Query:
        query = replace(self.of, groups=(), measures=())
        for name, value in zip(self.groups, self.values, strict=True):
            query = narrowed(query, name, value)
        return query

    def query_of(self, case: str) -> Query:
        """The query whose rows are the number of ``case``."""
        return self.query.where(*self.cases[case])

    def add(self, other: Line) -> None:
        for case, tally in other.tallies.items():
            self.tallies.setdefault(case, Tally()).add(tally)


@dataclass
class Counts:
    """``lines`` are in no order. ``missing`` are the fields that were asked by and that the type has not (for this
    person): there is no case, group or measure of them, and no case at all where all that was asked is about them.
    """

    query: Query
    cases: Cases
    missing: frozenset[str] = frozenset()
    lines: list[Line] = field(default_factory=list)

    @property
    def total(self) -> Line:
        [line] = self.by() or [self.line()]
        return line

    def by(self, *groups: str) -> list[Line]:
        """The lines by some of the groups alone, in the order in which they came."""
        places = [self.query.groups.index(one) for one in groups]
        found: dict[Any, Line] = {}
        for line in self.lines:
            keys, values = (tuple(each[place] for place in places) for each in (line.keys, line.values))
            into = found.get(keys)
            if into is None:
                into = found[keys] = Line(self.query, self.cases, groups, values, keys)
            both = zip(into.values, values, strict=True)
            into.values = tuple(min(one, more) if isinstance(one, str) else one for one, more in both)
            into.add(line)
        return list(found.values())

    def line(self, groups: tuple[str, ...] = (), values: tuple[Any, ...] = ()) -> Line:
        """The line of those ``values``, with nothing in it."""
        return Line(self.query, self.cases, groups, values, values)


def counted(
    query: Query,
    actor: Membership,
    cases: Cases = EVERY,
    *,
    among: Part | None = None,
    measured: Collection[str] | None = None,
) -> Counts:
    """Count, and measure, the records of ``query`` by its groups: all of them, or those that meet each of ``cases``.

    One statement, whatever the number of groups, cases and measures. ``among`` says of which records alone some can
    meet a case: the others are not looked at. Of ``measured``, the cases whose measures are asked for, the others say
    none; by default all do. What the type has no field for is left out (``Counts.missing``). Raises ``ValidationError``
    for a value that cannot be read.
    """
    return _counted(query, actor, _Asked(cases, {ALL: ()}, among, measured))[ALL]


def counted_apart(
    query: Query, actor: Membership, spans: Cases, cases: Cases = EVERY, *, measured: Collection[str] | None = None
) -> dict[str, Counts]:
    """``counted`` for each of ``spans`` of the records, of which no record is in two: one statement for all."""
    in_any = Group("any", tuple(Group("all", parts) for parts in spans.values()))
    return _counted(query, actor, _Asked(cases, spans, in_any, measured))


@dataclass(frozen=True)
class _Asked:
    cases: Cases
    spans: Cases
    among: Part | None
    measured: Collection[str] | None


def _counted(query: Query, actor: Membership, asked: _Asked) -> dict[str, Counts]:
    spans, missing = asked.spans, _missing(query, asked)
    whole = leaves_of((*query.conditions, *chain.from_iterable(spans.values())))
    if any(leaf.field in missing for leaf in whole):
        return {span: Counts(query.where(*parts), {}, missing) for span, parts in spans.items()}
    kept = asked.cases.items()
    cases = {case: parts for case, parts in kept if not any(one.field in missing for one in leaves_of(parts))}
    groups = tuple(name for name in query.groups if query.type.has(name.removesuffix(MONTH)))
    measures = tuple(one for one in query.measures if not missing & set(one.fields))
    query = replace(query, groups=groups, measures=measures)
    each = {span: Counts(query.where(*parts), cases, missing) for span, parts in spans.items()}
    return _read(each, _rows(query, actor, replace(asked, cases=cases)))


def _missing(query: Query, asked: _Asked) -> frozenset[str]:
    """The fields that the type has not."""
    parts = (*query.conditions, *chain.from_iterable((*asked.cases.values(), *asked.spans.values())))
    names = {leaf.field for leaf in leaves_of(parts)} | {name.removesuffix(MONTH) for name in query.groups}
    names |= {name for measure in query.measures for name in measure.fields}
    return frozenset(name for name in names if not query.type.has(name))


def _rows(query: Query, actor: Membership, asked: _Asked) -> Iterable[Mapping[str, Any]]:
    """What the database says: a row for each span, group and currency."""
    spans, among = asked.spans, asked.among
    by = {f"group_{at}": _column(query, name) for at, name in enumerate(query.groups)}
    if sums := [one for one in query.measures if isinstance(one, Sum)]:
        by["money_in"] = F(sums[0].currency(query.type))
    if len(spans) > 1:
        each = [joined("all", [part.q(query.type, actor) for part in parts]) for parts in spans.values()]
        by["span"] = Case(*(When(only, then=Value(at)) for at, only in enumerate(each)))
    numbers: dict[str, Any] = {
        f"label_{at}": Min(spec.column)
        for at, name in enumerate(query.groups)
        if (spec := _spec(query, name)) and spec.kind.is_grouped_by_key
    }
    for at, (case, parts) in enumerate(asked.cases.items()):
        only = joined("all", [part.q(query.type, actor) for part in parts])
        numbers[f"count_{at}"] = Count(Value(1), filter=only or None)
        for place, measure in enumerate(query.measures if asked.measured is None or case in asked.measured else ()):
            numbers[f"measure_{at}_{place}"] = measure.aggregate(query.type, only)
    rows = query.rows(actor).order_by()
    if among is not None and all(query.type.has(leaf.field) for leaf in among.leaves):
        rows = rows.filter(among.q(query.type, actor))
    return rows.annotate(**by).values(*by).annotate(**numbers) if by else [rows.aggregate(**numbers)]


def _read(each: dict[str, Counts], found: Iterable[Mapping[str, Any]]) -> dict[str, Counts]:
    """Put what the rows ``found`` say into the lines that they are about."""
    lines: dict[tuple[Any, ...], Line] = {}
    spans = list(each.values())
    query, cases = spans[0].query, spans[0].cases
    for row in found:
        span = row.get("span", 0)
        keys = tuple(row[f"group_{at}"] for at in range(len(query.groups)))
        line = lines.get((span, *keys))
        if line is None:
            values = tuple(row.get(f"label_{at}", key) for at, key in enumerate(keys))
            line = lines[span, *keys] = Line(spans[span].query, cases, query.groups, values, keys)
            spans[span].lines.append(line)
        for at, case in enumerate(cases):
            if row[f"count_{at}"]:
                _add(line.tallies.setdefault(case, Tally()), row, at, query.measures)
    return each


def _add(tally: Tally, row: Mapping[str, Any], at: int, measures: tuple[Measure, ...]) -> None:
    tally.count += row[f"count_{at}"]
    for place, measure in enumerate(measures):
        value = row.get(f"measure_{at}_{place}")
        if value is not None:
            tally.measure(measure, value if isinstance(measure, First) else {row["money_in"]: int(value)})


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
