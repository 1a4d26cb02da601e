"""Which function is called for which event. Apps declare theirs in ``workflows.py``, which ``ready()`` imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from crm.events.types import EventType, RecordEvent, UndeclaredError, has_record_events, is_declared

if TYPE_CHECKING:
    from crm.events.models import Event

HandlerFunction = Callable[["Event"], str]
ManyFunction = Callable[[Sequence["Event"]], Mapping[UUID, str]]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Changed:
    """Any event by which ``field`` of a record changes, of whatever type the record is."""

    field: str
    new_records: bool

    def __str__(self) -> str:
        return f"changed({self.field})"


def changed(field: str, *, new_records: bool = False) -> Changed:
    """For ``on``: whatever changes ``field`` of a record. A new record has not changed: ask for it, if it counts."""
    return Changed(field, new_records)


Trigger = EventType | RecordEvent | Changed


def _always(event: Event) -> bool:
    return True


@dataclass(frozen=True)
class Handler:
    """A function to call for certain events. ``key`` is what the outbox and the run log keep, ``label`` what it is
    called in words.
    """

    key: str
    label: Any
    triggers: tuple[Trigger, ...]
    function: Callable[..., Any]
    when: Callable[[Event], bool] = _always
    takes_many: bool = False

    def hears(self, event: Event) -> bool:
        # Asked of every event, of each row of an import too: most ask for types of events, and those by their names.
        return (event.name in self._names or any(_fires(one, event) for one in self._others)) and self.when(event)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(one.name for one in self.triggers if isinstance(one, EventType))

    @cached_property
    def _others(self) -> tuple[RecordEvent | Changed, ...]:
        return tuple(one for one in self.triggers if not isinstance(one, EventType))

    def run(self, events: Sequence[Event]) -> Mapping[UUID, str]:
        """Handle ``events``; return what was done, by the id of the event because of which it was."""
        if self.takes_many:
            found: Mapping[UUID, str] = self.function(events)
            return found
        return {event.pk: self.function(event) for event in events}


_by_key: dict[str, Handler] = {}


def on(
    *triggers: Trigger, key: str, label: Any = "", when: Callable[[Event], bool] = _always
) -> Callable[[HandlerFunction], HandlerFunction]:
    """Call the decorated function for each event of these types, or by which something ``changed``, after the commit
    that recorded it.

    The function runs inside the event's tenant, in one transaction with the removal of the message, and returns what
    it did ("" = nothing to do) for the run log. It may be called late, again, and in any order: it looks at the
    facts, not at the event alone. ``key`` stays the same for ever: messages on their way carry it.

    ``label`` names it in the run log. ``when`` sees each event before a message is written, and keeps the outbox free
    of those that do not concern the handler: for what happens often and rarely matters.
    """
    return _declaring(key, label, triggers, when, takes_many=False)


def on_many(
    *triggers: Trigger, key: str, label: Any = "", when: Callable[[Event], bool] = _always
) -> Callable[[ManyFunction], ManyFunction]:
    """Like ``on``, for a function that takes the events of many messages at once, the earliest first.

    For what follows from the rows of an import or of a bulk action: their events come by the thousand, and touch the
    same records again and again. It returns what it did by the id of an event that it did it because of; the number
    of its statements must not grow with the events, only with the records that it changes. It locks records of one
    type in the order of their ids, and with ``no_key``: rows that point to them go on being written.
    """
    return _declaring(key, label, triggers, when, takes_many=True)


def _declaring(
    key: str, label: Any, triggers: tuple[Trigger, ...], when: Callable[[Event], bool], *, takes_many: bool
) -> Callable[[F], F]:
    for trigger in triggers:
        if not isinstance(trigger, Changed | RecordEvent) and not is_declared(trigger):
            raise UndeclaredError(f"“{key}” asks for “{trigger}”, which no events.py declares.")

    def register(function: F) -> F:
        known = _by_key.get(key)
        if known and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"Two handlers are called “{key}”.")
        _by_key[key] = Handler(key, label, triggers, function, when, takes_many)
        return function

    return register


def _fires(trigger: RecordEvent | Changed, event: Event) -> bool:
    if isinstance(trigger, RecordEvent):
        return event.type in trigger
    is_change = trigger.field in event.changes and has_record_events(event.record_type)
    return is_change and (trigger.new_records or not event.type.creates)


def handlers() -> list[Handler]:
    """Return all that are declared, by key."""
    return [_by_key[key] for key in sorted(_by_key)]


def handlers_of(event: Event) -> list[Handler]:
    """Return the handlers that ``event`` concerns, in the order of their declaration."""
    return [handler for handler in _by_key.values() if handler.hears(event)]


def label_of(key: str) -> str:
    """Return what the handler called ``key`` is called in words; one that is gone, by its key in plain letters."""
    label = _by_key[key].label if key in _by_key else ""
    return str(label or key.replace("-", " ").capitalize())


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
