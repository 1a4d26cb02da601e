"""What follows from an import, said on its page when it is done: an upper app registers what its records bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm.users.models import Membership


@dataclass(frozen=True)
class Afterwards:
    """A sentence, and the page where one can look at it or change it ("" = none for this person)."""

    sentence: Any
    url: str = ""


Tell = Callable[[Membership], Afterwards | None]
_by_key: dict[str, list[Tell]] = {}


def register(key: str, tell: Tell) -> None:
    """Ask ``tell`` after each import of the record type ``key``."""
    known = _by_key.setdefault(key, [])
    if tell not in known:
        known.append(tell)


def afterwards(key: str, actor: Membership) -> list[Afterwards]:
    """Return what there is to say to ``actor`` after an import of the record type ``key``."""
    return [said for tell in _by_key.get(key, ()) if (said := tell(actor)) is not None]
