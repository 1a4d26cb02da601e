"""All that a workspace holds, to be compared with itself."""

from __future__ import annotations

from functools import cache

from django.db import connection

from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.tenants.wall import tenant_models

Dump = dict[str, str]


def dump(tenant: Tenant) -> Dump:
    """Every row of every tenant table, as text, as the app's role sees them; a table a key, in one statement."""
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute(_statement())
        return dict(cursor.fetchall())


@cache
def _statement() -> str:
    tables = [model._meta.db_table for model in tenant_models()]
    rows = "SELECT '{0}', string_agg(t::text, E'\\n' ORDER BY t.id) FROM \"{0}\" t"
    return " UNION ALL ".join(rows.format(table) for table in tables)
