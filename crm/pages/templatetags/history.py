"""Events as words: ``{% load history %}``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext

from crm.events.models import Event
from crm.events.phrases import actor_name, label_of, phrase, shown
from crm.records import registry
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
def cause_phrase(event: Event, record_type: RecordType) -> str:
    """What ``event``, which stands on a page of ``record_type``, followed from; another record is not called "this"."""
    cause = event.because
    if cause is None:
        return ""
    if (cause.record_type, cause.record_id) == (event.record_type, event.record_id):
        return phrase(cause, labels_of(record_type))
    types = {one.key: one for one in registry.record_types()}
    of_cause = types.get(cause.record_type)
    if of_cause is None:
        return phrase(cause)
    return phrase(cause, labels_of(of_cause), this=gettext("the %(noun)s") % {"noun": str(of_cause.label).lower()})


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
