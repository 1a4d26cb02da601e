"""How a job reaches its tenants. Jobs are shallow: enter, call a service, leave."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from crm.tenants.models import Tenant


def each_tenant() -> Iterator[Tenant]:
    """Yield every tenant; the caller enters each with ``tenant_context`` and contains its failures."""
    yield from Tenant.objects.order_by("id").iterator(chunk_size=500)


def tenant_by_id(tenant_id: UUID | str) -> Tenant:
    return Tenant.objects.get(pk=tenant_id)
