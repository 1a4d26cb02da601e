"""Writing many rows: the one place for it, and a way to gather what many services write into few statements.

Ids are made in Python, so nothing that a service does next depends on a row being in the database already.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from functools import wraps
from itertools import chain
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from crm.ground.statements import cursor_for_once

F = TypeVar("F", bound=Callable[..., Any])


class _KeptBack(list[Any]):
    """Rows that are to be inserted, in the order in which they were made."""

    are_pointed_at = False  # by rows that are there

    def __init__(self) -> None:
        super().__init__()
        self.updates: list[tuple[Any, tuple[str, ...]]] = []  # rows that are there, and their fields to be written
        self.written = (0, 0)  # how many rows, and updates, are written already


_saved_last: ContextVar[Any] = ContextVar("saved_last", default=None)
_in_service: ContextVar[bool] = ContextVar("in_service", default=False)
_collected: ContextVar[_KeptBack | None] = ContextVar("collected_rows", default=None)
_put_off: ContextVar[list[tuple[Callable[[list[Any]], None], Any]] | None] = ContextVar("put_off", default=None)


def are_collected() -> bool:
    """Whether inserts are kept back now, so that the database does not know yet what was made before."""
    return _collected.get() is not None


def kept_back() -> list[Any]:
    """The rows that are kept back now, in the order in which they were made."""
    return _collected.get() or []


def insert(row: Any) -> None:
    """Insert ``row``: now, or at the end of ``collect_inserts``."""
    rows = _collected.get()
    if rows is None:
        row.save(force_insert=True)
    else:
        rows.append(row)


def insert_many(model: type[Model], rows: Sequence[Any], *, batch_size: int = 1000) -> None:
    """Insert ``rows`` of ``model``: now, or at the end of ``collect_inserts``.

    On Citus, this function is where plain ``VALUES`` has to be chosen: it cannot route what it does not see.
    """
    collected = _collected.get()
    if collected is None:
        for start in range(0, len(rows), batch_size):
            _write(model, rows[start : start + batch_size])
    else:
        collected.extend(rows)


def update(row: Any, names: Iterable[str]) -> None:
    """Write these fields of ``row``, which is there: now, or at the end of ``collect_inserts``, with the inserts."""
    rows = _collected.get()
    if rows is None:
        row.save(update_fields=[*names])
    else:
        rows.updates.append((row, tuple(names)))


def _write(model: type[Model], rows: Sequence[Any]) -> None:
    _write_together({model: rows}, {})


Columns = tuple[type[Model], frozenset[Any]]


def _write_together(rows_of: Mapping[type[Model], Sequence[Any]], changed: Mapping[Columns, Sequence[Any]]) -> None:
    """Write rows of several tables in one statement; they may point at each other. ``changed``: those that are there.

    The rows go as one JSON value for each table: that takes a third of the time of Django's ``bulk_create``.
    """
    parts = [(_insert_into(model), _as_json(model, rows)) for model, rows in rows_of.items()]
    parts += [(_update_of(*of), _as_json(of[0], rows, _written(*of))) for of, rows in changed.items()]
    *others, last = (sql for sql, _json in parts)
    named = ", ".join(f"part_{number} AS ({sql})" for number, sql in enumerate(others))
    with transaction.atomic(savepoint=False), cursor_for_once() as cursor:
        cursor.execute(f"WITH {named} {last}" if named else last, [values for _sql, values in parts])
    for row in chain(*rows_of.values()):
        row._state.adding = False
        row._state.db = connection.alias


def _insert_into(model: type[Model]) -> str:
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    table = f'"{model._meta.db_table}"'
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"


def update_many(model: type[Model], rows: Sequence[Any], names: Collection[str]) -> None:
    """Write the columns ``names`` (attributes) of ``rows`` of ``model``, in one statement."""
    fields = frozenset(field for field in model._meta.concrete_fields if field.attname in names)
    with cursor_for_once() as cursor:
        cursor.execute(_update_of(model, fields), [_as_json(model, rows, _written(model, fields))])


def _update_of(model: type[Model], fields: frozenset[Any]) -> str:
    table, columns = f'"{model._meta.db_table}"', sorted(f'"{field.column}"' for field in fields)
    values = ", ".join(f"{column} = wanted.{column}" for column in columns)
    same = " AND ".join(f'kept."{field.column}" = wanted."{field.column}"' for field in _keys(model))
    rows = f"json_populate_recordset(NULL::{table}, %s::json) AS wanted"
    return f"UPDATE {table} AS kept SET {values} FROM {rows} WHERE {same}"


def _keys(model: type[Model]) -> list[Any]:
    """The tenant, where rows are of one, and the id."""
    return [field for field in model._meta.concrete_fields if field.primary_key or field.name == "tenant"]


def _written(model: type[Model], fields: frozenset[Any]) -> set[str]:
    return {field.attname for field in (*fields, *_keys(model))}


def write_columns(rows: Sequence[tuple[Any, Collection[str]]]) -> None:
    """Write of each row the columns (attributes) named beside it, with one statement for all of the same ones."""
    names_of: dict[int, tuple[Any, set[str]]] = {}
    for row, names in rows:
        names_of.setdefault(id(row), (row, set()))[1].update(names)
    alike: dict[tuple[type[Model], frozenset[str]], list[Any]] = {}
    for row, some in names_of.values():
        alike.setdefault((type(row), frozenset(some)), []).append(row)
    for (model, columns), same in alike.items():
        if columns:
            update_many(model, same, columns)


@contextmanager
def saved_last(row: Any) -> Iterator[None]:
    """Inside, ``save_columns`` of ``row`` is left to the end of ``together``: before, nobody reads what it writes."""
    token = _saved_last.set(row)
    try:
        yield
    finally:
        _saved_last.reset(token)


def save_columns(row: Any, names: Collection[str]) -> None:
    """Write the columns ``names`` of ``row``, which is there already."""
    if _saved_last.get() is row:
        attributes = {field.attname for field in row._meta.concrete_fields if {field.name, field.attname} & {*names}}
        at_the_end(write_columns, (row, attributes))
    else:
        row.save(update_fields=names)


def _as_json(model: type[Model], rows: Sequence[Any], names: Collection[str] | None = None) -> str:
    every = model._meta.concrete_fields
    fields = [(field.attname, field.column) for field in every if names is None or field.attname in names]
    encode = json.JSONEncoder(ensure_ascii=False, default=_plain).encode  # a row at a time: so the values can go

    def row_of(values: Mapping[str, Any]) -> str:
        # A third of the values is nothing, which needs no words. Half of the others are ids, whose digits without the
        # dashes come at half the price.
        there = ((column, value) for attname, column in fields if (value := values[attname]) is not None)
        return encode({column: value.hex if value.__class__ is UUID else value for column, value in there})

    return f"[{','.join(map(row_of, map(vars, rows)))}]"


def _plain(value: Any) -> str:
    if isinstance(value, (UUID, date, Decimal)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return f"\\x{bytes(value).hex()}"
    raise TypeError(f"{type(value).__name__} cannot be written as JSON.")


@contextmanager
def collect_inserts() -> Iterator[None]:
    """Keep every ``insert`` and ``update`` back and write all of them at the end, in one statement.

    Must be inside a transaction. An error inside drops what was kept back; one of the database at the end says
    only that some row was refused, so the caller then does its rows one by one.
    """
    rows = _KeptBack()
    token = _collected.set(rows)
    try:
        yield
    finally:
        _collected.reset(token)
    _write_kept(rows)


@contextmanager
def gathered() -> Iterator[None]:
    """``together`` and ``collect_inserts``, unless what is inside is part of such a block already."""
    if are_collected():
        yield
    else:
        with together(), collect_inserts():
            yield


@contextmanager
def set_aside() -> Iterator[None]:
    """Inside ``gathered``: write at once what the block writes, and before it what was kept back until now, so that the
    block finds that in the database. What fails inside is undone alone."""
    rows = _collected.get()
    if rows is None:
        yield
        return
    _write_kept(rows)
    collected, put_off = _collected.set(None), _put_off.set(None)
    try:
        with apart():
            yield
    finally:
        _collected.reset(collected)
        _put_off.reset(put_off)


def _write_kept(rows: _KeptBack) -> None:
    new, updates = rows[rows.written[0] :], rows.updates[rows.written[1] :]
    rows.written = len(rows), len(rows.updates)
    if not new and not updates:
        return
    by_model: dict[type[Model], list[Any]] = {}
    for row in new:
        by_model.setdefault(type(row), []).append(row)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        _write_together(by_model, _by_columns(updates))
        if rows.are_pointed_at:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            rows.are_pointed_at = False


def _by_columns(updates: Sequence[tuple[Any, tuple[str, ...]]]) -> dict[Columns, list[Any]]:
    """The rows with the same columns together; one that was written twice is written once, each column as it was
    written last."""
    fields: dict[tuple[type[Model], Any], set[Any]] = {}
    rows: dict[tuple[type[Model], Any], Any] = {}
    for row, names in updates:
        key, written = (type(row), row.pk), {row._meta.get_field(name) for name in names}
        before = rows.setdefault(key, row)
        if before is not row:  # another copy of it
            for field in written:
                setattr(before, field.attname, getattr(row, field.attname))
        fields.setdefault(key, set()).update(written)
    found: dict[Columns, list[Any]] = {}
    for key, row in rows.items():
        found.setdefault((key[0], frozenset(fields[key])), []).append(row)
    return found


def point_ahead() -> None:
    """Let a row that is there point at one that is kept back: that is looked at when those are written."""
    if (rows := _collected.get()) is not None:
        rows.are_pointed_at = True
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def undo_on_error() -> Iterator[None]:
    """Inside ``collect_inserts`` or ``together``: if the block fails, forget what it kept back."""
    collected = _collected.get()
    of_collected = [collected, collected.updates] if collected is not None else []
    lists: list[list[Any]] = [kept for kept in (*of_collected, _put_off.get()) if kept is not None]
    lengths = [len(kept) for kept in lists]
    try:
        yield
    except BaseException:
        for kept, length in zip(lists, lengths, strict=True):
            del kept[length:]
        raise


@contextmanager
def constraints_last() -> Iterator[None]:
    """Inside, rows may point at others that are not written yet; they are by the end, or the database refuses all."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@contextmanager
def together() -> Iterator[None]:
    """Put off what the services of the block leave to ``at_the_end``. Their rows are in the database by then."""
    kept: list[tuple[Callable[[list[Any]], None], Any]] = []
    token = _put_off.set(kept)
    try:
        yield
    finally:
        _put_off.reset(token)
    by_function: dict[Callable[[list[Any]], None], list[Any]] = {}
    for function, item in kept:
        by_function.setdefault(function, []).append(item)
    for function, items in by_function.items():
        function(items)


def at_the_end(function: Callable[[list[Any]], None], item: Any) -> None:
    """Call ``function`` with a list of ``item``: now, or at the end of ``together``, once with all items.

    For what has to be seen to after a record is written, and would cost a statement for each row of an import.
    """
    kept = _put_off.get()
    if kept is None:
        function([item])
    else:
        kept.append((function, item))


def service(function: F) -> F:
    """Make a function that writes one transaction. A service that another one calls is undone together with that one.

    So one that lives through the failure of another must put that call into a ``transaction.atomic()`` of its own.
    With ``transaction.atomic`` instead of this, half of all statements would be savepoints. While inserts are
    collected there is nothing to undo in the database.
    """

    @wraps(function)
    def inside(*args: Any, **options: Any) -> Any:
        if _collected.get() is not None:
            with undo_on_error():
                return function(*args, **options)
        if _in_service.get():
            return function(*args, **options)
        with apart():
            return function(*args, **options)

    return cast(F, inside)


@contextmanager
def apart() -> Iterator[None]:
    """What fails inside is undone alone, with the services that it calls, although it is part of another service."""
    token = _in_service.set(True)
    try:
        with transaction.atomic():
            yield
    finally:
        _in_service.reset(token)
