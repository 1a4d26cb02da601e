"""Each call of a prepared statement, in whatever test, is compared with the queryset that it stands for: what it asks,
and, of the first few of each text, the rows that come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model

from crm.tenants.prepared import Prepared

ROWS_COMPARED = 5  # times for each text: it is asked once more for that

_text, _call = Prepared.text, Prepared.__call__
_asked: Counter[Any] = Counter()


@contextmanager
def compare_each_call() -> Iterator[None]:
    with mock.patch.multiple(Prepared, text=_compared, __call__=_rows_compared):
        yield


def _compared(statement: Prepared[Any, Any], shape: tuple[Any, ...], arguments: dict[str, Any]) -> Any:
    text = _text(statement, shape, arguments)
    kept = None if text is None else (text.sql, repr([*text.parameters_of(arguments)]))
    assert kept == _made_anew(statement, shape, arguments), f"{statement.make.__qualname__}{shape}"
    return text


def _made_anew(statement: Prepared[Any, Any], shape: tuple[Any, ...], arguments: dict[str, Any]) -> Any:
    try:
        sql, parameters = statement.make(*shape, **arguments).query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, repr([*parameters])


def _rows_compared(statement: Prepared[Any, Any], *shape: Any, **arguments: Any) -> Any:
    found = _call(statement, *shape, **arguments)
    key = (statement.make.__qualname__, shape)
    if _asked[key] < ROWS_COMPARED:
        _asked[key] += 1
        with mock.patch.object(connection, "force_debug_cursor", False):  # no statement of the test's
            wanted = [*statement.make(*shape, **arguments)]
        assert [*map(_plain, found)] == [*map(_plain, wanted)], key
    return found


def _plain(row: Any) -> Any:
    """A row and those that came with it, by all that they hold."""
    if not isinstance(row, Model):
        return row
    kept = {name: value for name, value in row.__dict__.items() if name != "_state"}
    related = {name: _plain(one) for name, one in row._state.fields_cache.items()}
    return type(row), kept, related
