"""Doing, postponing and handing on a task from the row in which it is shown, wherever that is."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.activities import services
from crm.activities.access import get_activity, may_reach
from crm.activities.forms import OwnerForm
from crm.activities.models import Activity
from crm.activities.refs import refs_of
from crm.activities.shown import NO_DAY, ROW_KINDS, TaskRow
from crm.activities.views import home_of
from crm.fields.look.inputs import DayField
from crm.tenants.clock import today
from crm.ui import respond
from crm.ui.http import back_to, go, is_fragment, method_of
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest, require

CHANGED = "activities-changed"  # a record's timeline then looks again
MOVED = "tasks-moved"  # and so does a page whose tasks stand by day or by person


@require_POST
def completion(request: WorkspaceRequest, activity_id: UUID) -> HttpResponse:
    """POST completes the task, DELETE reopens it."""
    task = _task(request, activity_id)
    undone = method_of(request) == "DELETE"
    if undone:
        services.reopen_task(task=task, actor=request.actor)
    else:
        services.complete_task(task=task, actor=request.actor)
    if not is_fragment(request):
        words = _("“%(task)s” is open again.") if undone else _("“%(task)s” is done.")
        say(request, words % {"task": task}, undo_url="" if undone else request.path)
    return _row(request, task, CHANGED)


@require_POST
def due(request: WorkspaceRequest, activity_id: UUID) -> HttpResponse:
    """Give the task the day ``due_on`` ("none": no day), or the ``other_day`` that was typed."""
    task = _task(request, activity_id)
    given = _given(request, "due_on") or request.POST.get("other_day", "")
    before = task.due_on
    try:
        due_on = None if given == NO_DAY else DayField().clean(given)
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="danger")
    else:
        services.postpone_task(task=task, due_on=due_on, actor=request.actor)
        if due_on != before:
            _say_undo(request, _due_words(task), due_on=before.isoformat() if before else NO_DAY)
    return _row(request, task, f"{CHANGED}, {MOVED}")


def _due_words(task: Activity) -> str:
    if task.due_on is None:
        return _("“%(task)s” is due on no day in particular now.") % {"task": task}
    return _("“%(task)s” is due now: %(day)s.") % {"task": task, "day": TaskRow(task, today()).due_words}


@require_http_methods(["GET", "POST"])
def owner(request: WorkspaceRequest, activity_id: UUID) -> HttpResponse:
    """Ask who is to do the task (GET: in its row, or on a page of its own), and hand it on (POST)."""
    task = _task(request, activity_id, lock=request.method == "POST")
    if request.method == "GET" and "view" in request.GET:
        return _row(request, task)
    given = {"owner": _given(request, "owner")} if request.method == "POST" else None
    form = OwnerForm(given, task=task)
    if given is None or not form.is_valid():
        here = {"row": _kind(request), "next": back_to(request, home_of(request, task))}
        context = {"form": form, "row": TaskRow(task, today(), here["row"]), "here": here["next"]}
        context["cancel_url"] = f"{request.path}?{urlencode(here | {'view': '1'})}"
        return respond(request, "activities/owner.html", context, partial="row", status=422 if form.is_bound else 200)
    before = task.owner
    new_owner = form.cleaned_data["owner"]
    services.reassign_task(task=task, owner=new_owner, actor=request.actor)
    if new_owner != before:
        words = _("%(person)s is to do “%(task)s” now.") % {"person": new_owner.name, "task": task}
        keeps = before is not None and may_reach(request.actor, task, "edit")
        _say_undo(request, words, **({"owner": str(before.pk)} if keeps and before else {}))
    return _row(request, task, f"{CHANGED}, {MOVED}")


def _given(request: WorkspaceRequest, name: str) -> str:
    """What the form says, or else the address, as that of a toast's Undo does."""
    return request.POST.get(name) or request.GET.get(name, "")


def _say_undo(request: WorkspaceRequest, words: str, **former: str) -> None:
    """Tell what was done; ``former`` is what this address has to be sent to take it back."""
    place = request.htmx.current_url_abs_path if is_fragment(request) else back_to(request, "")  # type: ignore[attr-defined]
    query = urlencode(former | ({"next": place} if place else {}))
    say(request, words, undo_url=f"{request.path}?{query}" if former else "", undo_method="POST")


def _task(request: WorkspaceRequest, activity_id: UUID, *, lock: bool = True) -> Activity:
    task = get_activity(request.actor, activity_id, verb="edit", lock=lock)
    require(task.is_task)
    return task


def _kind(request: WorkspaceRequest) -> str:
    kind = request.POST.get("row") or request.GET.get("row", "")
    return kind if kind in ROW_KINDS else "card"


def _row(request: WorkspaceRequest, task: Activity, happened: str = "") -> HttpResponse:
    """Answer with the task's row as it is now; without htmx with the page it stood on."""
    if not is_fragment(request):
        return go(request, back_to(request, home_of(request, task)))
    kind = _kind(request)
    # Among my tasks it stands until one looks again: then with who has it now.
    kind = "team" if kind == "card" and task.owner_id != request.actor.pk else kind
    row = TaskRow(task, today(), kind, may_change=may_reach(request.actor, task, "edit"))
    if not row.is_related:
        row = replace(row, refs=tuple(refs_of(request.actor, [task]).get(task.pk, ())))
    response = respond(request, "activities/row.html", {"row": row}, partial="fragment")
    if happened:
        response.headers["HX-Trigger"] = happened
    return response
