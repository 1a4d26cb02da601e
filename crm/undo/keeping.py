"""Keeping what an act writes: one place around the act, and none in the services that it calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.pq import TransactionStatus

from crm.ground.writes import insert_many, kept_back
from crm.tenants.models import TenantModel
from crm.undo.models import Change

_act: ContextVar[str] = ContextVar("act", default="")  # and its part, as the triggers read them


@contextmanager
def keeping(act: UUID, part: UUID | None = None, *, writes: bool = True) -> Iterator[None]:
    """Keep what is written inside, to any table that ``keeps_changes``, as the changes of ``act``.

    Of an act over many records, ``part`` is the one that it is done to. Inside a transaction. ``writes``: whether it
    writes anything but what ``collect_inserts`` keeps back.
    An act within another has its own changes, and the outer one those around it.
    """
    outer, made_before = _act.get(), len(kept_back())
    inner = f"{act} {part or act}"
    token = _act.set(inner)
    if writes:
        _tell_database(inner)
    try:
        yield
        _keep_those_kept_back(act, kept_back()[made_before:])
    finally:
        _act.reset(token)
        # Else the transaction goes back to before all this.
        status = connection.connection.info.transaction_status
        if writes and status == TransactionStatus.INTRANS and not connection.needs_rollback:
            _tell_database(outer)


def is_keeping(act: UUID) -> bool:
    """Whether what is written now is kept as changes of ``act``."""
    return _act.get().startswith(f"{act} ")


def _tell_database(act: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.act = '{act}'")


def _keep_those_kept_back(act: UUID, rows: list[Any]) -> None:
    """What ``collect_inserts`` writes later, outside of the act."""
    # Their acts have no parts: no run over many records keeps its inserts back.
    kept = [row for row in rows if isinstance(row, TenantModel) and row.keeps_changes]
    insert_many(Change, [_change(act, row, None, columns_of(row)) for row in kept])


def columns_of(row: TenantModel) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def keep_change(act: UUID, row: TenantModel, before: dict[str, Any]) -> None:
    """Keep what became of ``row``, of which the columns were ``before``, and whose insert is kept back."""
    after = columns_of(row)
    names = [name for name in after if after[name] != before[name]]
    change = _change(act, row, {name: before[name] for name in names}, {name: after[name] for name in names})
    insert_many(Change, [change])


def _change(act: UUID, row: TenantModel, before: dict[str, Any] | None, after: dict[str, Any]) -> Change:
    return Change(act=act, part=act, table=row._meta.db_table, row=row.pk, before=before, after=after)
