"""Events as words: ``{% load history %}``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template

from crm.events.models import Event
from crm.events.phrases import actor_name, label_of, phrase, shown
from crm.records.types import RecordType

register = template.Library()


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


def labels_of(record_type: RecordType) -> dict[str, Any]:
    return record_type.labels()


@register.simple_tag
def event_phrase(event: Event, record_type: RecordType) -> str:
    return phrase(event, labels_of(record_type))


@register.simple_tag
def event_actor(event: Event) -> str:
    return actor_name(event)


@register.simple_tag
def event_changes(event: Event, record_type: RecordType) -> list[Change]:
    labels = labels_of(record_type)
    return [
        Change(label_of(name, labels), "" if old is None else shown(old), shown(new))
        for name, (old, new) in event.changes.items()
    ]
