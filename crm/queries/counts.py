"""The numbers of a query, told apart by its groups and by cases: one statement for all, each the query of its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import chain
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Case, F, Min, Value, When
from django.db.models import Sum as SumOf
from django.db.models.functions import TruncMonth

from crm.fields.kinds.time import day_in
from crm.fields.spec import FieldSpec
from crm.queries.condition import Condition, Group, Part, joined, leaves_of
from crm.queries.kept import count_of, kept_rows, kept_sums, measure_of
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
    """How many records, and what of them each measure, by its name, says: of a sum ``{currency: minor units}``."""

    count: int = 0
    values: dict[str, Any] = field(default_factory=dict)

    def sum(self, measure: Sum) -> dict[str, int]:
        found: dict[str, int] = self.values.get(measure.name, {})
        return found

    def measure(self, measure: Measure, value: Any, currency: str) -> None:
        """Add what ``measure`` says of more records."""
        if isinstance(measure, First):
            self.values[measure.name] = measure.better(self.values.get(measure.name), value)
            return
        sums = self.values.setdefault(measure.name, {})
        sums[currency] = sums.get(currency, 0) + int(value)


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

    def add(self, row: Row, places: Places) -> None:
        for case, count, measures in places.cases:
            if not row[count]:
                continue
            tally = self.tallies.get(case)
            if tally is None:
                tally = self.tallies[case] = Tally()
            tally.count += row[count]
            for measure, at in measures:
                if row[at] is not None:
                    tally.measure(measure, row[at], row[places.currency])


Row = tuple[Any, ...]  # what the database says of a span, its groups and a currency


@dataclass(frozen=True)
class Places:
    """Where in a row there is what: what each group is told apart by, and how it is written; of each case the count,
    and the measures."""

    keys: tuple[int, ...] = ()
    values: tuple[int, ...] = ()
    currency: int = 0
    span: int | None = None
    cases: tuple[tuple[str, int, tuple[tuple[Measure, int], ...]], ...] = ()


@dataclass
class Counts:
    """``missing`` are the fields that were asked by and that the type has not (for this person): there is no case,
    group or measure of them, and no case at all where all that was asked is about them.
    """

    query: Query
    cases: Cases
    missing: frozenset[str] = frozenset()
    rows: list[Row] = field(default_factory=list)
    places: Places = Places()

    @cached_property
    def lines(self) -> list[Line]:
        """Those by all groups, in no order."""
        return self.by(*self.query.groups)

    @cached_property
    def total(self) -> Line:
        [line] = self.by() or [self.line()]
        return line

    def by(self, *groups: str) -> list[Line]:
        """The lines by some of the groups alone, in the order in which they came."""
        at = [self.query.groups.index(one) for one in groups]
        if not self.rows:
            return []
        keys_at, values_at = [self.places.keys[one] for one in at], [self.places.values[one] for one in at]
        found: dict[Row, Line] = {}
        for row in self.rows:
            keys = tuple([row[place] for place in keys_at])
            line = found.get(keys)
            if line is None:
                values = tuple([row[place] for place in values_at])
                line = found[keys] = Line(self.query, self.cases, groups, values, keys)
            elif values_at != keys_at:  # texts: the first of the ways of writing them
                both = zip(line.values, values_at, strict=True)
                line.values = tuple([min(one, row[place]) if isinstance(one, str) else one for one, place in both])
            line.add(row, self.places)
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
    rows, places = _rows(query, actor, replace(asked, cases=cases))
    found: list[list[Row]] = [[] for _span in spans]
    for row in rows:
        found[0 if places.span is None else row[places.span]].append(row)
    told = zip(spans.items(), found, strict=True)
    return {span: Counts(query.where(*parts), cases, missing, its, places) for (span, parts), its in told}


def _missing(query: Query, asked: _Asked) -> frozenset[str]:
    """The fields that the type has not."""
    parts = (*query.conditions, *chain.from_iterable((*asked.cases.values(), *asked.spans.values())))
    names = {leaf.field for leaf in leaves_of(parts)} | {name.removesuffix(MONTH) for name in query.groups}
    names |= {name for measure in query.measures for name in measure.fields}
    return frozenset(name for name in names if not query.type.has(name))


def _rows(query: Query, actor: Membership, asked: _Asked) -> tuple[Iterable[Row], Places]:
    """What the database says, a row for each span, group and currency; and where in it what stands."""
    parts = (*query.conditions, *chain.from_iterable((*asked.cases.values(), *asked.spans.values())))
    kept = kept_sums(query, leaves_of(parts if asked.among is None else (*parts, asked.among)))
    by = _told_apart(query, actor, asked.spans)
    numbers: dict[str, Any] = {
        f"label_{at}": Min(spec.column)
        for at, name in enumerate(query.groups)
        if (spec := _spec(query, name)) and spec.kind.is_grouped_by_key
    }
    for at, (case, parts) in enumerate(asked.cases.items()):
        only = joined("all", [part.q(query.type, actor) for part in parts])
        numbers[f"count_{at}"] = count_of(kept, only)
        for place, measure in enumerate(query.measures if asked.measured is None or case in asked.measured else ()):
            numbers[f"measure_{at}_{place}"] = measure_of(kept, query, measure, only)
    rows, among = (kept_rows(kept, query, actor) if kept else query.rows(actor)).order_by(), asked.among
    if among is not None and all(query.type.has(leaf.field) for leaf in among.leaves):
        rows = rows.filter(among.q(query.type, actor))
    places = _places(query, asked.cases, {name: at for at, name in enumerate((*by, *numbers))})
    if by:
        found = rows.annotate(**by).values_list(*by).annotate(**numbers)
        return (found.alias(there=SumOf("number")).filter(there__gt=0) if kept else found), places
    whole = rows.aggregate(**numbers)
    return [tuple(whole[name] for name in numbers)], places


def _told_apart(query: Query, actor: Membership, spans: Cases) -> dict[str, Any]:
    by = {f"group_{at}": _column(query, name, actor) for at, name in enumerate(query.groups)}
    if sums := [one for one in query.measures if isinstance(one, Sum)]:
        by["money_in"] = F(sums[0].currency(query.type))
    if len(spans) > 1:
        each = [joined("all", [part.q(query.type, actor) for part in parts]) for parts in spans.values()]
        by["span"] = Case(*(When(only, then=Value(at)) for at, only in enumerate(each)))
    return by


def _places(query: Query, cases: Cases, named: Mapping[str, int]) -> Places:
    keys = tuple(named[f"group_{at}"] for at in range(len(query.groups)))
    values = tuple(named.get(f"label_{at}", key) for at, key in enumerate(keys))
    measured = [
        tuple(
            (one, named[name]) for place, one in enumerate(query.measures) if (name := f"measure_{at}_{place}") in named
        )
        for at in range(len(cases))
    ]
    of_cases = tuple((case, named[f"count_{at}"], measured[at]) for at, case in enumerate(cases))
    return Places(keys, values, named.get("money_in", 0), named.get("span"), of_cases)


def _spec(query: Query, name: str) -> FieldSpec:
    return query.type.spec(name.removesuffix(MONTH))


def _column(query: Query, name: str, actor: Membership) -> Any:
    spec = _spec(query, name)
    if name.endswith(MONTH):
        return TruncMonth(spec.kind.expression(spec), tzinfo=current_tenant().zone if spec.kind.is_moment else None)
    column = spec.kind.grouped_by(spec, actor)
    return F(column) if isinstance(column, str) else column


def narrowed(query: Query, name: str, value: Any) -> Query:
    """``query`` for those of its records that have ``value`` in the group ``name``.

    They pass its other conditions on that field already, so that it takes the place of those.
    """
    spec = _spec(query, name)
    if not name.endswith(MONTH) or value is None:
        return query.instead(Condition(spec.name, *spec.kind.same_as(spec, value)))
    first = value.date() if isinstance(value, datetime) else value
    return within(query, spec.name, first, first + relativedelta(day=31))  # its last: the calendar ends with one


def within(query: Query, name: str, first: date | None, last: date | None) -> Query:
    """``query`` for the days from ``first`` to ``last`` of the field ``name``, as far as it goes that far."""
    for operator, day, best in (("from", first, max), ("to", last, min)):
        if day is None:
            continue
        before = [one for one in query.conditions if isinstance(one, Condition) and one == _same(one, name, operator)]
        days = [found for one in before if (found := _only_day(one.values))]
        if len(days) == len(before):
            query = query.without(*before)
        query = query.where(Condition(name, operator, (best(day, *days).isoformat() if days else day.isoformat(),)))
    return query


def _only_day(values: tuple[str, ...]) -> date | None:
    """The day that ``values`` are; None for words ("2000_days_ago"), and for several."""
    return day_in(values[0]) if len(values) == 1 else None


def _same(one: Condition, name: str, operator: str) -> Condition:
    return replace(one, field=name, operator=operator)
