"""Pages that only opportunities have."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from contacts.record import CONTACT
from crm.pages import board
from crm.picklists.models import Stage
from crm.picklists.selectors import stage as stage_by_id
from crm.records import registry
from crm.records.access import get_record
from crm.ui.http import go, method, respond
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest
from opportunities.forms import ContactRoleForm, StageForm
from opportunities.models import Opportunity
from opportunities.record import OPPORTUNITY
from opportunities.selectors import contact_roles
from opportunities.services import add_contact_role, move_to_stage, remove_contact_role


def stage(request: WorkspaceRequest, record_id: UUID) -> HttpResponse:
    """``/opportunities/<id>/stage/``: GET asks where to (``?stage=`` says it already), POST moves.

    A card that was dropped on a board gets the new heads of both columns; every other form leaves for ``back``.
    """
    posted = request.method == "POST"
    opportunity = get_record(request.actor, OPPORTUNITY, record_id, verb="edit", lock=posted)
    before = opportunity.stage_id
    target = _stage(request.POST.get("stage", "") or request.GET.get("stage", ""))
    form = StageForm(opportunity, target=target, data=request.POST if posted else None)
    if posted and form.is_valid() and _moved(request, opportunity, form):
        if board.from_board(request):
            return board.moved(request, OPPORTUNITY, [before, opportunity.stage_id])
        say(
            request,
            _("%(name)s is now in %(stage)s.") % {"name": opportunity.name, "stage": form.cleaned_data["stage"]},
        )
        return go(request, board.back_to(request, registry.url(opportunity)))
    if posted and board.from_board(request):
        text = " ".join(message for messages in form.errors.values() for message in messages)
        return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")
    context = {
        "opportunity": opportunity,
        "form": form,
        "url": registry.url(opportunity),
        "back": board.back_to(request, registry.url(opportunity)),
    }
    return respond(request, "opportunities/stage.html", context, partial="form", status=422 if posted else 200)


def contact_role_list(request: WorkspaceRequest, record_id: UUID) -> HttpResponse:
    """``/opportunities/<id>/contacts/``: GET asks for a person and their part, POST adds or changes it."""
    posted = request.method == "POST"
    opportunity = get_record(request.actor, OPPORTUNITY, record_id, verb="edit", lock=posted)
    form = ContactRoleForm(actor=request.actor, data=request.POST if posted else None, initial=_given(request))
    if form.is_valid():
        values = form.cleaned_data
        add_contact_role(opportunity=opportunity, actor=request.actor, **values)
        say(request, _("%(name)s was added.") % {"name": values["contact"].name})
        return go(request, registry.url(opportunity))
    context = {
        "opportunity": opportunity,
        "form": form,
        "roles": contact_roles(opportunity),
        "url": registry.url(opportunity),
    }
    return respond(request, "opportunities/contact_role.html", context, partial="form", status=422 if posted else 200)


def contact_role(request: WorkspaceRequest, record_id: UUID, contact_id: UUID) -> HttpResponse:
    """``/opportunities/<id>/contacts/<contact>/``: POST makes this one the main contact, DELETE takes them off."""
    verb = method(request)
    opportunity = get_record(request.actor, OPPORTUNITY, record_id, verb="edit", lock=verb != "GET")
    part = next((one for one in contact_roles(opportunity) if one.contact_id == contact_id), None)
    if part is None:
        raise Http404
    try:
        with transaction.atomic():
            if verb == "DELETE":
                remove_contact_role(opportunity=opportunity, contact=part.contact, actor=request.actor)
            elif verb == "POST":
                add_contact_role(
                    opportunity=opportunity,
                    contact=part.contact,
                    role=part.role,
                    is_primary=True,
                    actor=request.actor,
                )
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="danger")
    return go(request, registry.url(opportunity))


def _stage(text: str) -> Stage | None:
    try:
        return stage_by_id(UUID(text))
    except (ValueError, Stage.DoesNotExist):
        return None


def _moved(request: WorkspaceRequest, opportunity: Opportunity, form: StageForm) -> bool:
    """Move as the form says; False, with the errors in the form, when the service refused."""
    values = form.cleaned_data
    try:
        with transaction.atomic():
            move_to_stage(
                opportunity=opportunity,
                stage=values["stage"],
                actor=request.actor,
                loss_reason=values["loss_reason"],
                loss_note=values["loss_note"],
                on=values["closed_on"],
            )
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            form.add_error(name if name in form.fields else None, messages)
        return False
    return True


def _given(request: WorkspaceRequest) -> dict[str, Any]:
    """The person that the link names (``?contact=<id>``)."""
    try:
        return {"contact": get_record(request.actor, CONTACT, UUID(request.GET.get("contact", "")))}
    except (ValueError, Http404):
        return {}
