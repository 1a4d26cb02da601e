"""Which function is called for which event. Apps declare theirs in ``workflows.py``, which ``ready()`` imports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm.events.models import Event

HandlerFunction = Callable[["Event"], str]


def _always(event: Event) -> bool:
    return True


@dataclass(frozen=True)
class Handler:
    """A function to call for events of these names. ``key`` is what the outbox and the run log call it."""

    key: str
    names: frozenset[str]
    function: HandlerFunction
    when: Callable[[Event], bool] = _always


_by_key: dict[str, Handler] = {}


def on(*names: str, key: str, when: Callable[[Event], bool] = _always) -> Callable[[HandlerFunction], HandlerFunction]:
    """Call the decorated function for each event of one of ``names``, after the commit that recorded it.

    The function runs inside the event's tenant, in one transaction with the removal of the message, and returns what
    it did ("" = nothing to do) for the run log. It may be called late, again, and in any order: it looks at the
    facts, not at the event alone. ``key`` stays the same for ever: messages on their way carry it.

    ``when`` sees each event before a message is written, and keeps the outbox free of those that do not concern the
    handler: for what happens often and rarely matters.
    """

    def register(function: HandlerFunction) -> HandlerFunction:
        known = _by_key.get(key)
        if known and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"Two handlers are called “{key}”.")
        _by_key[key] = Handler(key, frozenset(names), function, when)
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


def forget(key: str) -> None:
    """Take a handler back: for tests that declare their own."""
    _by_key.pop(key, None)
