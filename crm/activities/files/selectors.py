"""Reading files: one that somebody asks for, and those of a page of the timeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
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
    return _files_of(record.type_key, record_id=record.pk)


@prepared
def _files_of(record_type: str, /, *, record_id: UUID) -> QuerySet[StoredFile]:
    ids = ActivityLink.objects.filter(record_type=record_type, record_id=record_id).values("activity_id")
    files = StoredFile.objects.filter(THERE, activity_id__in=ids).select_related("activity__owner")
    return files.order_by("-created_at", "-id")[: FILES_SHOWN + 1]


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
