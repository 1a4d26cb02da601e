"""What happened, as a sentence: "Ana moved the stage from Negotiation to Won"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.events.models import Event
from crm.ui import format as formats

ISO_DAY_LENGTH = len("2026-11-21")
LISTED_FIELDS = 3  # a longer list of changes is a number; the history shows them all

# By the event's name, else by its past participle. %(actor)s, %(this)s (the record that it happened to), %(old)s,
# %(new)s and the event's own data are there.
_sentences: dict[str, Any] = {
    "created": _("%(actor)s created %(this)s"),
    "deleted": _("%(actor)s deleted %(this)s"),
    "restored": _("%(actor)s brought %(this)s back"),
}
_main_fields: dict[str, str] = {}
_labels: dict[str, Any] = {}


def register_label(name: str, label: Any) -> None:
    """Call a change that is no field of a record ``label``."""
    _labels[name] = label


def label_of(name: str, labels: Mapping[str, Any]) -> str:
    """Return what the change ``name`` is called: by ``labels``, the fields of the record, or by ``register_label``."""
    return str(labels.get(name) or _labels.get(name) or name.replace("_", " "))


def register(name: str, sentence: Any, *, field: str = "") -> None:
    """Say ``sentence`` (lazy, may use %(actor)s and %(this)s) for events called ``name``.

    ``field`` names the change that the event is about: its two values are %(old)s and %(new)s.
    """
    _sentences[name] = sentence
    if field:
        _main_fields[name] = field


def phrase(event: Event, labels: Mapping[str, Any] | None = None, *, this: str = "") -> str:
    """Return a sentence without full stop that tells ``event``; ``labels`` says what fields are called.

    ``this`` is what to call the record that it happened to; without it, the sentence stands on its page.
    """
    participle = event.name.rpartition(".")[2]
    sentence = _sentences.get(event.name) or _sentences.get(participle)
    if sentence is None:
        return _changes_phrase(event, labels or {})
    old, new = event.changes.get(_main_fields.get(event.name, ""), (None, None))
    words = {key: shown(value) for key, value in event.data.items()}
    words |= {"actor": actor_name(event), "this": this or gettext("this"), "old": shown(old), "new": shown(new)}
    return str(sentence) % words


def actor_name(event: Event) -> str:
    """Return who did it; a workflow has no name of its own."""
    return event.actor.name if event.actor else gettext("A workflow")


def shown(value: Any) -> str:
    """Return a value of an event's ``changes`` or ``data`` as plain text."""
    if isinstance(value, dict):
        return formats.money(value["minor"], value["currency"]) if "minor" in value else str(value.get("label", ""))
    if isinstance(value, list):
        return ", ".join(shown(part) for part in value)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return gettext("empty") if value in (None, "") else _day(str(value))


def _day(text: str) -> str:
    """A day as a Date field keeps it, in the person's language; any other text as it is."""
    try:
        return formats.date(date.fromisoformat(text)) if len(text) == ISO_DAY_LENGTH else text
    except ValueError:
        return text


def _changes_phrase(event: Event, labels: Mapping[str, Any]) -> str:
    actor = actor_name(event)
    names = [label_of(name, labels) for name in event.changes]
    if len(names) == 1:
        old, new = next(iter(event.changes.values()))
        words = {"actor": actor, "field": names[0], "old": shown(old), "new": shown(new)}
        return gettext("%(actor)s changed %(field)s from %(old)s to %(new)s") % words
    if 1 < len(names) <= LISTED_FIELDS:
        return gettext("%(actor)s changed %(fields)s") % {"actor": actor, "fields": ", ".join(names)}
    if names:
        sentence = ngettext("%(actor)s changed %(count)d field", "%(actor)s changed %(count)d fields", len(names))
        return sentence % {"actor": actor, "count": len(names)}
    return gettext("%(actor)s: %(event)s") % {"actor": actor, "event": event.name}
