"""How a found record is shown: its name, a few words that tell it from its namesakes, and its state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.fields.look import look_of
from crm.fields.spec import FieldSpec

MOST_NOTES = 3


@dataclass(frozen=True)
class Row:
    """A found record, ready for the page."""

    name: str
    url: str
    note: str
    state: SafeString
    email: str
    phone: str
    icon: str
    became: str = ""  # what a record that is over has become
    former: tuple[Row, ...] = ()  # found ones that became this one


def shown_specs(record_type: RecordType) -> tuple[FieldSpec, ...]:
    """The fields that a row of ``record_type`` shows: what its query must bring."""
    return (*_notes(record_type), *_states(record_type))


def _notes(record_type: RecordType) -> tuple[FieldSpec, ...]:
    return record_type.specs(record_type.searched.notes)


def _states(record_type: RecordType) -> tuple[FieldSpec, ...]:
    return record_type.specs((record_type.searched.state,))


def row(record_type: RecordType, record: Any) -> Row:
    """Return ``record`` as it is shown among the results."""
    notes = [spec.words(record) for spec in _notes(record_type)]
    states = [look_of(spec).html(record) for spec in _states(record_type)]
    return Row(
        name=record.name,
        url=catalogue.url(record),
        note=" · ".join([note for note in notes if note and note != record.name][:MOST_NOTES]),
        state=mark_safe(next((state for state in states if state), "")),  # a look's HTML is safe
        email=getattr(record, "email", ""),
        phone=getattr(record, "phone", ""),
        icon=record_type.icon,
    )
