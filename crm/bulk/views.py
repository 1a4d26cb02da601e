"""Doing something to many records of a list: what and to which, progress, refused rows."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.bulk import selectors, services, telling
from crm.bulk.forms import ask, kept
from crm.bulk.models import BulkRun, BulkState
from crm.pages.board import back_to
from crm.pages.idempotency import already_made, new_key, remember_made
from crm.pages.listing import Listing, filtered, read_listing
from crm.records import registry
from crm.records.access import visible_records
from crm.records.types import BulkAction, RecordType
from crm.saved_views.state import chips
from crm.tenants.turns import is_waiting
from crm.ui import format as formats
from crm.ui.http import go, method, respond, respond_polled
from crm.ui.spreadsheets import defuse
from crm.ui.toasts import say
from crm.users.access import may
from crm.users.http import WorkspaceRequest, require

MOST_IDS = 1_000
SHOWN = 50  # findings on a run's page; the file has them all


def index(request: WorkspaceRequest) -> HttpResponse:
    """What was done to many records so far."""
    rows = []
    for run in selectors.runs_of(request.actor):
        if may(request.actor, "view", run.record_type):
            rows.append((run, registry.record_type(run.record_type), telling.heading_of(run)))
    return respond(request, "bulk/index.html", {"rows": rows})


def new(request: WorkspaceRequest, key: str) -> HttpResponse:
    """``POST ?<the list's query>`` with ``id`` (several) or ``all``, and ``action``: asks what it needs, ``go`` does.

    A link here leads back to the list.
    """
    record_type = _type(request, key)
    if request.method != "POST":
        return go(request, reverse(f"{key}:list"))
    action = selectors.bulk_action(key, request.POST.get("action", ""), request.actor)
    if action is None:
        raise Http404
    back = back_to(request, reverse(f"{key}:list"))
    listing = read_listing(request, record_type)
    ids, count = _selection(request, listing)
    if not count or listing.problems:
        say(request, " ".join(listing.problems) or _("Choose some rows first."), tone="warning")
        return go(request, back)
    if action.most and count > action.most:
        words = {"limit": formats.number(action.most)}
        say(request, _("At most %(limit)s rows at once: filter the list first.") % words, tone="warning")
        return go(request, back)
    form = ask(action, request.actor, request.POST if "go" in request.POST else None)
    if "go" not in request.POST or not form.is_valid():
        return _ask(request, record_type, listing, action, form=form, ids=ids, count=count, back=back)
    if made := already_made(request):
        return go(request, made)
    run = services.start_run(
        actor=request.actor,
        record_type=record_type,
        action=action,
        data=kept(request.POST),
        ids=ids,
        view=listing.state,
        back=back,
        asked_at=_asked_at(request),
    )
    return _after(request, run, back)


def run(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """GET: how far it is, and what came of it. POST does what was tried. DELETE cancels, or takes a deletion back."""
    found, record_type = _run(request, run_id)
    verb = method(request)
    if verb == "GET":
        return _run_page(request, found, record_type)
    try:
        with transaction.atomic():
            if verb == "POST":
                services.do_after_rehearsal(run=found, actor=request.actor)
            elif found.state in services.OPEN_STATES:
                services.cancel_run(run=found)
            else:
                found = services.undo_run(run=found, actor=request.actor)
                return _after(request, found, found.back or reverse(f"{record_type.key}:list"))
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="warning")
    return go(request, reverse("bulk:run", args=[found.pk]))


def refused(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """The refused rows as a file: which, and why."""
    found, record_type = _run(request, run_id)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["id", "name", "reason"])
    for row in selectors.findings(found, is_refused=True):
        writer.writerow([row.record_id, defuse(row.name), defuse("; ".join(row.reasons))])
    response = HttpResponse("\ufeff" + buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{record_type.key}-{_("refused")}.csv"'
    return response


def _selection(request: WorkspaceRequest, listing: Listing) -> tuple[list[UUID], int]:
    """The chosen ids (none: all of the view) and how many rows that are."""
    if "1" in request.POST.getlist("all"):
        records = filtered(request, listing)
        return [], 0 if listing.unreadable else records.count()  # else it is not known which rows were meant
    try:
        ids = [UUID(text) for text in request.POST.getlist("id")[:MOST_IDS]]
    except ValueError as error:
        raise Http404 from error
    listing.problems.clear()
    if not ids:
        return [], 0
    found = list(visible_records(request.actor, listing.record_type).filter(pk__in=ids).values_list("pk", flat=True))
    require(found)
    return found, len(found)


def _ask(
    request: WorkspaceRequest,
    record_type: RecordType,
    listing: Listing,
    action: BulkAction,
    *,
    form: object,
    ids: list[UUID],
    count: int,
    back: str,
) -> HttpResponse:
    context = {
        "type": record_type,
        "action": action,
        "form": form,
        "heading": telling.heading(action, record_type, count),
        "ids": ids,
        "chips": [] if ids else chips(listing.state, request.actor),
        "query": listing.state.query(),
        "back": back,
        "asked_at": (_asked_at(request) or timezone.now()).isoformat(),
        "is_large": count > services.AT_ONCE,
        "idempotency_key": request.POST.get("idempotency_key") or new_key(),
    }
    return respond(request, "bulk/new.html", context, partial="form", status=422 if "go" in request.POST else 200)


def _asked_at(request: WorkspaceRequest) -> datetime | None:
    """When the list was drawn from which the rows were chosen."""
    try:
        return datetime.fromisoformat(request.POST.get("asked_at", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _after(request: WorkspaceRequest, run: BulkRun, back: str) -> HttpResponse:
    """To the list when all is done and well, to the run's own page when there is something to see."""
    page = reverse("bulk:run", args=[run.pk])
    done_well = run.state == BulkState.DONE and not run.is_dry_run and not run.refused_count
    remember_made(request, back if done_well else page)
    if not done_well:
        return go(request, page)
    undo = page if services.may_be_undone(run) else ""
    say(request, telling.told(run), undo_url=undo)
    return go(request, back)


def _run_page(request: WorkspaceRequest, found: BulkRun, record_type: RecordType) -> HttpResponse:
    action = selectors.action_of(found)
    running = found.state in services.OPEN_STATES
    context = {
        "run": found,
        "type": record_type,
        "heading": telling.heading_of(found),
        "running": running,
        "waits": running and is_waiting(found.pk),
        "tells": [(label, found.counts[key]) for key, label in action.tells.items() if found.counts.get(key)]
        if action
        else [],
        "refused": [] if running else selectors.findings(found, is_refused=True, limit=SHOWN),
        "doubts": [] if running else selectors.findings(found, is_refused=False, limit=SHOWN),
        "undone_by": selectors.undone_by(found),
        "stays": [] if running else telling.stays_after(found),
        "may_undo": services.may_be_undone(found),
        "back": found.back or reverse(f"{record_type.key}:list"),
    }
    return respond_polled(request, "bulk/run.html", context, running=running, element="bulk-progress")


def _type(request: WorkspaceRequest, key: str) -> RecordType:
    require(may(request.actor, "view", key))
    try:
        return registry.record_type(key)
    except KeyError as error:
        raise Http404 from error


def _run(request: WorkspaceRequest, run_id: UUID) -> tuple[BulkRun, RecordType]:
    found = selectors.get_run(request.actor, run_id)
    require(may(request.actor, "view", found.record_type))
    return found, registry.record_type(found.record_type)
