"""Writing activities: notes, calls, meetings, mails logged by hand, tasks and files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import catalogue, events
from crm.activities.events import (
    CHANGED,
    CREATED,
    DELETED,
    LINKED,
    REMINDER_CHANGED,
    RESTORED,
    TASK_COMPLETED,
    TASK_MOVED,
    TASK_POSTPONED,
    TASK_REASSIGNED,
    TASK_REOPENED,
)
from crm.activities.files.accepting import clean_name
from crm.activities.files.storing import store_files
from crm.activities.models import Activity, ActivityKind, ActivityLink, Reminder
from crm.activities.reminders import follow_day, follow_owner, reminder_moment
from crm.events.models import Event
from crm.events.types import EventType
from crm.ground.writes import insert, insert_many, service
from crm.records.holding import refuse_gone
from crm.records.services import LockedError
from crm.tenants.models import TenantModel
from crm.tenants.prepared import prepared
from crm.users.models import Membership

# What ``update_activity`` takes. A task's day, owner and completion have services of their own.
EDITABLE = frozenset({"subject", "body", "occurred_at"})
LONGEST_SUBJECT = 300
A_MOMENT = timedelta(minutes=1)  # clocks differ


@service
def create_activity(
    *,
    kind: str,
    records: Sequence[TenantModel],
    actor: Membership | None,
    subject: str = "",
    body: str = "",
    owner: Membership | None = None,
    due_on: date | None = None,
    occurred_at: datetime | None = None,
    files: Sequence[File] = (),
    reminder: str = Reminder.NONE,
    remind_at: datetime | None = None,
    because: Event | None = None,
) -> Activity:
    """Create an activity that stands on each of ``records``; its owner is the actor unless another is named.

    ``files`` are kept with it; one of the kind "file" is called by their names.
    ``reminder`` says when a task's owner is to be reminded of it, ``remind_at`` the moment if it is one of their own.
    ``actor`` is None when a workflow does it. Raises ``ValidationError`` keyed by field, and its kind ``LockedError``
    for a record that is read-only: who reads on in its stead would not see it.
    """
    _refuse_locked(records)
    refuse_gone(records)
    if occurred_at is not None:
        refuse_future(kind=kind, occurred_at=occurred_at)
    activity = Activity(
        kind=kind,
        subject=" ".join(subject.split()),
        body=body.strip(),
        owner=owner or actor,
        created_by=actor,
        due_on=due_on if kind == ActivityKind.TASK else None,
        occurred_at=occurred_at or timezone.now(),
    )
    if activity.is_file:
        activity.subject = ", ".join(clean_name(file.name or "") for file in files)[:LONGEST_SUBJECT]
    _refuse_empty(activity)
    if activity.is_task:
        _set_reminder(activity, reminder, remind_at)
    insert(activity)
    places = _stand_on(activity, records)
    store_files(activity, files)
    _record(CREATED, activity, actor, because=because, records=places)
    return activity


def _stand_on(activity: Activity, records: Iterable[TenantModel]) -> list[tuple[str, UUID]]:
    """Link the new activity to its records; return their types and ids."""
    places = sorted({(record.type_key, record.pk) for record in records})
    insert_many(
        ActivityLink,
        [
            ActivityLink(activity=activity, record_type=key, record_id=record_id, occurred_at=activity.occurred_at)
            for key, record_id in places
        ],
    )
    return places


@service
def update_activity(*, activity: Activity, actor: Membership, values: dict[str, Any]) -> Activity:
    """Change what ``values`` names: ``subject``, ``body``, ``occurred_at``."""
    if unknown := values.keys() - EDITABLE:
        raise ValueError(f"Not to be changed here: {sorted(unknown)}")
    changed = {name: value for name, value in values.items() if getattr(activity, name) != value}
    if not changed:
        return activity
    if "occurred_at" in changed:
        refuse_future(kind=activity.kind, occurred_at=changed["occurred_at"])
    changes = {name: [_plain(getattr(activity, name)), _plain(value)] for name, value in changed.items()}
    for name, value in changed.items():
        setattr(activity, name, value)
    _refuse_empty(activity)
    activity.save(update_fields=list(changed))
    if "occurred_at" in changed:
        _move_links(activity)
    _record(CHANGED, activity, actor, changes=changes)
    return activity


@service
def delete_activity(*, activity: Activity, actor: Membership, because: Event | None = None) -> Activity:
    """Put ``activity`` away; ``restore_activity`` brings it back."""
    if activity.deleted_at is None:
        activity.deleted_at = timezone.now()
        activity.save(update_fields=["deleted_at"])
        _record(DELETED, activity, actor, because=because)
    return activity


@service
def restore_activity(*, activity: Activity, actor: Membership) -> Activity:
    """Bring back what ``delete_activity`` put away."""
    if activity.deleted_at is not None:
        activity.deleted_at = None
        activity.save(update_fields=["deleted_at"])
        _record(RESTORED, activity, actor)
    return activity


@service
def complete_task(*, task: Activity, actor: Membership) -> Activity:
    """Mark ``task`` as done, now and by ``actor``; once done it stays as it is."""
    if task.completed_at is None:
        task.completed_at = task.occurred_at = timezone.now()
        task.completed_by = actor
        task.save(update_fields=["completed_at", "completed_by", "occurred_at"])
        _move_links(task)
        _record(TASK_COMPLETED, task, actor)
    return task


@service
def reopen_task(*, task: Activity, actor: Membership) -> Activity:
    """Take the completion of ``task`` back."""
    if task.completed_at is not None:
        task.completed_at = task.completed_by = None
        task.occurred_at = task.created_at
        task.save(update_fields=["completed_at", "completed_by", "occurred_at"])
        _move_links(task)
        _record(TASK_REOPENED, task, actor)
    return task


@service
def postpone_task(*, task: Activity, due_on: date | None, actor: Membership) -> Activity:
    """Give ``task`` another day; None: it is due on no day in particular. Its reminder goes along."""
    if task.due_on != due_on:
        before = task.due_on
        changes = {"due_on": [_plain(before), _plain(due_on)]}
        task.due_on = due_on
        task.save(update_fields=["due_on", *follow_day(task, before)])
        _record(TASK_POSTPONED, task, actor, changes=changes)
    return task


@service
def move_task(*, task: Activity, record: TenantModel | None, actor: Membership) -> Activity:
    """Let ``task`` stand on ``record`` alone, or on none; raises ``LockedError`` for a record that is read-only."""
    if record is not None:
        _refuse_locked([record])
        refuse_gone([record])
    links = ActivityLink.objects.filter(activity=task)
    places = set(links.values_list("record_type", "record_id"))
    wanted = {(record.type_key, record.pk)} if record is not None else set()
    if places != wanted:
        links.delete()
        changes = {"record": [_named(places), _named(wanted)]}
        _stand_on(task, [] if record is None else [record])
        _record(TASK_MOVED, task, actor, changes=changes, records=[*places, *wanted])
    return task


@service
def reassign_task(*, task: Activity, owner: Membership, actor: Membership) -> Activity:
    """Hand ``task`` to ``owner``, and a reminder that has not been told yet with it."""
    if task.owner_id != owner.pk:
        changes = {"owner": [_plain(task.owner), _plain(owner)]}
        task.owner = owner
        task.save(update_fields=["owner", *follow_owner(task)])
        _record(TASK_REASSIGNED, task, actor, changes=changes)
    return task


@service
def remind_of_task(*, task: Activity, reminder: str, remind_at: datetime | None = None, actor: Membership) -> Activity:
    """Choose when the owner of ``task`` is reminded of it; ``remind_at`` is the moment if it is one of their own.

    Raises ``ValidationError`` keyed by "reminder" or "remind_at".
    """
    before = (task.reminder, task.remind_at)
    _set_reminder(task, reminder, remind_at)
    if (task.reminder, task.remind_at) != before:
        task.reminded_at = None
        task.save(update_fields=["reminder", "remind_at", "reminded_at"])
        changes = {"remind_at": [_plain(before[1]), _plain(task.remind_at)]}
        _record(REMINDER_CHANGED, task, actor, changes=changes)
    return task


def _set_reminder(task: Activity, reminder: str, at: datetime | None) -> None:
    task.remind_at = reminder_moment(reminder, due_on=task.due_on, owner=task.owner, at=at)
    task.reminder = reminder


@service
def link_activities(
    *,
    from_record: TenantModel,
    to_records: Iterable[TenantModel],
    actor: Membership | None = None,
    because: Event | None = None,
) -> list[ActivityLink]:
    """Let the activities of ``from_record`` stand on ``to_records`` too, and return the links that are new.

    Deleted activities come along: one that is restored later shows on all of its records.
    """
    followed = _activities_of(record_type=from_record.type_key, record_id=from_record.pk)
    if not followed:
        return []
    targets = [(record.type_key, record.pk) for record in to_records]
    there = ActivityLink.objects.filter(
        record_type__in=[key for key, _id in targets], record_id__in=[record_id for _key, record_id in targets]
    )
    present = set(there.values_list("activity_id", "record_type", "record_id"))
    new = [
        ActivityLink(activity_id=activity_id, record_type=key, record_id=record_id, occurred_at=occurred_at)
        for key, record_id in targets
        for activity_id, occurred_at in followed
        if (activity_id, key, record_id) not in present
    ]
    if new:
        insert_many(ActivityLink, new)
        data = {"records": [[key, str(record_id)] for key, record_id in targets], "links": len(new)}
        events.record(LINKED, record=from_record, actor=actor, data=data, because=because)
    return new


@prepared
def _activities_of(*, record_type: str, record_id: UUID) -> QuerySet[ActivityLink, tuple[UUID, datetime]]:
    links = ActivityLink.objects.filter(record_type=record_type, record_id=record_id)
    return links.values_list("activity_id", "occurred_at")


def _refuse_locked(records: Iterable[TenantModel]) -> None:
    for record in records:
        if reason := catalogue.type_of(record).locked(record):
            raise LockedError(reason)


def refuse_future(*, kind: str, occurred_at: datetime) -> None:
    """Raise ``ValidationError`` keyed by "occurred_at" for what has not happened yet, unless it is a meeting."""
    if kind != ActivityKind.MEETING and occurred_at > timezone.now() + A_MOMENT:
        raise ValidationError({"occurred_at": _("This has not happened yet: make it a task, or a meeting.")})


def _refuse_empty(activity: Activity) -> None:
    if activity.is_task and not activity.subject:
        raise ValidationError({"subject": _("Say what is to be done.")})
    if activity.is_file and not activity.subject:
        raise ValidationError({"files": _("Choose a file first.")})
    # A call or a meeting says something by having been.
    if activity.kind in (ActivityKind.NOTE, ActivityKind.EMAIL) and not (activity.subject or activity.body):
        raise ValidationError({"body": _("Write something first.")})


def _move_links(activity: Activity) -> None:
    ActivityLink.objects.filter(activity=activity).update(occurred_at=activity.occurred_at)


def _plain(value: Any) -> Any:
    """``value`` as an event keeps it."""
    if isinstance(value, Membership):
        return {"id": str(value.pk), "label": value.name}
    return value.isoformat() if isinstance(value, date) else value


def _named(places: Collection[tuple[str, UUID]]) -> Any:
    """The records at ``places``, as an event keeps one, several or none."""
    found = [
        {"id": str(record_id), "label": str(catalogue.record_type(key).model.all_objects.get(pk=record_id))}
        for key, record_id in sorted(places)
    ]
    return found[0] if len(found) == 1 else found or None


def _record(
    event_type: EventType,
    activity: Activity,
    actor: Membership | None,
    *,
    changes: dict[str, Any] | None = None,
    because: Event | None = None,
    records: Iterable[tuple[str, UUID]] | None = None,
) -> None:
    # The records stand in the event, so that a handler (last contacted, score) knows them without the activity.
    if records is None:
        records = ActivityLink.objects.filter(activity=activity).values_list("record_type", "record_id")
    data: dict[str, Any] = {
        "kind": activity.kind,
        "subject": str(activity),
        "records": [[key, str(record_id)] for key, record_id in records],
    }
    if activity.is_task:
        data["owner"] = _plain(activity.owner)
    elif activity.occurred_at > timezone.now():
        data["planned"] = True
    events.record(event_type, record=activity, actor=actor, changes=changes, data=data, because=because)
