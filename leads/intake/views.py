"""Pages of what comes in: a business card, and the pool."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm import catalogue
from crm.catalogue.types import Objection, RecordType
from crm.pages.editing import objection_to
from crm.pages.idempotency import already_made, new_key, remember_made
from crm.records.access import get_record
from crm.ui.http import back_to, go, method_of, respond
from crm.ui.toasts import say
from crm.users.access import can, may
from crm.users.http import WorkspaceRequest, require
from leads.intake.card import KEPT, CardForm, create_lead_from_card
from leads.intake.pool import give_back_lead, just_taken_by, mark_bad, may_mark_bad, take_lead
from leads.models import Lead


def card(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
    """``/leads/card/``: GET asks what is on the card, POST makes the lead; ``again``: and asks for the next one."""
    require(may(request.actor, "create", "leads"))
    if request.method != "POST":
        initial = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
        form = CardForm(actor=request.actor, initial=initial)
        next(iter(form.fields.values())).widget.attrs["autofocus"] = True
        return _card_page(request, form)
    if made := already_made(request):
        return go(request, made)
    form = CardForm(actor=request.actor, data=request.POST)
    if not form.is_valid():
        return _card_page(request, form, status=422)
    if objection := objection_to(request, record_type, form.cleaned_data):
        return _card_page(request, form, objection, status=422)
    try:
        with transaction.atomic():
            lead = create_lead_from_card(actor=request.actor, values=form.cleaned_data)
    except ValidationError as error:
        form.add_service_errors(error)
        return _card_page(request, form, status=422)
    remember_made(request, catalogue.url(lead))
    say(request, _("%(name)s was created.") % {"name": lead.name})
    if "again" not in request.POST:
        return go(request, catalogue.url(lead))
    kept = {name: form.data[name] for name in KEPT if form.data.get(name)}
    return go(request, f"{request.path}?{urlencode(kept)}")


def _card_page(
    request: WorkspaceRequest, form: CardForm, objection: Objection | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "objection": objection,
        "offered": catalogue.offered(objection) if objection else [],
        "back": reverse("leads:list"),
        "idempotency_key": request.POST.get("idempotency_key") or new_key(),
    }
    return respond(request, "leads/business_card.html", context, status=status)


def taking(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``/leads/<id>/taking/``: POST takes the lead from the pool, DELETE gives it back."""
    method = method_of(request)
    require(method in ("POST", "DELETE"))
    takes = method == "POST"
    try:
        lead = get_record(request.actor, record_type, record_id, verb="view" if takes else "edit", lock=True)
        require(may(request.actor, "edit", "leads"))
    except Http404:
        taker = just_taken_by(record_id) if takes and may(request.actor, "edit", "leads") else None
        if taker is None:
            raise
        say(request, _("%(name)s was quicker and has this lead now.") % {"name": taker.name}, tone="warning")
        return go(request, back_to(request, reverse("leads:list")))
    try:
        with transaction.atomic():
            (take_lead if takes else give_back_lead)(lead=lead, actor=request.actor)
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="warning")
        return _back(request, lead)
    text = _("%(name)s is yours now.") if takes else _("%(name)s is back in the pool.")
    say(request, text % {"name": lead.name}, undo_url=request.path, undo_method="DELETE" if takes else "POST")
    return _back(request, lead)


@require_POST
def bad(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``POST /leads/<id>/bad/``: closes the lead because it is not real."""
    lead = get_record(request.actor, record_type, record_id, verb="edit", lock=True)
    if not may_mark_bad(request.actor, lead):
        say(request, _("%(name)s is closed already.") % {"name": lead.name}, tone="warning")
        return _back(request, lead)
    mark_bad(lead=lead, actor=request.actor)
    undo = reverse("leads:closing", args=[lead.pk])
    say(request, _("%(name)s was marked as bad.") % {"name": lead.name}, undo_url=undo)
    return _back(request, lead)


def _back(request: WorkspaceRequest, lead: Lead) -> HttpResponse:
    """To where the button stood, or to the lead as long as it can be seen."""
    sees = can(request.actor, "view", lead)
    return go(request, back_to(request, catalogue.url(lead) if sees else reverse("leads:list")))
