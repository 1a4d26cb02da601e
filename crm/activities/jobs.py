"""Jobs of activities."""

from __future__ import annotations

import structlog
from celery import shared_task

from crm.activities.contact_times import note_meetings_held
from crm.activities.files.storing import clear_away
from crm.activities.reminders import remind_due, tenants_with_reminders
from crm.events.jobs import ring
from crm.tenants.jobs import each_tenant, tenant_by_id
from crm.tenants.models import Tenant

REMINDERS_PER_JOB = 200
TENANTS_PER_SWEEP = 500

logger = structlog.get_logger(__name__)


@shared_task(expires=3600)
def clear_files() -> None:
    """In every workspace, clear away the bytes of files that are gone. A failure stays in its own workspace."""
    for tenant in each_tenant():
        try:
            count = clear_away(tenant)
        except Exception:
            logger.exception("clear_files_failed", tenant=tenant.slug)
        else:
            if count:
                logger.info("files_cleared", tenant=tenant.slug, count=count)


@shared_task(expires=60)
def sweep_reminders() -> None:
    """Wake a worker for each workspace in which somebody is to be reminded of a task."""
    for tenant_id in tenants_with_reminders(TENANTS_PER_SWEEP):
        ring(remind_tenant, str(tenant_id))


@shared_task(expires=60)
def remind_tenant(tenant_id: str) -> None:
    """Send one workspace's due reminders. Expires: what a late worker would do, the next sweep does."""
    try:
        tenant = tenant_by_id(tenant_id)
    except Tenant.DoesNotExist:
        return
    if remind_due(tenant, REMINDERS_PER_JOB) == REMINDERS_PER_JOB:
        ring(remind_tenant, tenant_id)  # others get their turn before the rest


@shared_task(expires=900)
def note_meetings() -> None:
    """In every workspace, let records know of planned meetings that have been held. A failure stays in its own."""
    for tenant in each_tenant():
        try:
            note_meetings_held(tenant)
        except Exception:
            logger.exception("note_meetings_failed", tenant=tenant.slug)
