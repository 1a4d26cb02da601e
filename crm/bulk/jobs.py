"""Jobs that do runs. What a lost broker or a killed worker left lying, the sweep finds."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

import structlog
from celery import shared_task
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from crm.bulk.models import BulkRun
from crm.bulk.running import fail_run, work_as_job
from crm.bulk.selectors import first_waiting
from crm.events.jobs import answer, ring
from crm.tenants import turns
from crm.tenants.context import tenant_context
from crm.tenants.jobs import tenant_by_id

LONGEST_TURN = 600  # seconds: a job that hangs is killed, and the sweep goes on after its last batch

logger = structlog.get_logger(__name__)


@shared_task(time_limit=LONGEST_TURN)
def run(tenant_id: str, run_id: str) -> None:
    """Work on a run for a while, then let others have their turn."""
    answer(run, tenant_id, run_id)
    tenant = tenant_by_id(tenant_id)
    turn = turns.begin(tenant, run_id)
    if turn is None:
        return
    try:
        more = work_as_job(tenant, run_id, turn)
    except (OperationalError, InterfaceError):
        logger.exception("bulk_run_interrupted", run=run_id)  # the database was away: the sweep goes on
        with suppress(OperationalError, InterfaceError):
            turn.end(more=True)
        return
    except Exception as error:
        logger.exception("bulk_run_failed", run=run_id)
        more = False
        with tenant_context(tenant):
            found = BulkRun.objects.filter(pk=run_id).first()
            if found is not None:
                fail_run(found, f"{type(error).__name__}: {error}")
    turn.end(more=more)
    if more:
        kick(tenant.pk, UUID(run_id))


@shared_task(expires=300)
def sweep() -> None:
    """Start runs that wait, or whose worker is gone, again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, id FROM waiting_bulk_runs(%s)", [timezone.now() - turns.STALLED])
        found = cursor.fetchall()
    for tenant_id, run_id in found:
        kick(tenant_id, run_id)


def kick(tenant_id: UUID, run_id: UUID) -> None:
    ring(run, str(tenant_id), str(run_id))


turns.add_line("bulk", turns.Line(first_waiting, kick))
