"""Pages that only opportunities have."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.models import Contact
from crm import catalogue
from crm.catalogue.types import Objection, RecordType
from crm.events.models import Event
from crm.pages import board
from crm.pages.meanwhile import ALL_THE_SAME, ask_to_move, unseen_move
from crm.pages.taking_back import undo_url
from crm.picklists.models import Meaning, Stage
from crm.picklists.selectors import stage as stage_by_id
from crm.records.access import get_record
from crm.ui.http import back_to, go, method_of, respond
from crm.ui.once import once
from crm.ui.seen import SEEN
from crm.ui.toasts import say
from crm.users.access import hide_from, may
from crm.users.http import WorkspaceRequest
from opportunities.forms import ContactRoleForm, ReopeningForm, StageForm
from opportunities.models import Opportunity, OpportunityContact
from opportunities.selectors import (
    age_days,
    becomes_main,
    colleagues,
    contact_roles,
    is_the_win_of,
    meaning_of,
    objection_to_main,
    stage_history,
)
from opportunities.services import add_contact_role, lose_opportunity, move_to_stage, remove_contact_role
from opportunities.services.stages import hand_set_before_closing


@once
def stage(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``/opportunities/<id>/stage/``: GET asks where to (``?stage=`` says it already), POST moves.

    A card that was dropped on a board gets what has changed on it; every other form leaves for ``back``.
    """
    posted = request.method == "POST"
    opportunity = get_record(request.actor, record_type, record_id, verb="edit", lock=posted)
    before = opportunity.stage_id
    target = _stage(request.POST.get("stage", "") or request.GET.get("stage", ""))
    form = StageForm(opportunity, actor=request.actor, target=target, data=request.POST if posted else None)
    meanwhile = "" if posted else unseen_move(request, record_type, opportunity, "stage", target)
    if posted and form.is_valid() and (sentence := _moved_meanwhile(request, record_type, opportunity, form)):
        if "back" not in request.POST or board.from_board(request):  # nothing was typed
            wanted = form.cleaned_data["stage"]
            return ask_to_move(request, record_type, opportunity, "stage", wanted, sentence=sentence)
        form.add_error(None, f"{sentence} {ALL_THE_SAME}")
    if posted and form.is_valid() and (event := _moved(request, opportunity, form)) is not False:
        _tell_of_move(request, opportunity, event)
        if board.from_board(request):
            return board.moved(request, record_type, opportunity, before)
        return go(request, board.back_to_card(request, opportunity))
    if posted and board.from_board(request):
        text = " ".join(message for messages in form.errors.values() for message in messages)
        return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")
    context = {
        "opportunity": opportunity,
        "form": form,
        "url": catalogue.url(opportunity),
        "back": back_to(request, catalogue.url(opportunity)),
        "meanwhile": meanwhile,
    }
    return respond(request, "opportunities/stage.html", context, partial="form", status=422 if posted else 200)


def reopening(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``/opportunities/<id>/reopening/``: GET asks for the stage that it goes on in, POST reopens it."""
    posted = request.method == "POST"
    opportunity = get_record(request.actor, record_type, record_id, verb="edit", lock=posted)
    url = catalogue.url(opportunity)
    if meaning_of(opportunity) == Meaning.OPEN:  # another was quicker
        return go(request, url)
    form = ReopeningForm(opportunity, data=request.POST if posted else None)
    if form.is_valid():
        event = move_to_stage(opportunity=opportunity, stage=form.cleaned_data["stage"], actor=request.actor)
        text = _("%(name)s is open again.") % {"name": opportunity.name}
        say(request, text, undo_url=undo_url(opportunity, event, url))
        return go(request, url)
    hide_from(request.actor, opportunity.account)
    context = {
        "opportunity": opportunity,
        "form": form,
        "url": url,
        "was_won": meaning_of(opportunity) == Meaning.WON,
        "by_hand": hand_set_before_closing(opportunity) if record_type.has("probability") else None,
        "account": opportunity.account if is_the_win_of(opportunity) else None,
    }
    return respond(request, "opportunities/reopening.html", context, partial="form", status=422 if posted else 200)


def stage_times(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``GET /opportunities/<id>/stages/``: every stay in a stage: when it began and ended, and how long it was."""
    opportunity = get_record(request.actor, record_type, record_id)
    context = {
        "opportunity": opportunity,
        "url": catalogue.url(opportunity),
        "visits": stage_history(opportunity),
        "age": age_days(opportunity),
        "is_open": meaning_of(opportunity) == Meaning.OPEN,
    }
    return respond(request, "opportunities/stage_times.html", context, partial="dialog")


def contact_role_list(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``/opportunities/<id>/contacts/``: GET asks for a person and their part, POST adds or changes it."""
    posted = request.method == "POST"
    opportunity = get_record(request.actor, record_type, record_id, verb="edit", lock=posted)
    hide_from(request.actor, opportunity.account)
    parts = contact_roles(opportunity)
    given = _given(request, parts)
    data = request.POST.copy() if posted else None
    if data is not None and given and data.get("contact") != given["contact"].name:
        given = {}  # another person was named instead: what the form says of the first one is not about them
        data.pop(SEEN, None)
    form = ContactRoleForm(actor=request.actor, data=data, initial=given)
    objection = None
    if form.is_valid():
        values = form.cleaned_data
        is_main = becomes_main(parts, values["contact"], is_wanted=values["is_primary"])
        objection = _unread_objection(request, opportunity, values["contact"]) if is_main else None
    if form.is_valid() and objection is None:
        try:
            with transaction.atomic():
                add_contact_role(opportunity=opportunity, actor=request.actor, **values)
        except ValidationError as error:  # deleted within this very moment
            form.add_error("contact", error.messages)
        else:
            say(request, _("%(name)s was added.") % {"name": values["contact"].name})
            return go(request, catalogue.url(opportunity))
    context = {
        "opportunity": opportunity,
        "form": form,
        "objection": objection,
        "url": catalogue.url(opportunity),
        "colleagues": [] if given else colleagues(request.actor, opportunity, parts),
        "new_url": "" if given else _new_colleague(request, opportunity),
        "query": f"?contact={given['contact'].pk}" if given else "",
    }
    return respond(request, "opportunities/contact_role.html", context, partial="form", status=422 if posted else 200)


def contact_role(request: WorkspaceRequest, record_type: RecordType, record_id: UUID, contact_id: UUID) -> HttpResponse:
    """``/opportunities/<id>/contacts/<contact>/``: POST makes this one the main contact, DELETE takes them off.

    Who is of another account becomes it after a second thought.
    """
    method = method_of(request)
    opportunity = get_record(request.actor, record_type, record_id, verb="edit", lock=method != "GET")
    part = next((one for one in contact_roles(opportunity) if one.contact_id == contact_id), None)
    if part is None:
        raise Http404
    is_main = method == "POST" and becomes_main([part], part.contact, is_wanted=True)
    if is_main and (objection := _unread_objection(request, opportunity, part.contact)):
        context = {
            "opportunity": opportunity,
            "contact": part.contact,
            "objection": objection,
            "url": catalogue.url(opportunity),
        }
        return respond(request, "opportunities/main_contact.html", context, partial="dialog", status=422)
    try:
        with transaction.atomic():
            if method == "DELETE":
                remove_contact_role(opportunity=opportunity, contact=part.contact, actor=request.actor)
            elif method == "POST":
                add_contact_role(
                    opportunity=opportunity,
                    contact=part.contact,
                    role=part.role,
                    is_primary=True,
                    actor=request.actor,
                )
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="danger")
    return go(request, catalogue.url(opportunity))


def _unread_objection(request: WorkspaceRequest, opportunity: Opportunity, contact: Contact) -> Objection | None:
    """What speaks against ``contact`` as the main one, unless the person has read it and goes on (``anyway``)."""
    return None if "anyway" in request.POST else objection_to_main(request.actor, opportunity, contact)


def _stage(text: str) -> Stage | None:
    try:
        return stage_by_id(UUID(text))
    except (ValueError, Stage.DoesNotExist):
        return None


def _moved_meanwhile(
    request: WorkspaceRequest, record_type: RecordType, opportunity: Opportunity, form: StageForm
) -> str:
    """Who has moved it meanwhile; into the very stage of a loss too: what is said of it here would go over theirs."""
    wanted = form.cleaned_data["stage"]
    is_lost_already = form.is_loss and opportunity.stage_id == wanted.pk and not _says_the_same(opportunity, form)
    return unseen_move(request, record_type, opportunity, "stage", None if is_lost_already else wanted)


def _says_the_same(opportunity: Opportunity, form: StageForm) -> bool:
    """Whether it was lost as the form says."""
    said = form.said_of_closing()
    return all(getattr(opportunity, name) == said[name] for name in ("loss_reason", "loss_note") if name in said)


def _tell_of_move(request: WorkspaceRequest, opportunity: Opportunity, event: Event | None) -> None:
    words = {"name": opportunity.name, "stage": stage_by_id(opportunity.stage_id)}
    undo = undo_url(opportunity, event, back_to(request, catalogue.url(opportunity)))
    say(request, _("%(name)s is now in %(stage)s.") % words, undo_url=undo)


def _moved(request: WorkspaceRequest, opportunity: Opportunity, form: StageForm) -> Event | Literal[False] | None:
    """Move as the form says; False, with the errors in the form, when the service refused."""
    move: dict[str, Any] = {
        "opportunity": opportunity,
        "stage": form.cleaned_data["stage"],
        "actor": request.actor,
        **form.said_of_closing(),
    }
    try:
        with transaction.atomic():
            return lose_opportunity(**move, **form.follow_up()) if form.is_loss else move_to_stage(**move)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            form.add_error(name if name in form.fields else None, messages)
        return False


def _new_colleague(request: WorkspaceRequest, opportunity: Opportunity) -> str:
    """The form for a new contact of the opportunity's account."""
    if opportunity.account_id is None or not may(request.actor, "create", Contact.type_key):
        return ""
    return f"{reverse(f'{Contact.type_key}:new')}?{urlencode({'account': opportunity.account_id})}"


def _given(request: WorkspaceRequest, parts: list[OpportunityContact]) -> dict[str, Any]:
    """The person that the link names (``?contact=<id>``), with the part that they play already."""
    people = catalogue.seen_type(Contact.type_key, request.actor)
    try:
        contact = get_record(request.actor, people, UUID(request.GET.get("contact", "")))
    except (ValueError, Http404):
        return {}
    part = next((one for one in parts if one.contact_id == contact.pk), None)
    if part is None:
        return {"contact": contact}
    return {"contact": contact, "role": str(part.role_id or ""), "is_primary": part.is_primary}
