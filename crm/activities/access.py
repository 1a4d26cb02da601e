"""Who reaches an activity: whoever reaches one of its records, its owner, and who wrote it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from crm.activities.models import Activity, ActivityLink
from crm.records import registry
from crm.records.access import visible_records
from crm.users.access import scope_of
from crm.users.models import Membership


def get_activity(
    actor: Membership, activity_id: UUID, *, verb: str = "view", lock: bool = False, deleted: bool = False
) -> Activity:
    """Return the activity if ``actor`` may view (or ``edit``) it, else raise ``Http404``.

    ``lock`` takes it FOR UPDATE until the transaction ends; ``deleted`` looks among those put away instead.
    """
    rows = Activity.objects.select_related("owner", "created_by", "completed_by")
    rows = rows.exclude(deleted_at=None) if deleted else rows.filter(deleted_at=None)
    if lock:
        rows = rows.select_for_update(of=("self",))
    activity = rows.filter(pk=activity_id).first()
    if activity is None or not may_reach(actor, activity, verb):
        raise Http404
    return activity


def may_reach(actor: Membership, activity: Activity, verb: str) -> bool:
    """Whether ``actor`` may do ``verb`` ("view" or "edit") to ``activity``."""
    if actor.pk in (activity.owner_id, activity.created_by_id):
        return True
    places = ActivityLink.objects.filter(activity=activity).values_list("record_type", "record_id")
    return any(
        visible_records(actor, registry.record_type(key), verb).filter(pk__in=ids).exists()
        for key, ids in by_type(places).items()
    )


def by_type(places: Iterable[tuple[str, UUID]]) -> dict[str, list[UUID]]:
    """Group (record type, id) by the record types that exist."""
    grouped: dict[str, list[UUID]] = defaultdict(list)
    known = {record_type.key for record_type in registry.record_types()}
    for key, record_id in places:
        if key in known:
            grouped[key].append(record_id)
    return grouped


def of_visible_records(actor: Membership, activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """Return those of ``activities`` that stand on a record which ``actor`` may view."""
    reachable = Q()
    for record_type in registry.record_types():
        if scope_of(actor, "view", record_type.key) != "none":
            records = visible_records(actor, record_type).values("pk")
            reachable |= Q(Exists(_links(record_type.key).filter(record_id__in=records)))
    return activities.filter(reachable) if reachable else activities.none()


def of_live_records(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """Return those of ``activities`` that stand on no record, or on one outside the recycle bin."""
    live = ~Q(Exists(ActivityLink.objects.filter(activity=OuterRef("pk"))))
    for record_type in registry.record_types():
        records = record_type.model.objects.values("pk")
        live |= Q(Exists(_links(record_type.key).filter(record_id__in=records)))
    return activities.filter(live)


def _links(key: str) -> QuerySet[ActivityLink]:
    return ActivityLink.objects.filter(activity=OuterRef("pk"), record_type=key)
