"""Letting those wait for each other who would each miss what the other one is about to write."""

from __future__ import annotations

from django.db import connection

from crm.tenants.context import current_tenant_id


def wait_for_turn(what: str) -> None:
    """Go on alone with ``what`` in this workspace until the transaction ends; what others wrote before can be read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{what}:{current_tenant_id()}"])
