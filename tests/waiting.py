"""Two at once: to let the first go on when the second waits for it, and not before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

from django.db import connection

from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant

PATIENCE = 20  # seconds


def somebody_waits() -> bool:
    """Whether a session waits for a lock here; those of other workers of the tests have their own databases."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks AS waiting JOIN pg_locks AS its USING (pid)"
            " JOIN pg_database ON pg_database.oid = its.database"
            " WHERE NOT waiting.granted AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def while_another(tenant_id: Any, does: Callable[[], object]) -> Iterator[None]:
    """Let somebody else do something in a transaction that stays open until the block waits for it."""
    held = Event()

    def do() -> None:
        try:
            with tenant_context(Tenant.objects.get(pk=tenant_id)):
                does()
                held.set()
                end = monotonic() + PATIENCE
                while not somebody_waits() and monotonic() < end:
                    sleep(0.02)
        finally:
            connection.close()

    other = Thread(target=do)
    other.start()
    try:
        assert held.wait(PATIENCE)
        yield
    finally:
        other.join(PATIENCE + 10)
