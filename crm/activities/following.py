"""Fields of a record that follow from what is written down about it.

Handlers keep them for everybody; whoever has just written something sees them at once, on the page that is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

Held = Sequence[tuple[str, UUID, datetime]]  # a record's type and id, and when the meeting on it was

# Each brings a record up to date and returns the names of the fields that it keeps.
_followers: list[Callable[[Any], Iterable[str]]] = []


def follow(keep: Callable[[Any], Iterable[str]]) -> Callable[[Any], Iterable[str]]:
    """Call ``keep`` with a record after something was written down about it."""
    _followers.append(keep)
    return keep


_on_held: list[Callable[[Held], None]] = []


def when_held(keep: Callable[[Held], None]) -> Callable[[Held], None]:
    """Call ``keep`` once meetings that were planned have been held; perhaps again, as the job may run late."""
    _on_held.append(keep)
    return keep


def tell_held(meetings: Held) -> None:
    for keep in _on_held:
        keep(meetings)


def bring_up_to_date(record: Any) -> list[str]:
    """Return the names of the fields of ``record`` that may have changed; ``record`` has their new values."""
    names = [name for keep in _followers for name in keep(record)]
    if names:
        record.refresh_from_db(fields=names)
    return names
