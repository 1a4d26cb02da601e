"""Writing millions of rows: COPY as the owning role, with indexes and foreign keys taken off and built again after.

All in one transaction that shuts everybody else out of these tables: either all of it is there in the end, or nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from django.db import models

from crm.ground.text import sort_key
from crm.records.models import TextKey

Say = Callable[[str], None]
FLUSH_ROWS = 20_000
MEMORY = "512MB"  # for building an index


class Table:
    """A model's table: puts the values of a row in the order of its columns, and what is missing to its default."""

    def __init__(self, model: type[models.Model]) -> None:
        self.name = model._meta.db_table
        self.columns = [str(field.column) for field in model._meta.concrete_fields]
        self.plan = [(str(field.column), _default(field)) for field in model._meta.concrete_fields]
        self.keys = [str(field.column) for field in model._meta.concrete_fields if isinstance(field, TextKey)]

    def row(self, values: dict[str, Any]) -> list[Any]:
        keys = {key: _key_of(values.get(key.removesuffix("_key")) or "") for key in self.keys}
        return [keys[column] if column in keys else values.get(column, default) for column, default in self.plan]


_key_of = lru_cache(maxsize=65_536)(sort_key)


def _default(field: models.Field) -> Any:
    if field.name in ("id", "tenant") or field.null:
        return None
    if field.has_default():
        value = field.get_default()
        return json.dumps(value) if isinstance(value, dict | list) else value
    return "" if field.empty_strings_allowed else None


class Sink:
    """Gathers rows for each table and sends them in large portions."""

    def __init__(self, connection: psycopg.Connection, tables: Iterable[type[models.Model]]) -> None:
        self.connection = connection
        self.tables = {model: Table(model) for model in tables}
        self.waiting: dict[type[models.Model], list[list[Any]]] = {model: [] for model in self.tables}
        self.sent = 0

    def add(self, model: type[models.Model], values: dict[str, Any]) -> None:
        """Take in a row of ``model``: its values by column, JSON as text."""
        rows = self.waiting[model]
        rows.append(self.tables[model].row(values))
        if len(rows) >= FLUSH_ROWS:
            self._send(model)

    def flush(self) -> None:
        for model in self.tables:
            self._send(model)

    def _send(self, model: type[models.Model]) -> None:
        rows, table = self.waiting[model], self.tables[model]
        if not rows:
            return
        columns = ", ".join(f'"{column}"' for column in table.columns)
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy,
        ):
            for row in rows:
                copy.write_row(row)
        self.sent += len(rows)
        rows.clear()


@contextmanager
def bare_tables(connection: psycopg.Connection, tables: list[str], say: Say) -> Iterator[None]:
    """Inside, ``tables`` have their primary keys and unique constraints only; the rest is built again afterwards."""
    connection.execute("SET LOCAL lock_timeout = '10s'")  # rather say that somebody works here than wait for ever
    connection.execute(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
    keys = connection.execute(_FOREIGN_KEYS, [tables]).fetchall()
    indexes = connection.execute(_INDEXES, [tables]).fetchall()
    for table, name, _definition in keys:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    yield
    say(f"Building {len(indexes)} indexes …")
    for _name, definition in indexes:
        connection.execute(definition)
    say(f"Checking {len(keys)} foreign keys …")
    for table, name, definition in keys:
        connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE contype = 'f' AND conrelid::regclass::text = ANY (%s) ORDER BY 1, 2
"""
_INDEXES = """
SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
 WHERE indrelid::regclass::text = ANY (%s) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
 ORDER BY indrelid, relname
"""
