"""Language, time zone, path and connection are those of the thread that asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta, timezone
from typing import Any

import pytest
from django.db import connections
from django.urls import get_script_prefix, get_urlconf, set_script_prefix, set_urlconf
from django.utils import timezone as zones
from django.utils import translation

ZONE = timezone(timedelta(hours=5))

KEPT: dict[str, tuple[Callable[[], Any], Callable[[], Any], Callable[[], Any]]] = {  # ask, put in, take out
    "language": (translation.get_language, lambda: translation.activate("de"), lambda: translation.activate("en")),
    "zone": (zones.get_current_timezone, lambda: zones.activate(ZONE), zones.deactivate),
    "prefix": (get_script_prefix, lambda: set_script_prefix("/acme/"), lambda: set_script_prefix("/")),
    "urls": (get_urlconf, lambda: set_urlconf("crm.workspace_urls"), lambda: set_urlconf(None)),
    "connection": (lambda: connections["default"], lambda: None, lambda: None),
}


def in_another_thread(ask: Callable[[], Any]) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(ask()))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.parametrize("name", KEPT)
def test_each_thread_has_its_own(name: str) -> None:
    ask, put_in, take_out = KEPT[name]
    before = ask()
    put_in()
    try:
        here = ask()
        assert here is not before or name == "connection"
        assert in_another_thread(ask) is not here
        assert ask() is here
    finally:
        take_out()
    assert ask() == before


def test_django_asks_where_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should one of the places move, Django would go on with its own, and slowly."""
    from crm.ground.threads import _PLACES

    for owner, place in _PLACES:
        assert isinstance(getattr(owner, place), threading.local), place
        monkeypatch.setattr(owner, place, None)
    for name in ("language", "zone", "prefix", "urls", "connection"):
        with pytest.raises((AttributeError, TypeError)):
            _strictly(KEPT[name][0], name)


def _strictly(ask: Callable[[], Any], name: str) -> None:
    """Those that answer a default where nothing is kept are asked to keep something."""
    if name == "connection":
        connections["default"] = ask()
    else:
        KEPT[name][1]()
