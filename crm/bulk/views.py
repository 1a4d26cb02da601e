"""Doing something to many records of a list: what and to which, progress, refused rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import catalogue
from crm.bulk import chosen, outcomes, selectors, services, telling, undo
from crm.bulk.asking import tries_undo
from crm.bulk.chosen import Chosen
from crm.bulk.forms import ask, kept
from crm.bulk.kind import BULK
from crm.bulk.meanwhile import is_stale, told_changed
from crm.bulk.models import BulkRun
from crm.bulk.rows import packed, unpacked
from crm.catalogue.actions import BulkAction
from crm.catalogue.types import RecordType
from crm.fields.look.forms import RecordForm
from crm.pages.idempotency import already_made, new_key, remember_made
from crm.pages.listing import Listing, read_listing
from crm.queries.query import Query
from crm.runs.files import csv_file, download
from crm.runs.models import RunState
from crm.runs.progress import respond_run
from crm.runs.selectors import may_see
from crm.runs.services import cancel
from crm.saved_views.chips import chips
from crm.ui import format as formats
from crm.ui.http import back_to, go, method_of, respond
from crm.ui.toasts import say
from crm.users.access import may
from crm.users.http import WorkspaceRequest, require

MOST_IDS = 1_000
SHOWN = 50  # refused rows on a run's page; the file has them all
SHOWN_DOUBTS = 1_000  # somebody has to decide about each of them


@dataclass(frozen=True)
class Dialog:
    """What is asked about which rows. ``drawn_at``: when these were read, if the person has not seen them before.

    ``is_blocked``: nothing can be done with them any more, and the dialog is there for what was typed.
    """

    listing: Listing
    action: BulkAction
    rows: Chosen
    is_all: bool
    is_blocked: bool
    drawn_at: datetime | None


def index(request: WorkspaceRequest) -> HttpResponse:
    """What was done to many records so far."""
    rows = []
    for run in selectors.runs_of(request.actor):
        if may(request.actor, "view", run.record_type):
            rows.append((run, catalogue.seen_type(run.record_type, request.actor), telling.heading_of(run)))
    return respond(request, "bulk/index.html", {"rows": rows})


def new(request: WorkspaceRequest, key: str) -> HttpResponse:
    """``POST ?<the list's query>`` with ``id`` (several) or ``all``, and ``action``: asks what it needs, ``go`` does.

    A link here leads back to the list.
    """
    record_type = _type(request, key)
    if request.method != "POST":
        return go(request, reverse(f"{key}:list"))
    now = timezone.now()  # before anything is read
    action = selectors.bulk_action(key, request.POST.get("action", ""), request.actor)
    if action is None:
        raise Http404
    is_sent = "go" in request.POST
    if is_sent and (made := already_made(request)):
        return go(request, made)
    back = back_to(request, reverse(f"{key}:list"))
    listing = read_listing(request, record_type)
    is_all = "1" in request.POST.getlist("all")
    rows = _all_rows(listing) if is_all else _ticked_rows(request, record_type)
    problem = _refusal(request, action, listing, rows, is_all=is_all)
    if problem and not is_sent:
        say(request, _("Nothing was done. %(reason)s") % {"reason": problem}, tone="warning")
        return go(request, back)
    form = ask(action, request.actor, request.POST if is_sent else None)
    is_valid = is_sent and form.is_valid()
    objection = problem or chosen.objection(rows, request.POST.get("shown", ""), is_all=is_all)
    if is_stale(_asked_at(request)):
        objection = objection or _("You chose these rows more than a day ago. Check them and confirm again.")
    if is_sent and objection:
        form.add_error(None, objection)
        is_valid = False
    if not is_valid:
        is_new = bool(objection) or not is_sent
        dialog = Dialog(listing, action, rows, is_all, is_blocked=bool(problem), drawn_at=now if is_new else None)
        return _ask(request, dialog, form, back)
    try:
        run = services.start_run(
            actor=request.actor,
            record_type=record_type,
            action=action,
            data=kept(request.POST),
            rows=rows.packed,
            query=listing.query if is_all else None,
            back=back,
            asked_at=_asked_at(request),
        )
    except ValidationError as error:
        form.add_service_errors(error)
        return _ask(request, Dialog(listing, action, rows, is_all, is_blocked=False, drawn_at=None), form, back)
    return _after(request, run, back)


def run(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """GET: how far it is, and what came of it. POST does what was tried, or goes on where an undoing asks. DELETE
    cancels an open one and takes back one that is done."""
    found, record_type = _run(request, run_id)
    method = method_of(request)
    if method == "GET":
        return _run_page(request, found, record_type)
    try:
        with transaction.atomic():
            if method == "DELETE" and found.is_open:
                cancel(BULK, found)
            elif method == "DELETE" or tries_undo(found):
                done = found.undoes if found.undoes is not None and found.is_dry_run else found
                found = undo.undo_run(run=done, actor=request.actor, agreed=request.POST.get("shown", ""))
                return _after(request, found, found.back or reverse(f"{record_type.key}:list"))
            else:
                services.do_after_rehearsal(run=found, actor=request.actor)
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="warning")
    return go(request, reverse("bulk:run", args=[found.pk]))


def refused(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """The refused rows as a file: which, and why."""
    found, record_type = _run(request, run_id)
    return download(csv_file(f"{record_type.key}-{_('refused')}.csv", _refused_rows(found)))


def _refused_rows(run: BulkRun) -> Iterator[list[Any]]:
    yield ["id", "name", "state", "reason"]
    for row in selectors.findings(run, is_refused=True):
        state = _("left out") if row.is_left else _("refused")
        yield [row.record_id, row.name, state, "; ".join(row.reasons)]


def _all_rows(listing: Listing) -> Chosen:
    """All rows of the list; none where it is not known which were meant: ``listing.problems`` say why."""
    records = listing.records()
    return chosen.all_of(records.none() if listing.problems else records)


def _ticked_rows(request: WorkspaceRequest, record_type: RecordType) -> Chosen:
    try:
        ids = [UUID(text) for text in request.POST.getlist("id")]
    except ValueError as error:
        raise Http404 from error
    if not ids or len(ids) > MOST_IDS:
        return Chosen(packed(ids))
    rows = chosen.ticked(request.actor, record_type, ids)
    # What was typed for rows that are all gone is given back by the page of what is gone
    require(rows.count or (rows.gone and "go" not in request.POST))
    return rows


def _refusal(request: WorkspaceRequest, action: BulkAction, listing: Listing, rows: Chosen, *, is_all: bool) -> str:
    """Why nothing can be asked about the ``rows``; "" when it can."""
    if is_all and listing.problems:
        return " ".join(listing.problems)
    most = min(action.most or rows.count, rows.count if is_all else MOST_IDS)
    if rows.count > most:
        return _("At most %(limit)s rows at once: filter the list first.") % {"limit": formats.number(most)}
    if rows.count:
        return ""
    if gone := chosen.told_gone(rows):
        return gone
    if is_all:
        return _("The list shows no rows any more.")
    return _("Choose some rows first.")


def _ask(request: WorkspaceRequest, dialog: Dialog, form: RecordForm, back: str) -> HttpResponse:
    listing, action, rows, is_all = dialog.listing, dialog.action, dialog.rows, dialog.is_all
    record_type, asked_at, changed = listing.record_type, _asked_at(request), []
    is_old = "go" not in request.POST and is_stale(asked_at)  # sent, it is an error of the form
    if dialog.drawn_at and not dialog.is_blocked:
        values = form.cleaned_data if form.is_bound else {}
        changed = told_changed(request.actor, record_type, action, values=values, rows=rows, since=asked_at)
        asked_at = dialog.drawn_at
    context = {
        "type": record_type,
        "action": action,
        "form": form,
        "heading": action.label if dialog.is_blocked else telling.heading(action, record_type, rows.count),
        "is_all": is_all,
        "is_tried": action.rehearse is not None,
        "is_blocked": dialog.is_blocked,
        "ids": [] if is_all else unpacked(rows.packed),
        "gone": chosen.told_gone(rows),
        "changed": changed,
        "is_old": is_old,
        "shown": rows.mark,
        "chips": chips(listing.state, request.actor) if is_all else [],
        # Without the view, which may be changed or deleted meanwhile
        "query": Query(record_type, listing.query.conditions).address() if is_all else "",
        "back": back,
        "asked_at": (asked_at or timezone.now()).isoformat(),
        "is_large": rows.count > services.AT_ONCE and not dialog.is_blocked,
        "idempotency_key": request.POST.get("idempotency_key") or new_key(),
    }
    return respond(request, "bulk/new.html", context, partial="form", status=422 if "go" in request.POST else 200)


def _asked_at(request: WorkspaceRequest) -> datetime | None:
    """When the list was drawn from which the rows were chosen."""
    if not (text := request.POST.get("asked_at", "")):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # at no time that can be
        return datetime.min.replace(tzinfo=UTC)


def _after(request: WorkspaceRequest, run: BulkRun, back: str) -> HttpResponse:
    """To the list when all is done and well, to the run's own page when there is something to see."""
    page = reverse("bulk:run", args=[run.pk])
    done_well = run.state == RunState.DONE and not run.is_dry_run and not run.refused_count
    remember_made(request, back if done_well else page)
    if not done_well:
        return go(request, page)
    say(request, telling.told(run), undo_url=page if undo.may_be_undone(run) else "")
    return go(request, back)


def _run_page(request: WorkspaceRequest, found: BulkRun, record_type: RecordType) -> HttpResponse:
    action, undone_by = selectors.action_of(found), selectors.undone_by(found)
    running = found.is_open
    page = int(text) if (text := request.GET.get("page", "")).isdecimal() and len(text) < 6 else 1
    context = {
        "type": record_type,
        "heading": telling.heading_of(found),
        "button": telling.button_of(found),
        "outcomes": None if running or not action else outcomes.outcomes(found, request.actor, action.makes, page),
        "refused": [] if running else selectors.findings(found, is_refused=True, is_left=False, limit=SHOWN),
        "left": [] if running else selectors.findings(found, is_refused=True, is_left=True, limit=SHOWN_DOUBTS),
        "doubts": [] if running else selectors.findings(found, is_refused=False, limit=SHOWN_DOUBTS),
        "is_preview": found.is_dry_run and not found.undoes_id,
        "question": undo.question(found),
        "undone_by": undone_by if undone_by and may_see(request.actor, undone_by) else None,
        "may_undo": undo.may_be_undone(found) and not (undone_by and undone_by.is_open),
        "back": found.back or reverse(f"{record_type.key}:list"),
    }
    return respond_run(request, found, "bulk/run.html", counts=telling.counted(found), context=context)


def _type(request: WorkspaceRequest, key: str) -> RecordType:
    require(may(request.actor, "view", key))
    try:
        return catalogue.seen_type(key, request.actor)
    except KeyError as error:
        raise Http404 from error


def _run(request: WorkspaceRequest, run_id: UUID) -> tuple[BulkRun, RecordType]:
    found = selectors.get_run(request.actor, run_id)
    require(may(request.actor, "view", found.record_type))
    return found, catalogue.seen_type(found.record_type, request.actor)
