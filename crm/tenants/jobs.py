"""How a job reaches its tenants. Jobs are shallow: enter, call a service, leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import structlog

from crm.queues import begin_turn
from crm.tenants.models import Tenant

logger = structlog.get_logger(__name__)


class Unfinished(Exception):
    """A turn is over before all of a tenant's part was done."""


def each_tenant() -> Iterator[Tenant]:
    """Yield every tenant; the caller enters each with ``tenant_context`` and contains its failures."""
    yield from Tenant.objects.order_by("id").iterator(chunk_size=500)


def tenant_by_id(tenant_id: UUID | str) -> Tenant:
    return Tenant.objects.get(pk=tenant_id)


def go_round(name: str, do: Callable[[Tenant, Callable[[], bool]], int], after: str = "") -> str | None:
    """Call ``do(tenant, is_over)`` for each tenant behind the id ``after``, for one turn; a failure stays in its own.

    Returns the id behind which the next turn is to begin, None when all have been visited. ``do`` returns how much it
    has done. Of a large tenant it may leave the rest when the turn ``is_over``, and raises ``Unfinished`` then.
    """
    is_over = begin_turn()
    for tenant in Tenant.objects.filter(pk__gt=UUID(after or f"{0:032}")).order_by("id").iterator(chunk_size=500):
        try:
            if done := do(tenant, is_over):
                logger.info(name, tenant=tenant.slug, count=done)
        except Unfinished:
            return after
        except Exception:
            logger.exception(f"{name}_failed", tenant=tenant.slug)
        after = str(tenant.pk)
        if is_over():
            return after
    return None
