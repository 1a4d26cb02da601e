"""What one press of the composer has written, so that one Undo takes all of it back: an activity, and perhaps the task
and the next step that were to follow. What was typed stands in the composer again then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from crm import catalogue
from crm.activities.access import get_activity
from crm.activities.events import CREATED, DELETED, RESTORED
from crm.activities.models import Activity, ActivityKind, Reminder
from crm.activities.refs import places_of
from crm.activities.services import A_MOMENT, delete_activity, restore_activity
from crm.events.models import Event
from crm.events.types import names
from crm.ground.ids import uuid_of
from crm.records.access import GoneError, get_record
from crm.records.taking_back import take_back
from crm.users.models import Membership

AGAIN = "again"  # in the address of an Undo: what was typed is wanted; in that of a record: the activity that has it


@dataclass(frozen=True)
class Pressed:
    activity: Activity
    task: Activity | None = None
    step: Event | None = None  # that a record's own next step was set

    @property
    def undo_url(self) -> str:
        url = url_of(self.activity.pk, self.task.pk if self.task else None, self.step)
        return f"{url}{'&' if '?' in url else '?'}{AGAIN}=1"


def url_of(activity_id: UUID, task_id: UUID | None, step: Event | None) -> str:
    """The address that puts the activity away with all that came with it, or (DELETE) brings it back."""
    url = reverse("activities:deletion", kwargs={"activity_id": activity_id})
    rest = ({"task": str(task_id)} if task_id else {}) | ({"step": str(step.pk)} if step else {})
    return f"{url}?{urlencode(rest)}" if rest else url


def rest_taken_back(actor: Membership, activity_id: UUID, named: QueryDict, *, restores: bool) -> tuple[str, list[str]]:
    """Put away, or bring back, what ``named`` says was written with the activity; return the address that does the
    opposite, and what stays as it is, in words."""
    task_id, stays = uuid_of(named.get("task", "")), []
    if task_id is not None and (why := _take_task_along(actor, task_id, restores=restores)):
        stays.append(why)
        task_id = None
    step, event_id = None, uuid_of(named.get("step", ""))
    if event_id is not None:
        try:
            step = _take_step_back(actor, event_id)
        except (ValidationError, Http404) as error:
            why = " ".join(error.messages) if isinstance(error, ValidationError) else ""
            stays.append(" ".join((_("The next step stays as it is."), why)).strip())
    return url_of(activity_id, task_id, step), stays


def typed_again(actor: Membership, record: Any, named: QueryDict) -> dict[str, Any]:
    """What the composer held that wrote the activity put away which the address of ``record`` names; {} for none.

    Without a ``record``: of a task that stands on none.
    """
    activity = _put_away(actor, named.get(AGAIN, ""))
    places = places_of([activity])[activity.pk] if activity is not None else []
    if activity is None or (places if record is None else (record.type_key, record.pk) not in places):
        return {}
    task = _put_away(actor, named.get("task", ""))
    then = {"next_step": task.subject} if task else {}
    if activity.is_task:
        return {"kind": activity.kind, "body": _lines(activity.subject, activity.body), **_of_task(activity), **then}
    found: dict[str, Any] = {"kind": ActivityKind.NOTE if activity.is_file else activity.kind, "body": activity.body}
    if abs(activity.occurred_at - activity.created_at) > A_MOMENT:
        found["occurred_at"] = activity.occurred_at
    if task:
        found |= then | _of_task(task)
    return found | (_of_step(actor, record, named.get("step", "")) if record is not None else {})


def _put_away(actor: Membership, activity_id: str) -> Activity | None:
    wanted = uuid_of(activity_id)
    try:
        return get_activity(actor, wanted, verb="edit", deleted=True) if wanted else None
    except Http404:
        return None


def _lines(*texts: str) -> str:
    return "\n".join(filter(None, texts))


def _of_task(task: Activity) -> dict[str, Any]:
    own = {"remind_at": task.remind_at} if task.reminder == Reminder.OWN else {}
    return {"due_on": task.due_on, "owner": str(task.owner_id or ""), "reminder": task.reminder, **own}


def _of_step(actor: Membership, record: Any, event_id: str) -> dict[str, Any]:
    """What stood in the record's next step before this event took it away."""
    record_type, wanted = catalogue.seen(catalogue.type_of(record), actor), uuid_of(event_id)
    event = Event.objects.filter(pk=wanted, record_id=record.pk).first() if wanted and record_type.next_step else None
    changes = event.changes.items() if event is not None else ()
    before = {name: pair[0] for name, pair in changes if isinstance(pair, list) and len(pair) == 2}
    return {
        typed: record_type.spec(name).kind.restored(before[name])
        for typed, name in zip(("next_step", "due_on"), record_type.next_step or (), strict=False)
        if before.get(name)
    }


def _take_task_along(actor: Membership, task_id: UUID, *, restores: bool) -> str:
    """Put the task away, or bring it back; return why not, in words."""
    try:
        task = get_activity(actor, task_id, verb="edit", lock=True, deleted=restores)
    except GoneError:
        return _("The task was deleted meanwhile.")
    except Http404:
        if restores and Activity.objects.filter(pk=task_id, deleted_at=None).exists():
            return _("The task was brought back meanwhile.")
        return _("The task is no longer yours to change, and stays as it is.")
    since = Event.objects.filter(record_id=task_id).exclude(name__in=names(CREATED, DELETED, RESTORED))
    if not restores and since.exists():
        return _("The task has been worked on since, and stays.")
    (restore_activity if restores else delete_activity)(activity=task, actor=actor)
    return ""


def _take_step_back(actor: Membership, event_id: UUID) -> Event | None:
    event = Event.objects.filter(pk=event_id).first()
    if event is None or event.record_id is None or not event.record_type:
        raise Http404
    record_type = catalogue.seen_type(event.record_type, actor)
    if not set(event.changes) & set(record_type.next_step or ()):
        raise Http404
    with transaction.atomic():
        record = get_record(actor, record_type, event.record_id, verb="edit", lock=True)
        return take_back(record, event, actor=actor)
