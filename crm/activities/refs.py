"""The records that activities stand on, as links: what to show of a record one need not load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, QuerySet, Value

from crm.activities.access import by_type
from crm.activities.models import Activity, ActivityLink
from crm.records import registry
from crm.records.access import visible_records
from crm.users.models import Membership


@dataclass(frozen=True)
class RecordRef:
    """A record by name, type and address."""

    key: str
    pk: UUID
    name: str

    @property
    def label(self) -> Any:
        return registry.record_type(self.key).label

    @property
    def icon(self) -> str:
        return registry.record_type(self.key).icon

    @property
    def url(self) -> str:
        return registry.url(registry.record_type(self.key).model(pk=self.pk))


def refs_of(actor: Membership, activities: Iterable[Activity]) -> dict[UUID, list[RecordRef]]:
    """Return for each activity's id the records it stands on that ``actor`` may view, with two queries."""
    ids = [activity.pk for activity in activities]
    if not ids:
        return {}
    links = list(
        ActivityLink.objects.filter(activity_id__in=ids).values_list("activity_id", "record_type", "record_id")
    )
    named = named_records(actor, [(key, record_id) for _activity, key, record_id in links])
    found: dict[UUID, list[RecordRef]] = defaultdict(list)
    for activity_id, key, record_id in links:
        if ref := named.get((key, record_id)):
            found[activity_id].append(ref)
    return found


def named_records(actor: Membership, places: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], RecordRef]:
    """Return those of ``places`` (record type, id) that ``actor`` may view, with one query."""
    parts = [
        named(visible_records(actor, registry.record_type(key)).filter(pk__in=set(ids)), key)
        for key, ids in sorted(by_type(places).items())
    ]
    if not parts:
        return {}
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return {(key, record_id): RecordRef(key, record_id, name) for key, record_id, name in rows}


def named(records: QuerySet, key: str) -> QuerySet:
    """Return (key, id, name) of ``records``: rows of different types, to be put together by UNION."""
    return records.order_by().annotate(key=Value(key, CharField())).values_list("key", "pk", "name")
