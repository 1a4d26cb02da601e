"""Taking out again what a benchmark wrote: every row whose id is younger than the benchmark."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from django.db import connections

from crm.ground.ids import uuid7
from crm.tenants.models import Tenant
from crm.tenants.wall import tenant_models
from crm.undo.models import Change
from opportunities.models import OpportunitySum


def owner() -> psycopg.Connection:
    """The connection of the owning role, which row-level security does not bind."""
    connections["owner"].ensure_connection()
    return connections["owner"].connection  # type: ignore[return-value]


@contextmanager
def undone(tenant: Tenant) -> Iterator[UUID]:
    """Delete what is made in ``tenant`` inside. Ids grow with time, so those made here are greater than this one."""
    since = uuid7()
    time.sleep(0.002)  # within a millisecond their order is chance
    try:
        yield since
    finally:
        delete_since(tenant, since)


def delete_since(tenant: Tenant, since: UUID) -> None:
    # Sums of opportunities follow them, by triggers; their ids tell nothing.
    tables = [model._meta.db_table for model in tenant_models() if model is not OpportunitySum]
    with owner().transaction():
        owner().execute("SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            column = dated_by(table)
            owner().execute(f'DELETE FROM "{table}" WHERE tenant_id = %s AND {column} >= %s', [tenant.pk, since])


def dated_by(table: str) -> str:
    """The column with an id that tells when a row was made; PostgreSQL makes others of what it keeps itself."""
    return "act" if table == Change._meta.db_table else "id"


def tidy(*tables: str) -> None:
    """Let the next measurement not pay for the rows that are gone."""
    for table in tables:
        owner().execute(f'VACUUM (ANALYZE) "{table}"')
