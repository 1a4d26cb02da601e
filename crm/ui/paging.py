"""Pages by key: the next page starts after the last row, so page 1000 costs what page 1 costs.

Empty values come last in both directions. A nullable first column is read in two runs (rows with a value, then
rows without), because only so does a plain index on ``(tenant_id, column, id)`` serve both directions. Where one value
of the first column stands before all others (``first``: the workspace's currency), its rows are such a run as well.
Where the value may be seen of some rows only (``shown``), the others are among those without: neither their place nor
a cursor tells it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Case, F, Field, Model, OrderBy, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.db.models.functions import Cast

CAP = 10_000
FURTHEST = 2**53  # position of a row


@dataclass(frozen=True)
class Count:
    """How many rows there are; ``capped``: at least so many."""

    value: int
    capped: bool = False


@dataclass(frozen=True)
class Page:
    """Rows of one page. ``next`` and ``previous`` are cursors for ``after`` and ``before``; ``None`` at the ends."""

    rows: list[Any]
    start: int  # position of the first row, counted from 1
    next: str | None = None
    previous: str | None = None
    total: Count | None = None
    is_lost: bool = False  # the cursor was none of this order: this is the first page instead

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1


@dataclass(frozen=True)
class Key:
    """One column that the rows are ordered by."""

    path: str
    desc: bool
    field: Field[Any, Any]
    nullable: bool

    def of(self, row: Model) -> Any:
        value: Any = row
        for name in self.path.split("__") if not hasattr(row, self.path) else [self.path]:
            value = getattr(value, name, None)
        return value


@dataclass(frozen=True)
class Ranking:
    """What to order by when it stands in other rows: ``columns`` of ``rows``, for the record with the id ``of``.

    There is one row for each that has a value; an index on ``(…, *columns, of)`` then serves every page. ``columns``
    are those of the names that the order is made of.
    """

    rows: QuerySet[Any]
    columns: dict[str, str]
    of: str


@dataclass(frozen=True)
class Ordering:
    """What rows are ordered by: ``columns`` (field path, and whether it descends), and then the id.

    Paths may cross relations; select those relations. With a ``ranking``, ``columns`` are its names alone. ``first`` is
    the value of the first column that stands before all others in both directions; empty are then the rows without a
    value in the second one. ``shown`` is the condition for rows whose value in the first column may be seen: the others
    stand as empty ones (no ``ranking`` then, and no ``first``).
    """

    columns: Sequence[tuple[str, bool]]
    ranking: Ranking | None = None
    first: str | None = None
    shown: Q | None = None


@dataclass(frozen=True)
class Run:
    """Rows that stand together, and the keys by which they are ordered. ``ranked``: they are rows of a ``Ranking``;
    ``hides``: their value in the first column may not be seen."""

    rows: QuerySet[Any]
    keys: list[Key]
    ranked: bool = False
    hides: bool = False


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: the key of a row, and how many rows come before it."""

    values: tuple[Any, ...]
    position: int


def capped_count(queryset: QuerySet[Any], cap: int | None = CAP) -> Count:
    """Count rows, but never more than ``cap``: an exact count (``cap=None``) of half a million costs 40 ms."""
    if cap is None:
        return Count(queryset.count())
    found = queryset.order_by().values("pk")[: cap + 1].count()
    return Count(min(found, cap), capped=found > cap)


def page_by_key(
    queryset: QuerySet[Any],
    ordering: Ordering,
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = 50,
    cap: int | None = None,
) -> Page:
    """One page of ``queryset`` in the order of ``ordering``.

    ``after``/``before`` are cursors of an earlier page of the same order; anything else gives the first page.
    ``cap`` also counts the rows, up to that many.
    """
    keys = _keys(queryset, ordering)
    total = capped_count(queryset, cap) if cap is not None else None
    backward = bool(before)
    cursor = _decode(keys, before or after)
    is_lost = cursor is None and bool(before or after)
    if cursor is None:
        backward = False
    rows = _rows(queryset, ordering, keys, cursor, size + 1, backward=backward)
    more = len(rows) > size
    rows = rows[:size]
    if backward:
        rows.reverse()
        if not more:  # the first page, whole again
            return replace(page_by_key(queryset, ordering, size=size), total=total)
    start = _start(cursor, len(rows), backward)
    page = Page(rows, start, total=total, is_lost=is_lost)
    if rows and (more or backward):
        page = replace(page, next=_encode(keys, rows[-1], start + len(rows) - 1))
    if rows and start > 1:
        page = replace(page, previous=_encode(keys, rows[0], start - 1))
    return page


def ids_by_key(queryset: QuerySet[Any], ordering: Ordering, *, limit: int) -> list[Any]:
    """The ids of the first ``limit`` rows in the order of ``page_by_key``, all of one moment: one statement."""
    columns, first = ordering.columns, ordering.first
    if (ranking := ordering.ranking) is not None:
        of_row = ranking.rows.filter(**{ranking.of: OuterRef("pk")})
        queryset = queryset.annotate(
            **{path: Subquery(of_row.values(ranking.columns[path])[:1]) for path, _desc in columns}
        )
    if ordering.shown is not None:
        path, desc = columns[0]
        nothing = Cast(Value(None), _key(queryset, path, desc, None).field)  # a bare NULL cannot be ordered by
        seen = Case(When(ordering.shown, then=F(path)), default=nothing)
        queryset, columns = queryset.annotate(seen=seen), [("seen", desc), *columns[1:]]
    keys = _keys(queryset, Ordering(columns))
    by = [_order(key, backward=False) for key in keys]
    if first is not None:
        currency, amount = keys[0], keys[1]
        empty = When(**{f"{amount.path}__isnull": True}, then=None)
        place = Case(empty, When(**{currency.path: first}, then=Value(0)), default=Value(1))
        worth = Case(empty, default=F(currency.path))
        by[:1] = [place.asc(nulls_last=True), worth.desc(nulls_last=True) if currency.desc else worth.asc()]
    return list(queryset.order_by(*by).values_list("pk", flat=True)[:limit])


def _start(cursor: Cursor | None, got: int, backward: bool) -> int:
    if cursor is None:
        return 1
    return max(cursor.position - got, 0) + 1 if backward else cursor.position + 1


def _keys(queryset: QuerySet[Any], ordering: Ordering) -> list[Key]:
    columns = ordering.columns
    keys = [_key(queryset, path, desc, ordering.ranking) for path, desc in columns if path not in ("id", "pk")]
    if ordering.shown is not None:
        keys[:1] = [replace(keys[0], nullable=True)]
    by_id = [desc for path, desc in columns if path in ("id", "pk")]
    # Same direction as the column before it, so that one index serves both.
    desc = by_id[0] if by_id else (keys[-1].desc if keys else False)
    return [*keys, Key("id", desc, queryset.model._meta.get_field("id"), nullable=False)]


def _key(queryset: QuerySet[Any], path: str, desc: bool, ranking: Ranking | None) -> Key:
    if ranking is not None:
        return Key(path, desc, ranking.rows.model._meta.get_field(ranking.columns[path]), nullable=True)
    annotation = queryset.query.annotations.get(path)
    if annotation is not None:
        return Key(path, desc, annotation.output_field, nullable=True)
    model, nullable = queryset.model, False
    *relations, name = path.split("__")
    for relation in relations:
        field = model._meta.get_field(relation)
        nullable = nullable or bool(getattr(field, "null", False))
        if field.related_model is None:
            raise FieldDoesNotExist(path)
        model = field.related_model
    field = model._meta.get_field(name)
    return Key(path, desc, getattr(field, "target_field", field), nullable or bool(getattr(field, "null", False)))


def _rows(
    queryset: QuerySet[Any], ordering: Ordering, keys: list[Key], cursor: Cursor | None, limit: int, *, backward: bool
) -> list[Any]:
    runs, ranking = _runs(queryset, ordering, keys), ordering.ranking
    values = cursor.values if cursor else None
    start = _run_of(keys, values, ordering.first) if values is not None else 0
    rows: list[Any] = []
    for run in runs[start::-1] if backward else runs[start:]:
        own = values[-len(run.keys) :] if values is not None else None
        found = _seek(run.rows, run.keys, own, backward)
        room = limit - len(rows)
        rows += _ranked(queryset, keys, ranking, found, room) if run.ranked else _empty(run, keys, found[:room])
        if len(rows) == limit:
            break
        values = None  # the next run is read from its end
    return rows


def _empty(run: Run, keys: list[Key], found: Iterable[Any]) -> list[Any]:
    """``found``; those that stand as empty ones have None as their key, whatever is behind it."""
    rows = list(found)
    for row in rows if run.hides else ():
        setattr(row, keys[0].path, None)
    return rows


def _runs(queryset: QuerySet[Any], ordering: Ordering, keys: list[Key]) -> list[Run]:
    """All rows in runs, in the order in which these stand."""
    ranking, first, shown = ordering.ranking, ordering.first, ordering.shown
    at = 0 if first is None else 1  # the key whose empty values come last
    if not keys[at].nullable:
        return [Run(queryset, keys)]
    full, base = [replace(key, nullable=key.nullable and place > at) for place, key in enumerate(keys)], queryset
    if ranking is None:
        is_empty = Q(**{f"{keys[at].path}__isnull": True})
        without = queryset.filter(is_empty if shown is None else is_empty | ~shown)
        base = queryset if shown is None else queryset.filter(shown)
    else:
        columns = {**ranking.columns, keys[-1].path: ranking.of}
        full = [replace(key, path=columns[key.path]) for key in full]
        base = ranking.rows.filter(**{f"{ranking.of}__in": queryset.order_by().values("pk")})
        without = queryset.exclude(pk__in=ranking.rows.values(ranking.of))
    # Of a ranking "is not null" says nothing new, but lets a partial index serve the order.
    base = base.filter(**{f"{key.path}__isnull": False for key in full[: at + 1]})
    parts: list[dict[str, str]] = [{}]
    if first is not None:
        path = full[0].path
        others = [{f"{path}__gt": first}, {f"{path}__lt": first}]  # not "is not": that no index finds
        parts = [{path: first}, *(others if keys[0].desc else others[::-1])]
    runs = [Run(base.filter(**part), full, ranked=ranking is not None) for part in parts]
    return [*runs, Run(without, keys[at + 1 :], hides=shown is not None)]


def _run_of(keys: list[Key], values: tuple[Any, ...], first: str | None) -> int:
    """The place among ``_runs`` of the row with ``values`` in the keys."""
    at = 0 if first is None else 1
    if values[at] is None or values[0] is None:
        return 1 if first is None else 3
    if first is None or values[0] == first:
        return 0
    return 1 if (values[0] > first) == keys[0].desc else 2


def _ranked(
    queryset: QuerySet[Any], keys: list[Key], ranking: Ranking | None, found: QuerySet[Any], limit: int
) -> list[Any]:
    """The records that the rows ``found`` of a ranking stand for, with the values that they are ordered by."""
    assert ranking is not None
    hits = list(found.values_list(ranking.of, *(ranking.columns[key.path] for key in keys[:-1]))[:limit])
    by_id = queryset.in_bulk([row_id for row_id, *_values in hits])
    for row_id, *values in hits:
        for key, value in zip(keys, values, strict=False):
            setattr(by_id[row_id], key.path, value)
    return [by_id[row_id] for row_id, *_values in hits]


def _seek(queryset: QuerySet[Any], keys: list[Key], values: tuple[Any, ...] | None, backward: bool) -> QuerySet[Any]:
    """Rows beyond ``values``, in order (in reverse order when ``backward``)."""
    ordered = queryset.order_by(*(_order(key, backward) for key in keys))
    if values is None:
        return ordered
    if len({key.desc for key in keys}) == 1 and not any(key.nullable for key in keys):
        lookup = TupleLessThan if keys[0].desc != backward else TupleGreaterThan
        if len(keys) == 1:
            name = "lt" if keys[0].desc != backward else "gt"
            return ordered.filter(**{f"{keys[0].path}__{name}": values[0]})
        return ordered.filter(lookup(tuple(F(key.path) for key in keys), values))
    return ordered.filter(_beyond(keys, values, backward))


def _order(key: Key, backward: bool) -> OrderBy:
    column = F(key.path)
    desc = key.desc != backward
    # Named only where it differs from the database's own order, or no index would fit.
    if key.nullable and desc and not backward:
        return column.desc(nulls_last=True)
    if key.nullable and backward and not desc:
        return column.asc(nulls_first=True)
    return column.desc() if desc else column.asc()


def _beyond(keys: list[Key], values: tuple[Any, ...], backward: bool) -> Q:
    """Mixed directions or inner nulls: beyond in the first column, or equal there and beyond in the next …"""
    condition = Q(pk__in=[])
    equal = Q()
    for key, value in zip(keys, values, strict=True):
        step = _beyond_one(key, value, backward)
        if step is not None:
            condition |= equal & step
        equal &= Q(**{f"{key.path}__isnull": True}) if value is None else Q(**{key.path: value})
    return condition


def _beyond_one(key: Key, value: Any, backward: bool) -> Q | None:
    if value is None:
        return Q(**{f"{key.path}__isnull": False}) if backward else None
    step = Q(**{f"{key.path}__{'lt' if key.desc != backward else 'gt'}": value})
    return step | Q(**{f"{key.path}__isnull": True}) if key.nullable and not backward else step


def _signature(keys: list[Key]) -> str:
    return ",".join(("-" if key.desc else "") + key.path for key in keys)


def _encode(keys: list[Key], row: Model, position: int) -> str:
    values = [None if (value := key.of(row)) is None else str(value) for key in keys]
    text = json.dumps([_signature(keys), position, *values], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(keys: list[Key], text: str | None) -> Cursor | None:
    """The cursor in ``text``, or ``None`` when it is broken or of another order."""
    if not text:
        return None
    try:
        data = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        signature, position, *values = data
        if signature != _signature(keys) or len(values) != len(keys) or type(position) is not int:
            return None
        clean = tuple(_clean(key, value) for key, value in zip(keys, values, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        return None
    return Cursor(clean, position) if 0 <= position <= FURTHEST else None


def _clean(key: Key, text: Any) -> Any:
    """The value of a column in a cursor; raise ``ValueError`` or ``ValidationError`` for what no row can have."""
    if text is None and key.nullable:
        return None
    if not isinstance(text, str) or "\x00" in text:
        raise ValueError(text)
    text.encode()  # half a surrogate pair is no text
    value = key.field.to_python(text)
    key.field.run_validators(value)
    if isinstance(value, datetime):
        # What is beyond the calendar raises OverflowError; the ends of it are days like any other.
        return value.astimezone(UTC)
    return value
