"""What was done long ago can no longer be taken back."""

from __future__ import annotations

from collections.abc import Callable

from crm.celery import job
from crm.events.jobs import answer, ring
from crm.queues import HOUR, LONG
from crm.tenants.context import tenant_context
from crm.tenants.jobs import Unfinished, go_round
from crm.tenants.models import Tenant
from crm.undo.services import forget_changes

AT_ONCE = 10_000  # changes that are deleted in one transaction


@job(LONG, every=6 * HOUR, expires=3600)
def tidy(after: str = "") -> None:
    """Drop, in each workspace, what is kept of acts that are too old."""
    answer(tidy, after)
    rest = go_round("changes_forgotten", _forget, after)
    if rest is not None:
        ring(tidy, rest)


def _forget(tenant: Tenant, is_over: Callable[[], bool]) -> int:
    forgotten = 0
    while True:
        with tenant_context(tenant):
            some = forget_changes(AT_ONCE)
        forgotten += some
        if some < AT_ONCE:
            return forgotten
        if is_over():
            raise Unfinished
