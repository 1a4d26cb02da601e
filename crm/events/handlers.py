"""Which function is called for which event. Apps declare theirs in ``workflows.py``, which ``ready()`` imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

if TYPE_CHECKING:
    from crm.events.models import Event

HandlerFunction = Callable[["Event"], str]
ManyFunction = Callable[[Sequence["Event"]], Mapping[UUID, str]]
F = TypeVar("F", bound=Callable[..., Any])


def _always(event: Event) -> bool:
    return True


@dataclass(frozen=True)
class Handler:
    """A function to call for events of these names. ``key`` is what the outbox and the run log call it."""

    key: str
    names: frozenset[str]
    function: Callable[..., Any]
    when: Callable[[Event], bool] = _always
    takes_many: bool = False

    def run(self, events: Sequence[Event]) -> Mapping[UUID, str]:
        """Handle ``events``; return what was done, by the id of the event because of which it was."""
        if self.takes_many:
            found: Mapping[UUID, str] = self.function(events)
            return found
        return {event.pk: self.function(event) for event in events}


_by_key: dict[str, Handler] = {}


def on(*names: str, key: str, when: Callable[[Event], bool] = _always) -> Callable[[HandlerFunction], HandlerFunction]:
    """Call the decorated function for each event of one of ``names``, after the commit that recorded it.

    The function runs inside the event's tenant, in one transaction with the removal of the message, and returns what
    it did ("" = nothing to do) for the run log. It may be called late, again, and in any order: it looks at the
    facts, not at the event alone. ``key`` stays the same for ever: messages on their way carry it.

    ``when`` sees each event before a message is written, and keeps the outbox free of those that do not concern the
    handler: for what happens often and rarely matters.
    """

    return _declaring(key, names, when, takes_many=False)


def on_many(*names: str, key: str, when: Callable[[Event], bool] = _always) -> Callable[[ManyFunction], ManyFunction]:
    """Like ``on``, for a function that takes the events of many messages at once, the earliest first.

    For what follows from the rows of an import or of a bulk action: their events come by the thousand, and touch the
    same records again and again. It returns what it did by the id of an event that it did it because of; the number
    of its statements must not grow with the events, only with the records that it changes. It locks records of one
    type in the order of their ids, and with ``no_key``: rows that point to them go on being written.
    """
    return _declaring(key, names, when, takes_many=True)


def _declaring(
    key: str, names: tuple[str, ...], when: Callable[[Event], bool], *, takes_many: bool
) -> Callable[[F], F]:
    def register(function: F) -> F:
        known = _by_key.get(key)
        if known and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"Two handlers are called “{key}”.")
        _by_key[key] = Handler(key, frozenset(names), function, when, takes_many)
        return function

    return register


def handlers_of(event: Event) -> list[Handler]:
    """Return the handlers that ``event`` concerns, in the order of their declaration."""
    return [handler for handler in _by_key.values() if event.name in handler.names and handler.when(event)]


def handler(key: str) -> Handler:
    """Return the handler called ``key``; raises ``LookupError`` when no part of the product declares it any more."""
    try:
        return _by_key[key]
    except KeyError:
        raise LookupError(f"No handler is called “{key}”.") from None


def takes_many(key: str) -> bool:
    """Whether the handler called ``key`` exists and takes the events of many messages at once."""
    return key in _by_key and _by_key[key].takes_many


def forget(key: str) -> None:
    """Take a handler back: for tests that declare their own."""
    _by_key.pop(key, None)
