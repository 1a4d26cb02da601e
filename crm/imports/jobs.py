"""Jobs that run imports. What a lost broker or a killed worker left lying, the sweep finds."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from celery import shared_task
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from crm.events.jobs import ring
from crm.imports.models import Import
from crm.imports.running import run_import
from crm.imports.services import fail_import
from crm.tenants.context import tenant_context
from crm.tenants.jobs import tenant_by_id

STALLED = timedelta(seconds=30)
TURN_SECONDS = 30.0

logger = structlog.get_logger(__name__)


@shared_task(expires=60)
def run(tenant_id: str, job_id: str) -> None:
    """Work on one import for a while, then let others have their turn. Expires: what a late worker would do, the sweep
    asks for again."""
    tenant = tenant_by_id(tenant_id)
    try:
        if run_import(tenant, job_id, seconds=TURN_SECONDS):
            kick(tenant.pk, UUID(job_id))
    except (OperationalError, InterfaceError):
        logger.exception("import_interrupted", job=job_id)  # the database was away: the sweep goes on
    except Exception as error:
        logger.exception("import_failed", job=job_id)
        with tenant_context(tenant):
            job = Import.objects.filter(pk=job_id).first()
            if job is not None:
                fail_import(job=job, problem=f"{type(error).__name__}: {error}")


@shared_task(expires=15)
def sweep() -> None:
    """Start imports that wait, or whose worker is gone, again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, id FROM waiting_imports(%s)", [timezone.now() - STALLED])
        found = cursor.fetchall()
    for tenant_id, job_id in found:
        kick(tenant_id, job_id)


def kick(tenant_id: UUID, job_id: UUID) -> None:
    ring(run, str(tenant_id), str(job_id))
