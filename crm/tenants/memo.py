"""Small facts of the tenant that one request or job asks for again and again: choices, stages, teams, roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from crm.tenants.context import current_tenant

T = TypeVar("T")


def memo(key: str, make: Callable[[], T]) -> T:
    """Return what ``make()`` gave the first time in this tenant context.

    It lives on the ``Tenant`` object, which each request and each job loads anew: nothing outlives its transaction.
    """
    kept = current_tenant().__dict__.setdefault("_memo", {})
    if key not in kept:
        kept[key] = make()
    return kept[key]


def forget(prefix: str = "") -> None:
    """Drop the facts whose key starts with ``prefix``: for the services that change them."""
    kept = current_tenant().__dict__.setdefault("_memo", {})
    for key in [key for key in kept if key.startswith(prefix)]:
        del kept[key]
