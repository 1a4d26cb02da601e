"""Who reaches an activity: whoever reaches one of its records, its owner, and who wrote it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse

from crm import catalogue
from crm.activities.events import DELETED
from crm.activities.models import Activity, ActivityLink
from crm.events.phrases import actor_name
from crm.events.selectors import events_of
from crm.records.access import Deleted, GoneError, visible_records
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
    if activity is None and not deleted:
        _tell_gone(actor, activity_id, verb)
    if activity is None or not may_reach(actor, activity, verb):
        raise Http404
    return activity


def _tell_gone(actor: Membership, activity_id: UUID, verb: str) -> None:
    """Raise ``GoneError`` when the activity was put away and ``actor`` reached it."""
    activity = Activity.objects.select_related("owner").filter(pk=activity_id).exclude(deleted_at=None).first()
    if activity is not None and activity.deleted_at is not None and may_reach(actor, activity, verb):
        event = events_of(activity).filter(name=DELETED.name).first()
        restore = reverse("activities:deletion", kwargs={"activity_id": activity.pk})
        by = actor_name(event) if event is not None else ""
        raise GoneError(Deleted(str(activity), by, activity.deleted_at, restore))


def may_reach(actor: Membership, activity: Activity, verb: str) -> bool:
    """Whether ``actor`` may do ``verb`` ("view" or "edit") to ``activity``."""
    if actor.pk in (activity.owner_id, activity.created_by_id):
        return True
    places = ActivityLink.objects.filter(activity=activity).values_list("record_type", "record_id")
    return any(
        visible_records(actor, catalogue.record_type(key), verb).filter(pk__in=ids).exists()
        for key, ids in by_type(places).items()
    )


def editable_among(actor: Membership, activities: Collection[Activity]) -> set[UUID]:
    """Return the ids of those of ``activities`` that ``actor`` may edit."""
    found = {one.pk for one in activities if actor.pk in (one.owner_id, one.created_by_id)}
    others = [one.pk for one in activities if one.pk not in found]
    if not others:
        return found
    links = ActivityLink.objects.filter(activity__in=others).values_list("activity_id", "record_type", "record_id")
    places = [(activity_id, (key, record_id)) for activity_id, key, record_id in links]
    editable = {
        (key, record_id)
        for key, ids in by_type(place for _activity_id, place in places).items()
        if scope_of(actor, "edit", key) != "none"
        for record_id in visible_records(actor, catalogue.record_type(key), "edit")
        .filter(pk__in=ids)
        .values_list("pk", flat=True)
    }
    return found | {activity_id for activity_id, place in places if place in editable}


def by_type(places: Iterable[tuple[str, UUID]]) -> dict[str, list[UUID]]:
    """Group (record type, id) by the record types that exist."""
    grouped: dict[str, list[UUID]] = defaultdict(list)
    known = {record_type.key for record_type in catalogue.record_types()}
    for key, record_id in places:
        if key in known:
            grouped[key].append(record_id)
    return grouped


def of_visible_records(actor: Membership, activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """Return those of ``activities`` that stand on a record which ``actor`` may view."""
    places = {
        record_type.key: visible_records(actor, record_type)
        for record_type in catalogue.record_types()
        if scope_of(actor, "view", record_type.key) != "none"
    }
    return _standing_on(activities, places).filter(place__isnull=False) if places else activities.none()


def of_live_records(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """Return those of ``activities`` that stand on no record, or on one outside the recycle bin."""
    places = {record_type.key: record_type.model.objects.all() for record_type in catalogue.record_types()}
    on_none = ~Q(Exists(ActivityLink.objects.filter(activity=OuterRef("pk"))))
    return _standing_on(activities, places).filter(Q(place__isnull=False) | on_none)


def _standing_on(activities: QuerySet[Activity], places: dict[str, QuerySet]) -> QuerySet[Activity]:
    """Give each activity a ``place``: a link of it to one of these records, or null.

    Scalar subqueries, not EXISTS: the planner would hash all links of the workspace to show one page of tasks.
    """
    links = [
        Subquery(
            ActivityLink.objects.filter(
                activity=OuterRef("pk"), record_type=key, record_id__in=records.values("pk")
            ).values("pk")[:1]
        )
        for key, records in places.items()
    ]
    return activities.alias(place=Coalesce(*links) if len(links) > 1 else links[0])
