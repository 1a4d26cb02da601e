"""Statements that hold the rows that they write, or the names that they look for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def cursor_for_once() -> Iterator[Any]:
    """A cursor for a text that never comes again. psycopg counts how often each text comes, to prepare those that do
    so often, and keeps the last hundred for that: tens of megabytes where each holds a batch."""
    connection.ensure_connection()
    ours: Any = connection.connection
    usual, ours.prepare_threshold = ours.prepare_threshold, None
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        ours.prepare_threshold = usual
