"""Jobs over all records of a workspace."""

from __future__ import annotations

import time

import structlog

from crm.celery import job
from crm.events.jobs import answer, ring
from crm.queues import LONG, QUICK
from crm.records.phone_keys import are_stale, is_at_work, remake_some
from crm.tenants.context import tenant_context
from crm.tenants.jobs import each_tenant, tenant_by_id

TURN_SECONDS = 20.0

logger = structlog.get_logger(__name__)


@job(QUICK, every=600, expires=600)
def sweep_phone_keys() -> None:
    """Find the workspaces that have moved to another country, and remake the keys of their phone numbers."""
    for tenant in each_tenant():
        with tenant_context(tenant):
            is_left = are_stale() and not is_at_work()
        if is_left:
            ring(remake_phone_keys, str(tenant.pk))


@job(LONG, expires=600)
def remake_phone_keys(tenant_id: str) -> None:
    """Remake keys for a while, a batch in a transaction; what is left is rung for, or found by the sweep."""
    answer(remake_phone_keys, tenant_id)
    tenant = tenant_by_id(tenant_id)
    started = time.monotonic()
    is_left = True
    while is_left and time.monotonic() - started < TURN_SECONDS:
        with tenant_context(tenant):
            is_left = remake_some()
    if is_left:
        ring(remake_phone_keys, tenant_id)
