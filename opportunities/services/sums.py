"""What the database keeps added up of opportunities (``sql.py``): put together, and mended where it is wrong."""

from __future__ import annotations

from django.db import connection

from crm.tenants.context import tenant_context
from crm.tenants.locks import wait_for_turn
from crm.tenants.models import Tenant
from opportunities.sql import ADDED, KIND, MEND, NUMBERS, SOMETHING

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


def put_together(tenant: Tenant) -> int:
    """Make one row of those of each kind; return how many rows were made."""
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute(_TOGETHER, {"tenant": tenant.pk})
        return cursor.rowcount


def mend_sums(tenant: Tenant) -> int:
    """Add what is missing, or too much, in what is kept, while others write; return of how many kinds it was wrong."""
    with tenant_context(tenant), connection.cursor() as cursor:
        wait_for_turn("mending of sums")
        cursor.execute(MEND, {"tenant": tenant.pk})
        return cursor.rowcount
