"""Inserts of many rows: the one place for them, and a way to gather those of many services into few statements.

Ids are made in Python, so nothing that a service does next depends on a row being in the database already.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
    """Rows that are to be written, in the order in which they were made."""

    are_pointed_at = False  # by rows that are there


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


def _write(model: type[Model], rows: Sequence[Any]) -> None:
    _write_together({model: rows})


def _write_together(rows_of: Mapping[type[Model], Sequence[Any]]) -> None:
    """Write rows of several tables in one statement; they may point at each other.

    The rows go as one JSON value for each table: that takes a third of the time of Django's ``bulk_create``.
    """
    *others, last = (_insert_into(model) for model in rows_of)
    parts = ", ".join(f"part_{number} AS ({sql})" for number, sql in enumerate(others))
    with transaction.atomic(savepoint=False), cursor_for_once() as cursor:
        cursor.execute(f"WITH {parts} {last}" if parts else last, [_as_json(*part) for part in rows_of.items()])
    for row in chain(*rows_of.values()):
        row._state.adding = False
        row._state.db = connection.alias


def _insert_into(model: type[Model]) -> str:
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    table = f'"{model._meta.db_table}"'
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"


def update_many(model: type[Model], rows: Sequence[Any], names: Collection[str]) -> None:
    """Write the columns ``names`` (attributes) of ``rows`` of ``model``, in one statement."""
    columns = [field.column for field in model._meta.concrete_fields if field.attname in names]
    table, changes = f'"{model._meta.db_table}"', ", ".join(f'"{one}" = new."{one}"' for one in columns)
    which = f"{table}.tenant_id = new.tenant_id AND {table}.id = new.id"
    sql = f"UPDATE {table} SET {changes} FROM json_populate_recordset(NULL::{table}, %s::json) AS new WHERE {which}"
    with cursor_for_once() as cursor:
        cursor.execute(sql, [_as_json(model, rows, {"id", "tenant_id", *names})])


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
    """Keep every ``insert`` back and write all of them at the end, in one statement.

    Must be inside a transaction. An error inside drops what was kept back; one of the database at the end says
    only that some row was refused, so the caller then does its rows one by one.
    """
    rows = _KeptBack()
    token = _collected.set(rows)
    try:
        yield
    finally:
        _collected.reset(token)
    if not rows:
        return
    by_model: dict[type[Model], list[Any]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        _write_together(by_model)
        if rows.are_pointed_at:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def point_ahead() -> None:
    """Let a row that is there point at one that is kept back: that is looked at when those are written."""
    if (rows := _collected.get()) is not None:
        rows.are_pointed_at = True
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def undo_on_error() -> Iterator[None]:
    """Inside ``collect_inserts`` or ``together``: if the block fails, forget what it kept back."""
    lists: list[list[Any]] = [kept for kept in (_collected.get(), _put_off.get()) if kept is not None]
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
