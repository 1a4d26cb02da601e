"""Jobs that do runs. What a lost broker or a killed worker left lying, the sweep finds."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db import connection
from django.utils import timezone

from crm.bulk.models import BulkRun
from crm.bulk.running import fail_run, work_as_job
from crm.bulk.selectors import first_waiting
from crm.bulk.services import forget_rehearsals
from crm.celery import job
from crm.events.jobs import answer, ring
from crm.queues import HOUR, LONG, QUICK
from crm.tenants import turns
from crm.tenants.context import tenant_context
from crm.tenants.jobs import go_round, tenant_by_id
from crm.tenants.models import Tenant

LONGEST_TURN = 600  # seconds: a job that hangs is killed, and the sweep goes on after its last batch


@job(LONG, time_limit=LONGEST_TURN)
def run(tenant_id: str, run_id: str) -> None:
    """Work on a run for a while, then let others have their turn."""
    answer(run, tenant_id, run_id)
    tenant = tenant_by_id(tenant_id)

    def fail(problem: str) -> None:
        if (found := BulkRun.objects.filter(pk=run_id).first()) is not None:
            fail_run(found, problem)

    if turns.work(tenant, run_id, lambda turn: work_as_job(tenant, run_id, turn), fail):
        kick(tenant.pk, UUID(run_id))


@job(QUICK, every=15, expires=300)
def sweep() -> None:
    """Start runs that wait, or whose worker is gone, again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, id FROM waiting_bulk_runs(%s)", [timezone.now() - turns.STALLED])
        found = cursor.fetchall()
    for tenant_id, run_id in found:
        kick(tenant_id, run_id)


@job(LONG, every=6 * HOUR, expires=3600)
def tidy(after: str = "") -> None:
    """Drop, in each workspace, what was only tried and nobody went on with."""
    answer(tidy, after)
    rest = go_round("rehearsals_forgotten", _forget, after)
    if rest is not None:
        ring(tidy, rest)


def _forget(tenant: Tenant, is_over: Callable[[], bool]) -> int:
    with tenant_context(tenant):
        return forget_rehearsals()


def kick(tenant_id: UUID, run_id: UUID) -> None:
    ring(run, str(tenant_id), str(run_id))


turns.add_line("bulk", turns.Line(first_waiting, kick))
