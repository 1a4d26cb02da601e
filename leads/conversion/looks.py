"""What the conversion page shows of the records and their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel.lists import format_list
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe

from crm.catalogue.types import RecordType
from crm.fields import kinds
from crm.fields.look import look_of
from crm.fields.spec import FieldSpec
from crm.ui import format as formats
from leads.matching import Candidate


def shown(spec: FieldSpec, record: Any) -> SafeString:
    """A field's value without tags: links cannot stand inside a label. What was escaped stays escaped."""
    if isinstance(spec.kind, kinds.Person | kinds.LongText):  # the HTML has initials, or lines by their tags alone
        return escape(spec.text(record))
    return mark_safe(strip_tags(look_of(spec).html(record)))


def listed(words: list[str]) -> str:
    """``a, b and c`` in the person's language."""
    return format_list(words, locale=formats.locale()) if words else ""


@dataclass(frozen=True)
class Choosable:
    """An existing record that can be linked, as its radio shows it."""

    candidate: Candidate
    about: str
    is_chosen: bool

    @property
    def record(self) -> Any:
        return self.candidate.record


@dataclass(frozen=True)
class Rivals:
    """One field with two values: the record's and the lead's. ``takes_lead``: the lead's wins."""

    name: str
    label: Any
    theirs: SafeString
    ours: SafeString
    takes_lead: bool


@dataclass(frozen=True)
class Carried:
    """A value that a new record gets from the lead, or does not: its field cannot hold it."""

    label: Any
    text: SafeString
    is_unfit: bool = False


def carried_into(record_type: RecordType, values: Mapping[str, Any]) -> list[Carried]:
    blank = record_type.model()
    found = []
    for name, value in values.items():
        spec = record_type.spec(name)
        spec.kind.assign(spec, blank, value)
        found.append(Carried(spec.label, shown(spec, blank)))
    return found


def initial_of(record_type: RecordType, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the form fields of a new record start with for ``values``."""
    blank = record_type.model()
    initial = {}
    for name, value in values.items():
        spec = record_type.spec(name)
        spec.kind.assign(spec, blank, value)
        initial[name] = look_of(spec).initial(blank)
    return initial


@dataclass(frozen=True)
class Problem:
    """Something to correct; ``anchor`` is the id of its field."""

    text: str
    anchor: str = ""
