"""Jobs of opportunities."""

from __future__ import annotations

from collections.abc import Callable

from celery import shared_task

from crm.events.jobs import answer, ring
from crm.tenants.jobs import Unfinished, go_round
from crm.tenants.models import Tenant
from opportunities.services.lapsing import lapse_workspace


@shared_task(expires=3600)
def lapse(after: str = "") -> None:
    """In every workspace whose day is new, make past customers of who has become one.

    Every hour: the workspaces' days begin at different ones. What failed is tried again in the next.
    """
    answer(lapse, after)
    rest = go_round("customers_lapsed", _lapse, after)
    if rest is not None:
        ring(lapse, rest)


def _lapse(tenant: Tenant, is_over: Callable[[], bool]) -> int:
    count = lapse_workspace(tenant, is_over)
    if count and is_over():
        raise Unfinished
    return count
