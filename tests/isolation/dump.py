"""All that a workspace holds, to be compared with itself."""

from __future__ import annotations

from django.db import connection

from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.tenants.wall import tenant_models

Dump = dict[str, list[str]]


def dump(tenant: Tenant) -> Dump:
    """Every row of every tenant table, as text, as the app's role sees them."""
    with tenant_context(tenant), connection.cursor() as cursor:
        return {model._meta.db_table: _rows(cursor, model._meta.db_table) for model in tenant_models()}


def _rows(cursor: object, table: str) -> list[str]:
    cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY t.id')  # type: ignore[attr-defined]
    return [text for (text,) in cursor.fetchall()]  # type: ignore[attr-defined]
