"""Small facts of the tenant that one request or job asks for again and again: choices, stages, teams, roles."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from uuid import UUID

from crm.tenants.context import current_tenant

if TYPE_CHECKING:
    from crm.tenants.models import Tenant

P = ParamSpec("P")
T = TypeVar("T")
MOST_SETUPS = 500  # workspaces whose setup a process remembers
_setups: dict[UUID, tuple[int | None, dict[Any, Any]]] = {}


def memo(key: str, *, of_setup: bool = False) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let a function answer what it gave the first time in this tenant context, for the same arguments.

    It lives on the ``Tenant`` object, which each request and each job loads anew: nothing outlives its transaction. But
    what follows ``of_setup`` alone (of rows with ``is_setup``, whoever asks, in whatever language) is kept in this
    process for later requests, as long as the number of the setup stays (``keep_setup``). What comes back is shared by
    all who ask: nobody writes on it.
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
            if of_setup and (setup := _setup_now()) is not None:
                shared, adds = setup
                if adds and place not in shared:
                    shared[place] = make(*args, **kwargs)
                if place in shared:
                    found = kept[place] = shared[place]
                    return found
            found = kept[place] = make(*args, **kwargs)
            return found

        return remembered

    return remembering


def keep_setup(tenant: Tenant, number: int | None, *, adds: bool = True) -> None:
    """Let what is asked in ``tenant``, which was loaded just now, of its setup in state ``number`` be shared with other
    requests. Who writes takes what is known and ``adds`` nothing: it sees what nobody else may see yet."""
    tenant.__dict__["_setup"] = (number, adds)


def _setup_now() -> tuple[dict[Any, Any], bool] | None:
    """What this process knows of the setup as the current request found it, and whether that adds to it."""
    tenant = current_tenant()
    if "_setup" not in tenant.__dict__:
        return None
    (number, adds), pk = tenant.__dict__["_setup"], tenant.pk
    kept = _setups.get(pk)
    if kept is None or kept[0] != number:
        if len(_setups) >= MOST_SETUPS:
            _setups.clear()
        kept = _setups[pk] = (number, {})
    return kept[1], adds


def forget(prefix: str = "") -> None:
    """Drop the facts whose key starts with ``prefix``: for the services that change them."""
    current_tenant().__dict__.pop("_setup", None)  # it is in no state that others know
    kept = _kept()
    for place in [place for place in kept if place[0].startswith(prefix)]:
        del kept[place]


def _kept() -> dict[tuple[Any, ...], Any]:
    return current_tenant().__dict__.setdefault("_memo", {})


def forget_setups() -> None:
    """Drop what this process remembers of all workspaces' setups. For tests."""
    _setups.clear()
