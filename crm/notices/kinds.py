"""How each kind of notification is worded. Apps register theirs beside the handler that sends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm.events.models import Event
from crm.users.models import Membership


@dataclass(frozen=True)
class NoticeKind:
    """``sentence`` may use %(actor)s, %(noun)s (the record's type) and what stands in the notification's data.

    ``veiled`` is said instead where it would name what its reader may not see; None: "Hidden" stands for the name.
    ``many`` tells several of a kind at once: %(actor)s, %(count)d and %(nouns)s; None: each stands alone.
    ``home`` is the URL name of the page that shows several, or one that is about no record; "" = the list of what one
    owns. ``leads_to`` gives the address of one, where that is not simply its record's.
    """

    key: str
    icon: str
    sentence: Any
    veiled: Any = None
    many: Any = None
    home: str = ""
    leads_to: Callable[[Membership, Event], str] | None = None


_kinds: dict[str, NoticeKind] = {}


def register(kind: NoticeKind) -> None:
    _kinds[kind.key] = kind


def kind_of(key: str) -> NoticeKind | None:
    """Return the kind; None when no part of the product declares it any more."""
    return _kinds.get(key)
