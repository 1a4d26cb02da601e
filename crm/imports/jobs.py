"""Jobs that run imports. What a lost broker or a killed worker left lying, the sweep finds."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from celery import shared_task
from django.db import connection
from django.utils import timezone

from crm.events.jobs import ring
from crm.imports.models import Import
from crm.imports.running import run_import
from crm.imports.services import fail_import
from crm.tenants.context import tenant_context
from crm.tenants.jobs import tenant_by_id

STALLED = timedelta(seconds=30)

logger = structlog.get_logger(__name__)


@shared_task
def run(tenant_id: str, job_id: str) -> None:
    """Run one import to its end."""
    tenant = tenant_by_id(tenant_id)
    try:
        run_import(tenant, job_id)
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
