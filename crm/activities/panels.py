"""What activities show on the page of any record: the composer with the timeline, and the open tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from crm import catalogue
from crm.activities.access import editable_among
from crm.activities.files.forms import limits
from crm.activities.files.models import StoredFile
from crm.activities.files.selectors import FILES_SHOWN, files_fact, files_of, newest_files
from crm.activities.files.types import icon_of
from crm.activities.forms import ComposerForm
from crm.activities.models import Activity, ActivityKind
from crm.activities.pressed import typed_again
from crm.activities.selectors import TASKS_SHOWN, Entry, Timeline, beside, timeline
from crm.activities.shown import LOOKS, TaskRow
from crm.catalogue.types import Panel
from crm.pages.idempotency import PARAMETER, new_key
from crm.tenants.clock import today
from crm.tenants.models import TenantModel
from crm.users.access import can
from crm.users.models import Membership

MOST_CHANGES = 8  # of one event in the timeline; the history page shows all


def timeline_context(actor: Membership, record: Any, before: str = "") -> dict[str, Any]:
    """What ``activities/timeline.html`` shows: the composer, and a page of the record's timeline."""
    return {
        "record": record,
        "is_first_page": not before,
        **composer_context(ComposerForm(actor=actor, record=record)),
        **feed_context(actor, record, timeline(actor, record, before, links=None if before else beside(record).links)),
    }


def typed_context(actor: Membership, record: Any, named: QueryDict) -> dict[str, Any]:
    """The composer with what was typed before an Undo."""
    again = typed_again(actor, record, named)
    return {**composer_context(ComposerForm(actor=actor, record=record, again=again)), "again": True} if again else {}


def composer_context(form: ComposerForm) -> dict[str, Any]:
    # Sent again after an error it is the same attempt: the browser keeps the files that were chosen under its key.
    key = form.data.get(PARAMETER) or new_key()
    return {"composer": form, "new_url": reverse("activities:new"), "idempotency_key": key, "files": limits()}


def feed_context(actor: Membership, record: TenantModel, page: Timeline) -> dict[str, Any]:
    """What ``ui.feed`` shows: the timeline's lines by day."""
    url = timeline_url(record)
    files = files_of(record, (entry.activity for entry in page.entries if entry.activity))
    return {
        "type": catalogue.seen(catalogue.type_of(record), actor),
        "record_url": catalogue.url(record),
        "may_write": may_write(actor, record),
        "days": [(day, [_line(entry, files) for entry in entries]) for day, entries in page.days],
        "feed_url": url,
        "older_url": f"{url}?before={quote(page.before)}" if page.before else "",
        "today": timezone.localdate(),
    }


def _line(entry: Entry, files: Mapping[UUID, Sequence[StoredFile]]) -> dict[str, Any]:
    """An entry with its mark; an event's sentence with who did it apart, so that it can stand out."""
    if entry.activity:
        return _activity_line(entry.at, entry.activity, files.get(entry.activity.pk, ()))
    event = entry.event
    assert event is not None
    who = event.actor.name if event.actor else ""
    words = entry.sentence.removeprefix(who)
    return {
        "at": entry.at,
        "icon": event.type.icon,
        "tone": event.type.tone,
        "who": who if words != entry.sentence else "",
        "words": words,
        "event": event,
        "lists_changes": not event.type.sentence and 1 < len(event.changes) <= MOST_CHANGES,
    }


def _activity_line(at: datetime, activity: Activity, files: Sequence[StoredFile]) -> dict[str, Any]:
    look = LOOKS[ActivityKind(activity.kind)]
    is_planned = bool(look.planned) and at > timezone.now()
    did = look.planned if is_planned else look.done
    if activity.is_file:
        did = ngettext("added a file", "added %(count)d files", len(files)) % {"count": len(files)}
    return {
        "at": at,
        "icon": look.icon,
        "tone": look.tone,
        "did": did,
        "is_planned": is_planned,
        "activity": activity,
        "files": [(file, icon_of(file.name)) for file in files],
    }


def timeline_url(record: TenantModel) -> str:
    place = {"record_type": record.type_key, "record_id": record.pk}
    return reverse("activities:timeline", kwargs=place)


def tasks_context(actor: Membership, record: Any) -> dict[str, Any]:
    """What ``activities/open_tasks.html`` shows."""
    now = today()
    tasks = beside(record).tasks
    editable = {task.pk for task in tasks} if can(actor, "edit", record) else editable_among(actor, tasks)
    place = {"record_type": record.type_key, "record_id": str(record.pk)}
    return {
        "new_url": f"{reverse('activities:new')}?{urlencode(place | {'kind': 'task'})}",
        "rows": [TaskRow(task, now, "related", may_change=task.pk in editable) for task in tasks[:TASKS_SHOWN]],
        "is_capped": len(tasks) > TASKS_SHOWN,
        "may_write": may_write(actor, record),
    }


def files_context(actor: Membership, record: Any) -> dict[str, Any]:
    """What ``activities/files_panel.html`` shows: the newest files, wherever in the timeline they stand."""
    files = newest_files(record)
    return {
        "rows": [(file, icon_of(file.name)) for file in files[:FILES_SHOWN]],
        "is_capped": len(files) > FILES_SHOWN,
    }


def may_write(actor: Membership, record: Any) -> bool:
    """Whether ``actor`` may log something on ``record``: not where it would be left behind, on a converted lead."""
    return can(actor, "edit", record) and not catalogue.type_of(record).locked(record)


catalogue.add_page_fact(catalogue.every_type, files_fact)
for _panel in (
    Panel("timeline", "activities/timeline.html", timeline_context, place="middle", named=typed_context),
    Panel("tasks", "activities/open_tasks.html", tasks_context, order=10),
    Panel("files", "activities/files_panel.html", files_context, order=60),
):
    catalogue.add_panel(catalogue.every_type, _panel)
