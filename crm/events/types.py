"""What can happen: every type of event is a value, declared once in the ``events.py`` of the app that records it.

    WON = declare("opportunity.won", _("Opportunity won"), _("%(actor)s won %(this)s"), about="opportunities")

Services record such values, handlers ask for them, and pages, rules and webhooks read here what they mean.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from django.utils.text import format_lazy

from crm.events.called import Called

ANY = "*"  # ``EventType.about``: it happens to records of any type


class UndeclaredError(Exception):
    """Code records, or asks for, what no ``events.py`` declares."""


@dataclass(frozen=True)
class Cause:
    """How something elsewhere that followed from an event gives it as the reason: {record}, {day} and {person}.

    ``imported`` is said where a file told of it, ``entered`` where it was told on another day than ``data["on"]``, that
    on which it happened: who did it then is not known. ``unseen`` stands for the record where it may not be seen.
    """

    sentence: Any
    unseen: Any
    imported: Any = ""
    entered: Any = ""


@dataclass(frozen=True, eq=False)
class EventType:
    """One kind of thing that can happen. ``name`` is noun.past and never changes: the log, rules and webhooks keep it.

    ``label`` is what it is called in a list of them. ``sentence`` may use %(actor)s, %(this)s (the record that it
    happened to), the keys of ``payload`` and, with ``field`` (the change that it is about), %(old)s and %(new)s;
    ``imported`` is said where a file told of it. Without a sentence its changes tell it.
    ``about`` is the key of the type of record that it happens to, "" = the workspace, ``ANY`` = a record of any type.
    ``payload`` says of each key of an event's ``data`` what stands there. What names a record has its "id" and "label"
    under its noun, or its "type" too: it is hidden from who may not see it (``records.hiding``). ``called`` names
    changes that are no fields of the record. ``tells`` names, by a key of ``data``, the field of the record that it
    tells of: who does not see that is not told.
    ``icon`` and ``tone`` mark it in a timeline; ``cause`` lets other pages give it as a reason.
    ``creates``: the record is new with it. ``deletes``: what ``data["id"]`` and ``data["label"]`` name is gone.
    ``undoes``: it takes back what it followed from, so that is no reason for it, nor anybody's word what follows of it.
    """

    name: str
    label: Any
    sentence: Any = ""
    imported: Any = ""
    about: str = ""
    field: str = ""
    icon: str = "arrow-right-left"
    tone: str = "neutral"
    payload: Mapping[str, str] = dataclasses.field(default_factory=dict)
    tells: Mapping[str, str] = dataclasses.field(default_factory=dict)
    called: Mapping[str, Called] = dataclasses.field(default_factory=dict)
    cause: Cause | None = None
    creates: bool = False
    deletes: bool = False
    undoes: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def past(self) -> str:
        return self.name.rpartition(".")[2]


class Named(Protocol):
    """What a type of record is called. A ``RecordType`` is like that, and so is a ``Noun``."""

    @property
    def key(self) -> str: ...
    @property
    def noun(self) -> str: ...
    @property
    def label(self) -> Any: ...


class Noun(NamedTuple):
    """A type of record, for its app's ``events.py``, which is read before the type itself."""

    key: str
    noun: str  # starts the names of its events, and never changes
    label: Any


class RecordEvent:
    """What can happen to records of several types: ``CREATED.of(LEAD)`` is "lead.created".

    ``label`` has {noun}. Its first ``of`` declares a type's event, and may say more of it than ``facts`` do. Those
    ``of_every_type`` are declared with the type, the others by the apps whose records can have them.
    """

    def __init__(self, past: str, label: Any, sentence: Any = "", *, of_every_type: bool = False, **facts: Any) -> None:
        self.past, self.label, self.sentence, self.facts = past, label, sentence, facts
        self.of_every_type = of_every_type
        self.imported = facts.get("imported", "")
        self._by_key: dict[str, EventType] = {}
        _families[past] = self

    def of(self, record_type: Named, **more: Any) -> EventType:
        known = self._by_key.get(record_type.key)
        if known is None:
            label = format_lazy(self.label, noun=record_type.label)
            payload = {**self.facts.get("payload", {}), **more.pop("payload", {})}
            facts = self.facts | more | {"payload": payload, "about": record_type.key}
            known = declare(f"{record_type.noun}.{self.past}", label, self.sentence, **facts)
            self._by_key[record_type.key] = known
        elif more or known.name != f"{record_type.noun}.{self.past}":
            raise ValueError(f"“{known.name}” is declared already, and otherwise.")
        return known

    def __iter__(self) -> Iterator[EventType]:
        return iter(self._by_key.values())

    def __contains__(self, event_type: object) -> bool:
        return isinstance(event_type, EventType) and self._by_key.get(event_type.about) is event_type

    def __str__(self) -> str:
        return f"*.{self.past}"


_types: dict[str, EventType] = {}
_families: dict[str, RecordEvent] = {}


def declare(name: str, label: Any, sentence: Any = "", **facts: Any) -> EventType:
    """Declare a type of event, in an ``events.py``; ``facts`` are the other fields of ``EventType``."""
    if name in _types:
        raise ValueError(f"Two types of events are called “{name}”.")
    _types[name] = EventType(name, label, sentence, **facts)
    return _types[name]


def declare_record_events(record_type: Named) -> None:
    """Declare what happens to records of every type of ``record_type``, as far as its app has not."""
    for one in _families.values():
        if one.of_every_type:
            one.of(record_type)


def event_types() -> list[EventType]:
    """Return all that are declared, by name."""
    return [_types[name] for name in sorted(_types)]


def event_type(name: str) -> EventType:
    """Return the type called ``name``; of one that nobody declares any more, what can still be said."""
    return _types.get(name) or EventType(name, name.replace(".", " ").replace("_", " "))


def family(past: str) -> RecordEvent | None:
    """Return what records of several types have in common by the past participle of its name."""
    return _families.get(past)


def is_declared(event_type: EventType) -> bool:
    return isinstance(event_type, EventType) and _types.get(event_type.name) is event_type


def names(*types: EventType | RecordEvent) -> list[str]:
    """Return what the log calls events of these types: for ``Event.objects.filter(name__in=…)``."""
    return [one.name for given in types for one in ([given] if isinstance(given, EventType) else given)]


def has_record_events(key: str) -> bool:
    """Whether ``key`` is a type of record: its records are created, changed and deleted by the services of all."""
    return any(key in one._by_key for one in _families.values())


def forget(event_type: EventType) -> None:
    """Take a declaration back: for tests that declare their own."""
    _types.pop(event_type.name, None)
    for one in _families.values():
        if event_type in one:
            del one._by_key[event_type.about]
