"""What happened, as a sentence: "Ana moved the stage from Negotiation to Won".

The log outlives the code that wrote it: whatever an event is called and holds, it has a sentence and never an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext, ngettext

from crm.events.called import UNREADABLE, shown
from crm.events.models import IMPORT, Event
from crm.events.types import family
from crm.ui.bidi import isolate

LISTED_FIELDS = 3  # a longer list of changes is a number; the history shows them all
A_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True)
class Change:
    """One line of an event: what changed, from what, into what, as plain text."""

    label: str
    old: str
    new: str


def phrase(
    event: Event,
    fields: Mapping[str, Any] | None = None,
    *,
    this: str = "",
    goes_on: bool = False,
    in_full: bool = False,
) -> str:
    """Return a sentence without full stop that tells ``event``.

    Several changes are named, and told with their values ``in_full``.
    ``fields`` are those of the record by name: each a ``FieldSpec``, a ``Called`` or what it is called. ``this`` is
    what to call the record that it happened to; without it, the sentence stands on its page. It ``goes_on`` from
    words before it, as in "because …": then it begins small.
    """
    actor = actor_name(event, inside=goes_on)
    fields = _called(event, fields or {})
    data = event.data if isinstance(event.data, dict) else {}
    main = event.type.field
    old, new = _pair(_changes(event).get(main))
    words = {key: shown(value) for key, value in data.items()}
    words |= {"actor": actor, "this": this or gettext("this")}
    if not main or main in _changes(event):
        words |= {"old": told(main, old, fields), "new": told(main, new, fields)}
    for sentence, person in _sentences_of(event):
        try:
            return str(sentence) % (words | person)
        except UNREADABLE:  # it names what this event does not hold
            continue
    if in_full and (found := _in_full(event, fields)):
        return gettext("%(actor)s %(changes)s") % {"actor": actor, "changes": found}
    return _changes_phrase(event, fields, actor)


def is_of_import(event: Event) -> bool:
    """Whether a file told of it."""
    return event.actor_id is not None and isinstance(event.data, dict) and IMPORT in event.data


def importer_of(event: Event) -> str:
    """Who brought in the file that told of it, "" where none did."""
    return event.actor.name if is_of_import(event) and event.actor else ""


def _sentences_of(event: Event) -> Iterator[tuple[Any, dict[str, str]]]:
    """The sentences that may tell it, the best first, with who is to be named instead of the import.

    One that names what the event does not hold is not said of it; that of all nouns with its past participle may be.
    """
    told = [one for one in (event.type, family(event.type.past)) if one is not None]
    if importer := importer_of(event):
        yield from ((one.imported, {"actor": importer}) for one in told if one.imported)
    yield from ((one.sentence, {}) for one in told if one.sentence)


def _called(event: Event, fields: Mapping[str, Any]) -> dict[str, Any]:
    """``fields`` with what is changed by such events and is no field."""
    return {**fields, **{name: called for name, called in event.type.called.items() if name not in fields}}


def actor_name(event: Event, *, inside: bool = False) -> str:
    """Return who did it; a workflow has no name of its own, and begins small ``inside`` of a sentence."""
    if importer := importer_of(event):
        return gettext("%(name)s’s import") % {"name": importer}
    if event.actor:
        return event.actor.name
    return gettext("a workflow") if inside else gettext("A workflow")


def changes_of(event: Event, fields: Mapping[str, Any]) -> Iterator[Change]:
    """Yield what changed, in words and in the order of ``fields``; the database keeps none. That something has been so
    since this very moment goes without saying."""
    fields = _called(event, fields)
    places = {name: place for place, name in enumerate(fields)}
    for name, pair in sorted(_changes(event).items(), key=lambda one: places.get(one[0], len(places))):
        old, new = _pair(pair)
        if not _is_stamp(fields.get(name), new, event.at):
            yield Change(_label(name, fields), "" if old is None else told(name, old, fields), told(name, new, fields))


def told(name: str, kept: Any, fields: Mapping[str, Any]) -> str:
    """Return a value of the change ``name`` as plain text."""
    called = fields.get(name)
    if called is not None and hasattr(called, "told") and kept is not None and kept != "":
        try:
            return str(called.told(kept))
        except UNREADABLE:  # written when the field was of another kind
            pass
    return shown(kept)


def _changes(event: Event) -> dict[str, Any]:
    return event.changes if isinstance(event.changes, dict) else {}


def _pair(value: Any) -> tuple[Any, Any]:
    return (value[0], value[1]) if isinstance(value, list | tuple) and len(value) == 2 else (None, value)


def _label(name: str, fields: Mapping[str, Any]) -> str:
    called = fields.get(name)
    return str(getattr(called, "label", called) or name.removeprefix("custom_").replace("_", " "))


def _is_stamp(called: Any, kept: Any, at: datetime) -> bool:
    """Whether the product set the field to the moment of the event."""
    if not getattr(called, "is_stamp", False) or not isinstance(kept, str):
        return False
    try:
        return abs(datetime.fromisoformat(kept) - at) < A_MOMENT
    except (ValueError, TypeError):
        return False


def _in_full(event: Event, fields: Mapping[str, Any]) -> str:
    """What was changed, each with both values: ``changed name from A to B, colour from blue to red``."""
    changed, done = [], []
    for name, pair in _changes(event).items():
        old, new = _pair(pair)
        verbs = getattr(fields.get(name), "verbs", {})
        if verbs and isinstance(new, bool):
            done.append(str(verbs[new]))
            continue
        words = {"field": _label(name, fields), "old": told(name, old, fields), "new": told(name, new, fields)}
        is_told = words["old"] != words["new"]
        changed.append(gettext("%(field)s from %(old)s to %(new)s") % words if is_told else isolate(words["field"]))
    if changed:
        done.insert(0, gettext("changed %(fields)s") % {"fields": ", ".join(changed)})
    return ", ".join(done)


def _changes_phrase(event: Event, fields: Mapping[str, Any], actor: str) -> str:
    changes = list(changes_of(event, fields))
    if len(changes) == 1 and changes[0].old != changes[0].new:
        name, old, new = (changes[0].label, changes[0].old, changes[0].new)
        words = {"actor": actor, "field": name, "old": old or gettext("empty"), "new": new}
        return gettext("%(actor)s changed %(field)s from %(old)s to %(new)s") % words
    if 1 <= len(changes) <= LISTED_FIELDS:
        names = ", ".join(isolate(change.label) for change in changes)
        return gettext("%(actor)s changed %(fields)s") % {"actor": actor, "fields": names}
    if changes:
        sentence = ngettext("%(actor)s changed %(count)d field", "%(actor)s changed %(count)d fields", len(changes))
        return sentence % {"actor": actor, "count": len(changes)}
    return gettext("%(actor)s: %(event)s") % {"actor": actor, "event": event.type.label}
