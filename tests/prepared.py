"""Each call of a prepared statement, in whatever test, is compared with the queryset that it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.core.exceptions import EmptyResultSet

from crm.tenants.prepared import Prepared

_text = Prepared.text


@contextmanager
def compare_each_call() -> Iterator[None]:
    with mock.patch.object(Prepared, "text", _compared):
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
