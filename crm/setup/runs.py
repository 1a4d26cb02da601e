"""The events that workflows ran because of, in words, and the records that they were about, as links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from crm import catalogue
from crm.events.models import Event
from crm.events.phrases import phrase


def told(event: Event) -> str:
    """What happened, in the words of the fields."""
    record_type = catalogue.find_type(event.record_type)
    return phrase(event, record_type.told_fields() if record_type else None)


def links_of(events: Iterable[Event]) -> dict[UUID, dict[str, Any]]:
    """Return label and address ("" = it is not there any more) of each event's record, by the event's id."""
    types = {one.key: one for one in catalogue.record_types()}
    about = [event for event in events if event.record_type in types and event.record_id]
    ids: dict[str, set[UUID]] = defaultdict(set)
    for event in about:
        if event.record_id:
            ids[event.record_type].add(event.record_id)
    there = {
        (key, record_id)
        for key, wanted in ids.items()
        for record_id in types[key].model.objects.filter(pk__in=wanted).values_list("pk", flat=True)
    }
    return {
        event.pk: {
            "label": types[event.record_type].label,
            "url": catalogue.url(types[event.record_type].model(pk=event.record_id))
            if (event.record_type, event.record_id) in there
            else "",
        }
        for event in about
    }
