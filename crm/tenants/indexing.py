"""Indexes of tables that people work in: built and dropped while they do (``CONCURRENTLY``), outside of a transaction.

Such a statement waits for the transactions that are open, and holds up nobody meanwhile, so it may wait for long. What
was interrupted leaves an index that serves nothing: it is dropped and built once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db.backends.base.base import BaseDatabaseWrapper

_STATE = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


@contextmanager
def without_hurry(connection: BaseDatabaseWrapper) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        before = cursor.fetchone()[0]
        cursor.execute("SET lock_timeout = 0")
        try:
            yield
        finally:
            cursor.execute(f"SET lock_timeout = '{before}'")


def has_index(connection: BaseDatabaseWrapper, name: str) -> bool:
    """Whether the index is there; one that was built by half is dropped."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [f'"{name}"'])
        found = cursor.fetchone()
        if found and not found[0]:
            cursor.execute(f'DROP INDEX CONCURRENTLY "{name}"')
    return bool(found and found[0])


class AddIndex(AddIndexConcurrently):
    """For migrations with ``atomic = False``, which may be run again after they stopped half way."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        with without_hurry(schema_editor.connection):
            if not has_index(schema_editor.connection, self.index.name):
                super().database_forwards(app_label, schema_editor, from_state, to_state)


class RemoveIndex(RemoveIndexConcurrently):
    """The same for one that is not needed any more: to be named after the ones that replace it."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        with without_hurry(schema_editor.connection):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
