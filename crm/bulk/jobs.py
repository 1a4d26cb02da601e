"""Jobs that do runs. What a lost broker or a killed worker left lying, the sweep finds."""

from __future__ import annotations

from uuid import UUID

import structlog
from celery import shared_task
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from crm.bulk.models import BulkRun
from crm.bulk.running import STALLED, fail_run, work_as_job
from crm.events.jobs import ring
from crm.tenants.context import tenant_context
from crm.tenants.jobs import tenant_by_id

logger = structlog.get_logger(__name__)


@shared_task
def run(tenant_id: str, run_id: str) -> None:
    """Do one run to its end."""
    tenant = tenant_by_id(tenant_id)
    try:
        work_as_job(tenant, run_id)
    except (OperationalError, InterfaceError):
        logger.exception("bulk_run_interrupted", run=run_id)  # the database was away: the sweep goes on
    except Exception as error:
        logger.exception("bulk_run_failed", run=run_id)
        with tenant_context(tenant):
            found = BulkRun.objects.filter(pk=run_id).first()
            if found is not None:
                fail_run(found, f"{type(error).__name__}: {error}")


@shared_task(expires=15)
def sweep() -> None:
    """Start runs that wait, or whose worker is gone, again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, id FROM waiting_bulk_runs(%s)", [timezone.now() - STALLED])
        found = cursor.fetchall()
    for tenant_id, run_id in found:
        kick(tenant_id, run_id)


def kick(tenant_id: UUID, run_id: UUID) -> None:
    ring(run, str(tenant_id), str(run_id))
