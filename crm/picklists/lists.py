"""The picklists that exist: each app declares its own in its ``picklists.py``."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.preferences.declared import declared


@dataclass(frozen=True)
class Picklist:
    """A list of choices that a workspace edits.

    ``meanings`` maps each meaning the product knows to its name; a choice must have one when the map is not empty.
    ``needed`` are the meanings of which one active choice must always remain.
    ``guarded`` are the meanings that a record gets by an action (converting, winning) and never by being edited in
    passing: such a choice is no default, and stands in for no other meaning when a choice is deleted.
    A list with a ``default_label`` always keeps a default.
    ``defaults`` are (label, meaning, tone) in order; the first one with ``default`` meaning starts as the default.
    ``order`` is its place in the setup. ``synonyms`` are, by meaning, the words for it that other systems ship and
    people write, in their languages, as sort keys.
    """

    key: str
    label: Any
    help: Any
    meanings: dict[str, Any] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    guarded: frozenset[str] = frozenset()
    defaults: tuple[tuple[Any, str, str], ...] = ()
    default_label: Any = None
    icon: str = "list"
    order: int = 50
    synonyms: dict[str, str] = field(default_factory=dict)


CUSTOM_PREFIX = "custom."  # of the lists behind a workspace's own fields (crm/fields/custom)


@cache
def picklists() -> dict[str, Picklist]:
    """The declared lists by their keys, in their order."""
    found = sorted(declared(Picklist, "picklists"), key=lambda one: one.order)
    return {one.key: one for one in found}


def picklist_of(key: str) -> Picklist:
    """Return the list ``key``: a declared one, or the plain one of a custom field, whose choices have no meaning."""
    if key.startswith(CUSTOM_PREFIX):
        return Picklist(key=key, label=key, help="")
    return picklists()[key]


TONES: dict[str, Any] = {
    "": _("None"),
    "neutral": _("Grey"),
    "info": _("Blue"),
    "success": _("Green"),
    "warning": _("Yellow"),
    "danger": _("Red"),
    "hot": _("Orange"),
}
