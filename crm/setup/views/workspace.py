"""The workspace's own settings."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.pages.settings_form import sent
from crm.pages.setup import setup_page, show
from crm.setup.people_forms import WorkspaceForm
from crm.ui.http import go
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


@setup_page
def edit_workspace(request: WorkspaceRequest) -> HttpResponse:
    """Name, time zone, currency, dates and numbers."""
    form = WorkspaceForm(sent(request))
    if form.is_saved(request):
        say(request, _("The workspace was saved."))
        return go(request, reverse("setup:workspace"))
    return show(request, "setup/workspace.html", {"slug": request.tenant.slug}, form=form)
