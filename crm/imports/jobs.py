"""Jobs that run imports. What a lost broker or a killed worker left lying, the sweep finds."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.utils import timezone

from crm.celery import job
from crm.events.jobs import answer, ring
from crm.imports.keeping import delete_old_files
from crm.imports.models import Import
from crm.imports.running import run_import
from crm.imports.selectors import first_waiting
from crm.imports.services import fail_import
from crm.queues import HOUR, LONG, QUICK
from crm.tenants import turns
from crm.tenants.jobs import go_round, tenant_by_id

LONGEST_TURN = 600  # seconds: a job that hangs is killed, and the sweep goes on after its last batch


@job(LONG, time_limit=LONGEST_TURN)
def run(tenant_id: str, job_id: str) -> None:
    """Work on one import for a while, then let others have their turn."""
    answer(run, tenant_id, job_id)
    tenant = tenant_by_id(tenant_id)

    def fail(problem: str) -> None:
        if (job := Import.objects.filter(pk=job_id).first()) is not None:
            fail_import(job=job, problem=problem)

    if turns.work(tenant, job_id, lambda turn: run_import(tenant, job_id, turn=turn), fail):
        kick(tenant.pk, UUID(job_id))


@job(LONG, every=6 * HOUR, expires=3600)
def delete_files(after: str = "") -> None:
    """In every workspace, delete the files of imports that are older than they are kept."""
    answer(delete_files, after)
    rest = go_round("import_files_deleted", delete_old_files, after)
    if rest is not None:
        ring(delete_files, rest)


@job(QUICK, every=15, expires=300)
def sweep() -> None:
    """Start imports that wait, or whose worker is gone, again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, id FROM waiting_imports(%s)", [timezone.now() - turns.STALLED])
        found = cursor.fetchall()
    for tenant_id, job_id in found:
        kick(tenant_id, job_id)


def kick(tenant_id: UUID, job_id: UUID) -> None:
    ring(run, str(tenant_id), str(job_id))


turns.add_line("imports", turns.Line(first_waiting, kick))
