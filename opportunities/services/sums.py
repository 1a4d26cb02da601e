"""What the database keeps added up of opportunities (``sql.py``): put together, and compared with the opportunities."""

from __future__ import annotations

from typing import Any

from django.db import connection

from crm.tenants.context import current_tenant, tenant_context
from crm.tenants.models import Tenant
from opportunities.sql import ADDED, KIND, NUMBERS, ROWS, SOMETHING

# What another puts together at the same time is gone by then: each row is taken by one of them.
_TOGETHER = f"""
WITH taken AS (
    DELETE FROM opportunities_opportunitysum WHERE tenant_id = %(tenant)s AND id IN (
        SELECT unnest(array_agg(id)) FROM opportunities_opportunitysum WHERE tenant_id = %(tenant)s
         GROUP BY {KIND} HAVING count(*) > 1 OR NOT {SOMETHING}
    ) RETURNING *
)
INSERT INTO opportunities_opportunitysum (id, {KIND}, {NUMBERS})
SELECT gen_random_uuid(), {KIND}, {ADDED} FROM taken GROUP BY {KIND} HAVING {SOMETHING}
"""
_WRONG = f"""
SELECT {KIND}, {ADDED} FROM (
    {ROWS.format(table="opportunities_opportunity", sign="1")} AND tenant_id = %(tenant)s
    UNION ALL
    SELECT {KIND}, -number, -valued, -amount, -weighted FROM opportunities_opportunitysum WHERE tenant_id = %(tenant)s
) AS both_sides GROUP BY {KIND} HAVING {SOMETHING}
"""


def put_together(tenant: Tenant) -> int:
    """Make one row of those of each kind; return how many kinds had several."""
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute(_TOGETHER, {"tenant": tenant.pk})
        return cursor.rowcount


def wrong_sums() -> list[tuple[Any, ...]]:
    """The kinds of which what is kept is not what the opportunities add up to, each with what is missing: none."""
    with connection.cursor() as cursor:
        cursor.execute(_WRONG, {"tenant": current_tenant().pk})
        return cursor.fetchall()
