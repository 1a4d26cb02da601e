"""Pages that only leads have."""

from __future__ import annotations

from copy import copy
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.ground.writes import gathered
from crm.pages import board
from crm.pages.idempotency import keep_sent, was_sent
from crm.pages.locked import LockedPageError, refuse_locked
from crm.pages.meanwhile import ALL_THE_SAME, ask_to_move, unseen_move
from crm.pages.taking_back import undo_url
from crm.picklists.models import Choice
from crm.picklists.selectors import choice, choices
from crm.records.access import get_record, url_for
from crm.ui.http import back_to, go, method_of, respond
from crm.ui.toasts import say
from crm.users.access import can
from crm.users.http import WorkspaceRequest, require
from leads.conversion import (
    BlockedError,
    PartError,
    blockers,
    bring_together,
    convert_held,
    live_conversion,
    undo_conversion,
    what_undoing_does,
)
from leads.conversion.convert import RELATED
from leads.conversion.form import ConversionForm
from leads.conversion.meanwhile import wait_for_the_same
from leads.conversion.remarks import remarks_on
from leads.conversion.winning import left_out_of
from leads.forms import ClosingForm
from leads.models import Conversion, Lead
from leads.picklists import LeadStatus
from leads.selectors import became, departed_owners
from leads.services import close_as_unqualified, closed, meaning_of, reopen_lead, set_lead_status


def status(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``/leads/<id>/status/``: GET asks where to (``?status=`` says it already), POST moves.

    The two ends lead to the pages that ask what they need. A card that was dropped on the board gets what has
    changed on it; every other form leaves for ``back``.
    """
    posted = request.method == "POST"
    lead = get_record(request.actor, record_type, record_id, verb="edit", lock=posted)
    chosen = _chosen_status(request)
    back = back_to(request, catalogue.url(lead))
    refuse_locked(lead)
    if chosen is not None and chosen.pk != lead.status_id and chosen.meaning == LeadStatus.CONVERTED:
        return go(request, reverse("leads:conversion", args=[lead.pk]))
    if chosen is not None and chosen.pk != lead.status_id and chosen.meaning == LeadStatus.UNQUALIFIED:
        return go(request, _closing_url(request, lead)) if posted else closing(request, record_type, record_id)
    if not posted or chosen is None:
        context = {"lead": lead, "statuses": choices("lead_status"), "back": back}
        return respond(request, "leads/status.html", context, partial="form", status=422 if posted else 200)
    if sentence := unseen_move(request, record_type, lead, "status", chosen):
        return ask_to_move(request, record_type, lead, "status", chosen, sentence=sentence)
    before = lead.status_id
    event = set_lead_status(lead=lead, status=chosen, actor=request.actor)
    words = {"name": lead.name, "status": chosen}
    say(request, _("%(name)s is now: %(status)s.") % words, undo_url=undo_url(lead, event, back))
    if board.from_board(request):
        return board.moved(request, record_type, lead, before)
    return go(request, board.back_to_card(request, lead))


def _closing_url(request: WorkspaceRequest, lead: Lead) -> str:
    back = back_to(request, "")
    return reverse("leads:closing", args=[lead.pk]) + (f"?{urlencode({'back': back})}" if back else "")


def _chosen_status(request: WorkspaceRequest) -> Choice | None:
    """The status that was named; None when none was."""
    text = request.POST.get("status") or request.GET.get("status", "")
    if not text:
        return None
    try:
        chosen = choice(UUID(text))
    except (ValueError, Choice.DoesNotExist) as error:
        raise Http404 from error
    if chosen.picklist != "lead_status" or not chosen.is_active:
        raise Http404
    return chosen


def closing(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``/leads/<id>/closing/``: GET asks for the reason, POST closes the lead as unqualified, DELETE reopens it."""
    method = method_of(request)
    lead = get_record(request.actor, record_type, record_id, verb="edit", lock=method != "GET")
    refuse_locked(lead)
    is_closed = meaning_of(lead) == LeadStatus.UNQUALIFIED
    back = back_to(request, catalogue.url(lead))
    if method == "DELETE":
        if is_closed:
            reopen_lead(lead=lead, actor=request.actor)
            say(request, _("%(name)s is open again.") % {"name": lead.name})
        return go(request, board.back_to_card(request, lead))
    form = ClosingForm(actor=request.actor, data=request.POST if method == "POST" else None)
    if form.is_bound and (sentence := unseen_move(request, record_type, lead, "status", None)):
        form.add_error(None, f"{sentence} {ALL_THE_SAME}")
    if method == "POST" and form.is_valid():
        values = form.cleaned_data
        event = close_as_unqualified(
            lead=lead,
            reason=values["unqualified_reason"],
            actor=request.actor,
            task_subject=values["task_subject"],
            task_due_on=values["task_due_on"],
            task_owner=values["task_owner"],
            lists=values.get("lists", ()),
        )
        text = _("%(name)s was closed as unqualified.") % {"name": lead.name}
        say(request, text, undo_url=undo_url(lead, event, back))
        return go(request, board.back_to_card(request, lead))
    context = {
        "lead": lead,
        "form": form,
        "back": back,
        "is_closed": is_closed and not form.is_bound,
        "meanwhile": "" if form.is_bound else unseen_move(request, record_type, lead, "status", None),
    }
    return respond(request, "leads/closing.html", context, partial="form", status=422 if form.is_bound else 200)


def conversion_page(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``GET /leads/<id>/conversion/``: what the lead will become, or what has become of it."""
    lead = get_record(request.actor, record_type, record_id, related=("owner",))
    if (done := live_conversion(lead)) is not None:
        return _result(request, lead, done)
    require(can(request.actor, "edit", lead))
    if reason := closed(lead):
        raise LockedPageError(lead, reason)
    return _form_page(request, ConversionForm(lead, actor=request.actor))


def conversion(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``POST /leads/<id>/conversion/``: converts; with ``preview`` it only says what that would do.

    Who sends the same form twice is led to what became of the lead. What any other form says of a lead that is
    converted by now, one's own from another tab too, is given back.
    """
    is_preview = "preview" in request.POST
    lead = get_record(request.actor, record_type, record_id, verb="edit", lock=not is_preview, related=RELATED)
    done = live_conversion(lead)
    if done is not None and was_sent(request, done.pk):
        return go(request, request.path)
    if reason := record_type.locked(lead) or closed(lead):
        raise LockedPageError(lead, reason)
    if not is_preview:
        wait_for_the_same(lead)
    form = ConversionForm(lead, actor=request.actor, data=request.POST)
    if is_preview:
        return _form_page(request, form)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    if form.says_something_else:
        form.errors.append(_("You chose something else meanwhile. Below it says what will happen now."))
        return _form_page(request, form, status=422)
    try:
        whole = copy(lead)  # the page, if it comes to that, shows it as the person may see it
        with gathered():
            made = convert_held(whole, actor=request.actor, plan=form.read(), despite_gate=form.despite_gate)
            keep_sent(request, made.pk)
    except PartError as error:
        form.refuse(error)
        return _form_page(request, form, status=422)
    except Http404:  # deleted, or taken out of reach, within this very moment
        form.errors.append(_("What you chose is gone. Choose again."))
        return _form_page(request, form, status=422)
    say(request, _("%(name)s was converted.") % {"name": lead.name})
    return go(request, request.path)


def _form_page(request: WorkspaceRequest, form: ConversionForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "lead": form.lead, "url": catalogue.url(form.lead), "remarks": remarks_on(form)}
    return respond(request, "leads/conversion.html", context, partial="preview", status=status)


def _result(request: WorkspaceRequest, lead: Lead, done: Conversion) -> HttpResponse:
    records = [(catalogue.type_of(record), record, url_for(request.actor, record)) for record in became(lead)]
    context = {"lead": lead, "url": catalogue.url(lead), "conversion": done, "records": records}
    context |= {"may_undo": can(request.actor, "edit", lead), "left_out": left_out_of([lead.pk], request.actor)}
    return respond(request, "leads/converted.html", context)


def conversion_undone(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``DELETE /leads/<id>/conversion/``: undoes it, or says what stands in the way."""
    lead = get_record(request.actor, record_type, record_id, verb="edit")
    if (done := live_conversion(lead)) is not None:
        try:
            undo_conversion(conversion=done, actor=request.actor)
        except BlockedError:
            return _undo_page(request, lead, done, status=409)
        say(request, _("The conversion of %(name)s was undone.") % {"name": lead.name})
    return go(request, catalogue.url(lead))


def together(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``POST /leads/<id>/together/``: brings the lead and those that are ticked (``lead``) into one account."""
    lead = get_record(request.actor, record_type, record_id)
    if request.method != "POST":
        return go(request, catalogue.url(lead))
    others = _ids(request, "lead")
    try:
        with transaction.atomic():
            account, converted = bring_together(
                lead_id=lead.pk,
                others=others,
                actor=request.actor,
                with_opportunity="with_opportunity" in request.POST,
                despite_gate="despite_gate" in request.POST,
            )
    except PartError as error:
        say(request, " ".join(error.messages), tone="danger")
        return go(request, catalogue.url(lead))
    count = len({*others, lead.pk})
    text = ngettext("%(count)d lead is in %(account)s now.", "%(count)d leads are in %(account)s now.", count)
    told = [text % {"count": count, "account": account.name}]
    for name in departed_owners(converted):
        told.append(_("%(former)s is deactivated, so the new records belong to you.") % {"former": name})
    told += left_out_of(converted, request.actor)
    say(request, " ".join(told))
    return go(request, catalogue.url(account))


def _ids(request: WorkspaceRequest, name: str) -> list[UUID]:
    try:
        return [UUID(text) for text in request.POST.getlist(name)]
    except ValueError as error:
        raise Http404 from error


def conversion_undo(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``GET /leads/<id>/conversion/undo/``: says what undoing does, or what stands in its way."""
    lead = get_record(request.actor, record_type, record_id, verb="edit")
    done = live_conversion(lead)
    if done is None:
        return go(request, catalogue.url(lead))
    return _undo_page(request, lead, done)


def _undo_page(request: WorkspaceRequest, lead: Lead, done: Conversion, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "lead": lead,
        "url": catalogue.url(lead),
        "blockers": blockers(done, request.actor),
        "records": [
            (
                catalogue.type_of(one.record),
                one,
                url_for(request.actor, one.record),
                can(request.actor, "view", one.record),
            )
            for one in what_undoing_does(done, request.actor)
        ],
    }
    return respond(request, "leads/conversion_undo.html", context, partial="form", status=status)
