"""Jobs of activities."""

from __future__ import annotations

from crm.activities.contact_times import note_meetings_held
from crm.activities.files.storing import clear_away
from crm.activities.reminders import remind_due, tenants_with_reminders
from crm.celery import job
from crm.events.jobs import answer, ring
from crm.queues import HOUR, LONG, QUICK
from crm.tenants.jobs import go_round, tenant_by_id
from crm.tenants.models import Tenant

REMINDERS_PER_JOB = 50
TENANTS_PER_SWEEP = 500


@job(LONG, every=6 * HOUR, expires=3600)
def clear_files(after: str = "") -> None:
    """In every workspace, clear away the bytes of files that are gone."""
    answer(clear_files, after)
    rest = go_round("files_cleared", clear_away, after)
    if rest is not None:
        ring(clear_files, rest)


@job(QUICK, every=60, expires=60)
def sweep_reminders() -> None:
    """Wake a worker for each workspace in which somebody is to be reminded of a task."""
    for tenant_id in tenants_with_reminders(TENANTS_PER_SWEEP):
        ring(remind_tenant, str(tenant_id))


@job(QUICK, expires=60)
def remind_tenant(tenant_id: str) -> None:
    """Send one workspace's due reminders. Expires: what a late worker would do, the next sweep does."""
    answer(remind_tenant, tenant_id)
    try:
        tenant = tenant_by_id(tenant_id)
    except Tenant.DoesNotExist:
        return
    if remind_due(tenant, REMINDERS_PER_JOB) == REMINDERS_PER_JOB:
        ring(remind_tenant, tenant_id)  # others get their turn before the rest


@job(LONG, every=900, expires=900)
def note_meetings(after: str = "") -> None:
    """In every workspace, let records know of planned meetings that have been held."""
    answer(note_meetings, after)
    rest = go_round("meetings_noted", lambda tenant, is_over: note_meetings_held(tenant), after)
    if rest is not None:
        ring(note_meetings, rest)
