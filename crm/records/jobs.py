"""Jobs over all records of a workspace."""

from __future__ import annotations

import time

import structlog
from celery import shared_task

from crm.events.jobs import answer, ring
from crm.records.phone_keys import are_stale, remake_some
from crm.tenants.context import tenant_context
from crm.tenants.jobs import each_tenant, tenant_by_id

TURN_SECONDS = 20.0

logger = structlog.get_logger(__name__)


@shared_task(expires=600)
def sweep_phone_keys() -> None:
    """Find the workspaces that have moved to another country, and remake the keys of their phone numbers."""
    for tenant in each_tenant():
        with tenant_context(tenant):
            stale = are_stale()
        if stale:
            ring(remake_phone_keys, str(tenant.pk), "0", "")


@shared_task(expires=600)
def remake_phone_keys(tenant_id: str, number: str, after: str) -> None:
    """Remake keys for a while, a batch in a transaction; what is left is rung for, or found by the sweep."""
    answer(remake_phone_keys, tenant_id, number, after)
    tenant = tenant_by_id(tenant_id)
    place: tuple[int, str] | None = (int(number), after)
    started = time.monotonic()
    while place is not None and time.monotonic() - started < TURN_SECONDS:
        with tenant_context(tenant):
            place = remake_some(place)
    if place is not None:
        ring(remake_phone_keys, tenant_id, str(place[0]), place[1])
