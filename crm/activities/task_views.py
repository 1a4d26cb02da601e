"""The Tasks page: what I have to do, and what my team has."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.activities.access import editable_among
from crm.activities.meetings import MOST_SHOWN, meeting_rows, planned_meetings
from crm.activities.models import Activity
from crm.activities.refs import RecordRef, refs_of
from crm.activities.selectors import DUE, due, tasks_of
from crm.activities.shown import TaskRow
from crm.ground.ids import uuid_of
from crm.tenants.clock import today
from crm.ui import respond
from crm.ui.paging import Ordering, page_by_key
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership
from crm.users.selectors import member

WHO = ("me", "team")


@require_GET
def tasks(request: WorkspaceRequest) -> HttpResponse:
    """``?who=me|team|<somebody's id>&due=overdue|today|soon|later|none|done|all``: a page of tasks, by their days."""
    person = member(uuid) if (uuid := uuid_of(request.GET.get("who", ""))) else None
    who = str(person.pk) if person else _one_of(request, "who", WHO)
    when = _one_of(request, "due", DUE)
    now = today()
    page = page_by_key(
        due(tasks_of(request.actor, who), when, now),
        Ordering([("completed_at", True)] if when == "done" else [("due_on", False)]),
        after=request.GET.get("after"),
        before=request.GET.get("before"),
    )
    is_first = not (request.GET.get("after") or request.GET.get("before"))
    meetings = list(planned_meetings(request.actor, who, now, when)[:MOST_SHOWN]) if is_first else []
    refs = refs_of(request.actor, [*page.rows, *meetings])
    context = {
        "rows": task_rows(request.actor, page.rows, refs, "card" if who == "me" else "team"),
        "meetings": meeting_rows(request.actor, meetings, refs, with_owner=who != "me"),
        "page": page,
        "who": who,
        "when": when,
        "people": [(key, _url(key, when), label) for key, label in _whose(person)],
        "days": [(key, _url(who, key), label) for key, label in _due_labels().items()],
        "next_url": _url(who, when, after=page.next) if page.next else "",
        "previous_url": _url(who, when, before=page.previous) if page.previous else "",
    }
    return respond(request, "activities/tasks.html", context)


def task_rows(
    actor: Membership, tasks: Collection[Activity], refs: Mapping[UUID, Sequence[RecordRef]], kind: str = "card"
) -> list[TaskRow]:
    """Return ``tasks`` as rows of a card that ``actor`` sees, each with those of ``refs`` that are its own."""
    now, editable = today(), editable_among(actor, tasks)
    return [TaskRow(task, now, kind, tuple(refs.get(task.pk, ())), task.pk in editable) for task in tasks]


def _one_of(request: WorkspaceRequest, name: str, allowed: tuple[str, ...]) -> str:
    value = request.GET.get(name, "")
    return value if value in allowed else allowed[0]


def _whose(person: Membership | None) -> list[tuple[str, str]]:
    """Whose tasks can be chosen; those of one ``person`` where somebody came for them."""
    usual = [("me", _("My tasks")), ("team", _("Team's tasks"))]
    return [*usual, (str(person.pk), person.name)] if person else usual


def _due_labels() -> dict[str, str]:
    return {
        "all": _("All open"),
        "overdue": _("Overdue"),
        "today": _("Today"),
        "soon": _("Next 7 days"),
        "later": _("Later"),
        "none": _("Without a day"),
        "done": _("Done"),
    }


def _url(who: str, when: str, **cursor: Any) -> str:
    return f"{reverse('activities:tasks')}?{urlencode({'who': who, 'due': when} | cursor)}"
