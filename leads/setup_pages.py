"""The setup's pages about leads: whether there are any, how they may come in, and what becomes of their fields."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from crm import catalogue
from crm.pages.settings_form import sent
from crm.pages.setup import add_error, setup_page, show
from crm.ui.http import go, method_of
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest
from leads.conversion.plan import PARTS
from leads.field_map import is_own_map, reset_field_map, set_field_map
from leads.selectors import count_leads
from leads.setup_forms import FieldMapForm, LeadPolicyForm
from leads.vetting import setup_pages as vetting


@setup_page
def edit_policy(request: WorkspaceRequest) -> HttpResponse:
    form = LeadPolicyForm(sent(request))
    if form.is_saved(request):
        say(request, _("How leads are used was saved."))
        return go(request, reverse("setup:lead_policy"))
    return show(request, "setup/lead_policy.html", {"count": count_leads()}, form=form)


@setup_page
def edit_field_map(request: WorkspaceRequest) -> HttpResponse:
    """GET shows the map, POST writes it, DELETE goes back to the one that every workspace starts with."""
    method = method_of(request)
    if method == "DELETE":
        reset_field_map(actor=request.actor)
        say(request, _("Fields go where they went at first."))
        return go(request, reverse("setup:field_map"))
    form = FieldMapForm(request.POST if method == "POST" else None)
    if method == "POST" and form.is_valid():
        try:
            set_field_map(actor=request.actor, pairs=form.pairs())
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("Where the fields of a lead go was saved."))
            return go(request, reverse("setup:field_map"))
    context = {"types": [catalogue.record_type(key) for key in PARTS], "is_own": is_own_map()}
    return show(request, "setup/field_map.html", context, form=form)


urlpatterns = [
    path("leads/", edit_policy, name="lead_policy"),
    path("field-map/", edit_field_map, name="field_map"),
    *vetting.urlpatterns,
]
