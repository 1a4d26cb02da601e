"""Small facts of the tenant that one request or job asks for again and again: choices, stages, teams, roles."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from crm.tenants.context import current_tenant

P = ParamSpec("P")
T = TypeVar("T")


def memo(key: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let a function answer what it gave the first time in this tenant context, for the same arguments.

    It lives on the ``Tenant`` object, which each request and each job loads anew: nothing outlives its transaction.
    """

    def remembering(make: Callable[P, T]) -> Callable[P, T]:
        @wraps(make)
        def remembered(*args: P.args, **kwargs: P.kwargs) -> T:
            kept = current_tenant().__dict__.setdefault("_memo", {})  # asked for a lot: without a call
            place = (key, *args, *kwargs.items()) if kwargs else (key, *args)
            try:
                return kept[place]
            except KeyError:
                pass
            found = kept[place] = make(*args, **kwargs)
            return found

        return remembered

    return remembering


def know(key: str, value: Any) -> None:
    """Have the function under ``key``, one without arguments, answer ``value`` unless it has been asked already."""
    _kept().setdefault((key,), value)


def forget(prefix: str = "") -> None:
    """Drop the facts whose key starts with ``prefix``: for the services that change them."""
    kept = _kept()
    for place in [place for place in kept if place[0].startswith(prefix)]:
        del kept[place]


def _kept() -> dict[tuple[Any, ...], Any]:
    return current_tenant().__dict__.setdefault("_memo", {})
