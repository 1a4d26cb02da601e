"""Whether the workspace works with leads, and how they may come in."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.setup.http import setup_page, show
from crm.setup.lead_forms import LeadPolicyForm
from crm.ui.http import go
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest
from leads.intake.policy import set_policy
from leads.selectors import count_leads


@setup_page
def edit_policy(request: WorkspaceRequest) -> HttpResponse:
    form = LeadPolicyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        set_policy(actor=request.actor, **form.cleaned_data)
        say(request, _("How leads are used was saved."))
        return go(request, reverse("setup:lead_policy"))
    return show(request, "setup/lead_policy.html", {"count": count_leads()}, form=form)
