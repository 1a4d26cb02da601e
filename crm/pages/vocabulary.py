"""What templates can say of events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.events.phrases import Change, actor_name, changes_of, phrase


def event_phrase(event: Event, record_type: RecordType) -> str:
    return phrase(event, record_type.told_fields())


def cause_phrase(event: Event, record_type: RecordType, *, goes_on: bool = False) -> str:
    """What ``event``, which stands on a page of ``record_type``, followed from; another record is not called "this".

    ``goes_on``: after a "because".
    """
    cause = event.because
    if cause is None or event.type.undoes:
        return ""
    if (cause.record_type, cause.record_id) == (event.record_type, event.record_id):
        return phrase(cause, record_type.told_fields(), goes_on=goes_on)
    types = {one.key: one for one in catalogue.record_types()}
    of_cause = types.get(cause.record_type)
    if of_cause is None:
        return phrase(cause, goes_on=goes_on)
    this = gettext("the %(noun)s") % {"noun": of_cause.in_text}
    return phrase(cause, of_cause.told_fields(), this=this, goes_on=goes_on)


def event_actor(event: Event) -> str:
    return actor_name(event)


def event_changes(event: Event, record_type: RecordType) -> list[Change]:
    """As a list, in which each value stands alone."""
    return [
        replace(one, old=capfirst(one.old), new=capfirst(one.new))
        if one.new in (gettext("yes"), gettext("no"))
        else one
        for one in changes_of(event, record_type.told_fields())
    ]


FUNCTIONS: dict[str, Any] = {
    "event_phrase": event_phrase,
    "cause_phrase": cause_phrase,
    "event_actor": event_actor,
    "event_changes": event_changes,
}
FILTERS: dict[str, Any] = {}
