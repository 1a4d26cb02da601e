"""Reading files: one that somebody asks for, and those of a page of the timeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http import Http404

from crm.activities.access import may_reach
from crm.activities.models import Activity, ActivityLink, StoredFile
from crm.tenants.memo import memo
from crm.tenants.models import TenantModel
from crm.tenants.prepared import prepared
from crm.users.models import Membership

THERE = Q(deleted_at=None, activity__deleted_at=None)


def get_file(
    actor: Membership, file_id: UUID, *, verb: str = "view", lock: bool = False, deleted: bool = False
) -> StoredFile:
    """Return the file if ``actor`` may view (or ``edit``) its activity, else raise ``Http404``.

    ``lock`` takes it FOR UPDATE with its activity; ``deleted`` looks among those put away instead.
    """
    rows = StoredFile.objects.select_related("activity").filter(~THERE if deleted else THERE)
    if lock:
        rows = rows.select_for_update(of=("self", "activity"))
    file = rows.filter(pk=file_id).first()
    if file is None or not may_reach(actor, file.activity, verb):
        raise Http404
    return file


FILES_SHOWN = 10  # beside a record


@memo("activities.files")
def newest_files(record: TenantModel) -> list[StoredFile]:
    """Return the newest files of ``record``, which the actor may view, with who added each: one more than is shown."""
    came_along: list[dict[str, Any]] | None = vars(record).get("files_on_page")
    if came_along is not None:
        return [_file(one) for one in came_along]
    return _files_of(record.type_key, record_id=record.pk)


@prepared
def _files_of(record_type: str, /, *, record_id: UUID) -> QuerySet[StoredFile]:
    return _newest(record_type, record_id).select_related("activity__owner")


def _newest(record_type: str, record_id: Any) -> QuerySet[StoredFile]:
    ids = ActivityLink.objects.filter(record_type=record_type, record_id=record_id).values("activity_id")
    return StoredFile.objects.filter(THERE, activity_id__in=ids).order_by("-created_at", "-id")[: FILES_SHOWN + 1]


def files_fact(key: str) -> dict[str, Any]:
    """What ``newest_files`` returns of a record, for its page."""
    told = JSONObject(
        id="id", activity="activity_id", by="activity__owner__name", name="name", size="size", at="created_at"
    )
    return {"files_on_page": ArraySubquery(_newest(key, OuterRef(OuterRef("pk"))).values(told=told))}


def _file(told: dict[str, Any]) -> StoredFile:
    """A file of which no more is known than a page shows."""
    owner = None if told["by"] is None else Membership(name=told["by"])
    activity = Activity(pk=UUID(told["activity"]), owner=owner)
    at = datetime.fromisoformat(told["at"])
    return StoredFile(pk=UUID(told["id"]), activity=activity, name=told["name"], size=told["size"], created_at=at)


def files_of(record: TenantModel, activities: Iterable[Activity]) -> dict[UUID, list[StoredFile]]:
    """Return for each activity's id its files in the order in which they were added.

    The few that stand beside ``record`` are all that it has, mostly: then there is nothing more to ask for.
    """
    found: dict[UUID, list[StoredFile]] = defaultdict(list)
    if len(newest := newest_files(record)) <= FILES_SHOWN:
        for file in reversed(newest):
            found[file.activity_id].append(file)
    elif ids := [activity.pk for activity in activities]:
        for file in StoredFile.objects.filter(activity_id__in=ids, deleted_at=None).order_by("created_at", "id"):
            found[file.activity_id].append(file)
    return found
