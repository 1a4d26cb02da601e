"""What Django keeps for each thread, kept by Python itself (docs/decisions/0024-kept-by-threads.md)."""

from __future__ import annotations

import threading
from typing import Any

from django.db import connections
from django.urls import base as urls
from django.utils import timezone
from django.utils.translation import trans_real

_PLACES: tuple[tuple[Any, str], ...] = (
    (trans_real, "_active"),
    (timezone, "_active"),
    (urls, "_prefixes"),
    (urls, "_urlconfs"),
    (connections, "_connections"),
)


def keep_by_thread() -> None:
    """As the application starts, before anything is kept there."""
    for owner, name in _PLACES:
        setattr(owner, name, threading.local())
