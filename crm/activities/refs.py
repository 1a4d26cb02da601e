"""The records that activities stand on, as links: what to show of a record one need not load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, QuerySet, Value

from crm import catalogue
from crm.activities.access import by_type
from crm.activities.models import Activity, ActivityLink
from crm.events.models import Event
from crm.records.access import visible_records
from crm.users.models import Membership

Place = tuple[str, UUID]  # record type and id


@dataclass(frozen=True)
class RecordRef:
    """A record by name, type and address."""

    key: str
    pk: UUID
    name: str

    @property
    def label(self) -> Any:
        return catalogue.record_type(self.key).label

    @property
    def icon(self) -> str:
        return catalogue.record_type(self.key).icon

    @property
    def url(self) -> str:
        return catalogue.url(catalogue.record_type(self.key).model(pk=self.pk))


def refs_of(actor: Membership, activities: Iterable[Activity]) -> dict[UUID, list[RecordRef]]:
    """Return for each activity's id the records it stands on that ``actor`` may view, with two queries."""
    places = places_of(activities)
    named = named_records(actor, [place for its_places in places.values() for place in its_places])
    return {key: [named[place] for place in its_places if place in named] for key, its_places in places.items()}


def places_of(activities: Iterable[Activity]) -> dict[UUID, list[Place]]:
    """Return for each activity's id where it stands, with one query."""
    found: dict[UUID, list[Place]] = defaultdict(list)
    if ids := [activity.pk for activity in activities]:
        links = ActivityLink.objects.filter(activity_id__in=ids)
        for activity_id, key, record_id in links.values_list("activity_id", "record_type", "record_id"):
            found[activity_id].append((key, record_id))
    return found


def named_records(actor: Membership, places: Iterable[Place]) -> dict[Place, RecordRef]:
    """Return those of ``places`` that ``actor`` may view, with one query."""
    parts = [
        named(visible_records(actor, catalogue.record_type(key)).filter(pk__in=set(ids)), key)
        for key, ids in sorted(by_type(places).items())
    ]
    if not parts:
        return {}
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return {(key, record_id): RecordRef(key, record_id, name) for key, record_id, name in rows}


def named(records: QuerySet, key: str) -> QuerySet:
    """Return (key, id, name) of ``records``: rows of different types, to be put together by UNION."""
    return records.order_by().annotate(key=Value(key, CharField())).values_list("key", "pk", "name")


def _events_about(key: str, ids: Collection[UUID], since: datetime) -> QuerySet[Event]:
    there = ActivityLink.objects.filter(record_type=key, record_id__in=ids).values("activity_id")
    return Event.objects.filter(record_type=Activity.type_key, record_id__in=there, at__gt=since)


catalogue.add_events_about(_events_about)
