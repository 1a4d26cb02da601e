"""What pages leave behind and nobody asks for again."""

from __future__ import annotations

from collections.abc import Callable

from crm.celery import job
from crm.events.jobs import answer, ring
from crm.pages.idempotency import forget_old_keys
from crm.pages.kept import forget_kept_forms
from crm.queues import HOUR, LONG
from crm.tenants.context import tenant_context
from crm.tenants.jobs import go_round
from crm.tenants.models import Tenant


@job(LONG, every=6 * HOUR, expires=3600)
def tidy(after: str = "") -> None:
    """Drop, in each workspace, the keys of forms that were sent long ago."""
    answer(tidy, after)
    rest = go_round("keys_forgotten", _forget, after)
    if rest is not None:
        ring(tidy, rest)


def _forget(tenant: Tenant, is_over: Callable[[], bool]) -> int:
    with tenant_context(tenant):
        forget_old_keys()
        forget_kept_forms()
    return 0
