"""Logging activities on records, changing them and putting them away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm import catalogue
from crm.activities import services
from crm.activities.access import get_activity
from crm.activities.files.forms import too_much
from crm.activities.following import bring_up_to_date
from crm.activities.forms import REMINDER, About, ActivityForm, ComposerForm
from crm.activities.models import Activity, ActivityKind
from crm.activities.next_step import UnseenStepError, refuse_unseen_step
from crm.activities.panels import composer_context, feed_context, files_context, tasks_context, timeline_context
from crm.activities.pressed import AGAIN, Pressed, rest_taken_back, typed_again
from crm.activities.refs import places_of, refs_of
from crm.activities.selectors import timeline as read_timeline
from crm.events.models import Event
from crm.ground.ids import uuid_of
from crm.pages.detail import shown_fields
from crm.pages.idempotency import already_made, remember_made
from crm.pages.locked import refuse_locked
from crm.records.access import get_record, visible_records
from crm.ui import respond
from crm.ui.http import back_to, go, is_fragment, method_of
from crm.ui.toasts import say
from crm.ui.uploads import has_too_much, says_of_long_name
from crm.users.http import WorkspaceRequest, require
from crm.users.models import Membership


@require_http_methods(["GET", "POST"])
def new(request: WorkspaceRequest) -> HttpResponse:
    """The composer as a page of its own (GET), and what writes for all composers (POST).

    ``record_type`` and ``record_id`` say on which record the activity stands; without them it is a task of one's own.
    """
    record = _named_record(request)
    if record is not None:
        refuse_locked(record)
    if request.method == "GET":
        kind, again = request.GET.get("kind", ActivityKind.NOTE), typed_again(request.actor, record, request.GET)
        form = ComposerForm(actor=request.actor, kind=kind, record=record, again=again)
        return _composer(request, record, form, {"again": bool(again)})
    if made := already_made(request):
        return _feed(request, record) if _in_feed(request) else go(request, made)
    return _log(request, record)


def _log(request: WorkspaceRequest, record: Any) -> HttpResponse:
    home = catalogue.url(record) if record is not None else reverse("activities:tasks")
    form = ComposerForm(
        request.POST,
        request.FILES,
        actor=request.actor,
        record=record,
        left_out=too_much() if has_too_much(request) else says_of_long_name(request),
    )
    pressed = _write(request, record, form) if form.is_valid() else None
    if pressed is None:
        return _feed(request, record, form) if _in_feed(request) else _composer(request, record, form)
    remember_made(request, back_to(request, home))
    say(request, _told(pressed.activity, pressed.task), undo_url=pressed.undo_url, undo_method="POST")
    if _in_feed(request):
        response = _feed(request, record)
        response["HX-Trigger"] = "record-changed"
        if f"{AGAIN}=" in request.headers.get("HX-Current-URL", ""):  # it is written by now
            response["HX-Replace-Url"] = home
        return response
    return go(request, back_to(request, home))


def _told(activity: Activity, task: Activity | None) -> str:
    if activity.is_task:
        return _("Both tasks added.") if task else _("Task added.")
    if activity.is_file:
        return _("Added.")
    return _("Planned.") if activity.occurred_at > timezone.now() else _("Logged.")


def _named_record(request: WorkspaceRequest) -> Any:
    named = request.POST if request.method == "POST" else request.GET
    key, record_id = named.get("record_type", ""), named.get("record_id", "")
    if not (key or record_id):
        return None
    require(key in {record_type.key for record_type in catalogue.record_types()} and uuid_of(record_id) is not None)
    # Held while it is written: what is logged while a lead is being converted is brought along, or refused.
    lock = request.method == "POST"
    return get_record(request.actor, catalogue.seen_type(key, request.actor), record_id, verb="edit", lock=lock)


def _write(request: WorkspaceRequest, record: Any, form: ComposerForm) -> Pressed | None:
    """Create what the composer holds, and the task that follows from it if one is named, or say in ``form`` why not."""
    try:
        with transaction.atomic():
            return _write_both(request, record, form.cleaned_data)
    except UnseenStepError as error:
        form.show_step(record)
        form.add_error("next_step", error)
    except ValidationError as error:
        form.add_error(None, error)
    return None


def _write_both(request: WorkspaceRequest, record: Any, values: dict[str, Any]) -> Pressed:
    record = record if record is not None else values.get("about")
    records = [] if record is None else [record]
    owner = values["owner"] or request.actor
    is_task = values["kind"] == ActivityKind.TASK
    reminder = {"reminder": values["reminder"], "remind_at": values["remind_at"]}
    activity = services.create_activity(
        kind=values["kind"],
        records=records,
        actor=request.actor,
        subject=values.get("subject", ""),
        body=values["body"],
        owner=owner if is_task else request.actor,
        due_on=values["due_on"],
        files=values.get("files", ()),
        occurred_at=values["occurred_at"],
        **reminder,
    )
    if not values["next_step"]:
        return Pressed(activity)
    task, (is_all, step) = None, _set_next_step(request, record, values)
    if not is_all:
        task = services.create_activity(
            kind=ActivityKind.TASK,
            records=records,
            actor=request.actor,
            subject=values["next_step"],
            owner=owner,
            due_on=values["due_on"],
            **reminder,
        )
    return Pressed(activity, task, step)


def _set_next_step(request: WorkspaceRequest, record: Any, values: dict[str, Any]) -> tuple[bool, Event | None]:
    """Write the record's own next step, where its type has one, and return the event. False: a task is to be made, too.

    A task is what somebody else is to do, or is to be reminded of.
    """
    record_type = catalogue.seen(catalogue.type_of(record), request.actor) if record is not None else None
    if record_type is None or record_type.next_step is None:
        return False, None
    step, day = record_type.next_step
    given = {step: values["next_step"]} | ({day: values["due_on"]} if values["due_on"] else {})
    refuse_unseen_step(record, given, values["step_seen"], request.actor)
    event = record_type.update(record, actor=request.actor, values=given)
    return not values["reminder"] and values["owner"] in (None, request.actor), event


def _in_feed(request: WorkspaceRequest) -> bool:
    return is_fragment(request) and "feed" in request.POST


def _feed(request: WorkspaceRequest, record: Any, form: ComposerForm | None = None) -> HttpResponse:
    """Answer the composer on a record's page: composer and timeline anew, and the open tasks beside them."""
    require(record is not None)
    panel = timeline_context(request.actor, record)
    if form is not None:
        panel |= composer_context(form)
    context = {
        "panel": panel,
        "values": _changed_fields(request.actor, record) if form is None else [],
        "tasks": tasks_context(request.actor, record),
        "files": files_context(request.actor, record),
    }
    status = 422 if form is not None else 200
    return respond(request, "activities/after_writing.html", context, partial="fragment", status=status)


def _changed_fields(actor: Membership, record: Any) -> list[Any]:
    """The fields that what was logged may have changed."""
    return shown_fields(actor, record, [*bring_up_to_date(record), *(catalogue.type_of(record).next_step or ())])


def _composer(
    request: WorkspaceRequest, record: Any, form: ComposerForm, more: dict[str, Any] | None = None
) -> HttpResponse:
    home = catalogue.url(record) if record is not None else reverse("activities:tasks")
    context = {
        "panel": {
            "record": record,
            "type": catalogue.seen(catalogue.type_of(record), request.actor) if record else None,
        }
        | composer_context(form)
        | (more or {}),
        "back": back_to(request, home),
    }
    return respond(request, "activities/new.html", context, partial="form", status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def edit(request: WorkspaceRequest, activity_id: UUID) -> HttpResponse:
    """Change what an activity says; of a task also its day and its person."""
    activity = get_activity(request.actor, activity_id, verb="edit", lock=request.method == "POST")
    home = back_to(request, home_of(request, activity))
    about = _about(request, activity)
    form = ActivityForm(request.POST if request.method == "POST" else None, activity=activity, about=about)
    if request.method == "POST" and form.is_valid() and _update(request, activity, form):
        say(request, _("Saved."))
        return go(request, home)
    deletion_url = reverse("activities:deletion", kwargs={"activity_id": activity.pk})
    context = {"form": form, "activity": activity, "back": home, "deletion_url": deletion_url}
    return respond(request, "activities/edit.html", context, partial="form", status=422 if form.is_bound else 200)


def _about(request: WorkspaceRequest, activity: Activity) -> About | None:
    """What a task is about, if it can be changed: not where it stands on several records, or on one out of reach."""
    if not activity.is_task:
        return None
    places = places_of([activity]).get(activity.pk, [])
    if not places:
        return About(request.actor)
    if len(places) > 1:
        return None
    key, record_id = places[0]
    record_type = catalogue.seen_type(key, request.actor)
    record = visible_records(request.actor, record_type, "edit").filter(pk=record_id).first()
    return About(request.actor, record) if record is not None else None


def _update(request: WorkspaceRequest, activity: Activity, form: ActivityForm) -> bool:
    """All of what was changed, or nothing."""
    values, actor = form.values(), request.actor
    try:
        with transaction.atomic():
            if "due_on" in values:
                services.postpone_task(task=activity, due_on=values.pop("due_on"), actor=actor)
            if "owner" in values:
                services.reassign_task(task=activity, owner=values.pop("owner"), actor=actor)
            if "reminder" in values:
                chosen = {name: values.pop(name) for name in REMINDER}
                services.remind_of_task(task=activity, actor=actor, **chosen)
            if "about" in values:
                services.move_task(task=activity, record=values.pop("about"), actor=actor)
            services.update_activity(activity=activity, actor=actor, values=values)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@require_POST
def deletion(request: WorkspaceRequest, activity_id: UUID) -> HttpResponse:
    """POST puts the activity away, DELETE brings it back."""
    restores = method_of(request) == "DELETE"
    activity = get_activity(request.actor, activity_id, verb="edit", lock=True, deleted=restores)
    home = back_to(request, home_of(request, activity))
    if restores:
        services.restore_activity(activity=activity, actor=request.actor)
        text = _("“%(name)s” is back.") % {"name": activity}
    else:
        services.delete_activity(activity=activity, actor=request.actor)
        text = _("“%(name)s” was deleted.") % {"name": activity}
    undo, words = rest_taken_back(request.actor, activity.pk, request.GET, restores=restores)
    if AGAIN in request.GET and not restores:
        if not places_of([activity])[activity.pk]:  # no page of a record has a composer with it
            home = reverse("activities:new")
        home += f"{'&' if '?' in home else '?'}{AGAIN}={activity.pk}&{undo.partition('?')[2]}".rstrip("&")
        if activity.files.exists():
            words.append(_("Choose its files again if you log it anew."))
    say(request, " ".join((text, *words)), undo_url="" if restores else undo)
    return go(request, home)


@require_GET
def timeline(request: WorkspaceRequest, record_type: str, record_id: UUID) -> HttpResponse:
    """A page of a record's timeline; htmx gets its days alone."""
    require(record_type in {one.key for one in catalogue.record_types()})
    record = get_record(request.actor, catalogue.seen_type(record_type, request.actor), record_id)
    page = read_timeline(request.actor, record, request.GET.get("before", ""))
    context = {"panel": feed_context(request.actor, record, page), "record": record}
    return respond(request, "activities/timeline_page.html", context, partial="feed")


def home_of(request: WorkspaceRequest, activity: Activity) -> str:
    """Return the page of a record that the activity stands on, or else the Tasks page."""
    refs = refs_of(request.actor, [activity]).get(activity.pk)
    return refs[0].url if refs else reverse("activities:tasks")
