"""The one thing that is implicit: which tenant this piece of work is for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db import connection, transaction

from crm.tenants.role import refuse_privileged_role

if TYPE_CHECKING:
    from crm.tenants.tenant import Tenant

_current: ContextVar[Tenant | None] = ContextVar("tenant", default=None)


class NoTenantError(RuntimeError):
    """Tenant data was asked for outside ``tenant_context``."""


class CrossTenantError(RuntimeError):
    """Work for one tenant tried to enter another."""


def current_tenant() -> Tenant:
    """Return the tenant that this piece of work is for; raise ``NoTenantError`` outside a context."""
    tenant = _current.get()
    if tenant is None:
        raise NoTenantError("No tenant: wrap this in tenant_context(tenant).")
    return tenant


def current_tenant_id() -> UUID:
    """Return the current tenant's id: the default of every ``tenant`` column."""
    return current_tenant().pk


def has_tenant() -> bool:
    return _current.get() is not None


def _set_local(value: str) -> None:
    # A literal: SET takes no parameters, and set_config() would be hidden from a transaction pooler's view.
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.tenant = '{value}'")


@contextmanager
def tenant_context(tenant: Tenant) -> Iterator[Tenant]:
    """Open a transaction in which only ``tenant``'s rows exist, for the ORM and for the database.

    Entering the same tenant again nests (a savepoint); entering another raises ``CrossTenantError``.
    """
    outer = _current.get()
    if outer is not None:
        if outer.pk != tenant.pk:
            raise CrossTenantError(f"In {outer.slug}, tried to enter {tenant.slug}.")
        with transaction.atomic():
            yield tenant
        return
    refuse_privileged_role()
    is_part = connection.in_atomic_block  # of a transaction that goes on: a test's
    token = _current.set(tenant)
    try:
        with transaction.atomic(), structlog.contextvars.bound_contextvars(tenant=tenant.slug):
            _set_local(str(tenant.pk))
            yield tenant
            # The end of the transaction leaves no tenant behind.
            if is_part and not connection.needs_rollback:
                _set_local("")
    finally:
        _current.reset(token)
