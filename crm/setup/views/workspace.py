"""The workspace's own settings."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.setup.http import add_error, setup_page, show
from crm.setup.people_forms import WorkspaceForm
from crm.ui.http import go
from crm.ui.toasts import say
from crm.users import services
from crm.users.http import WorkspaceRequest


@setup_page
def edit_workspace(request: WorkspaceRequest) -> HttpResponse:
    """Name, time zone, currency, dates and numbers."""
    initial = {name: getattr(request.tenant, name) for name in WorkspaceForm.base_fields}
    form = WorkspaceForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_workspace(actor=request.actor, **form.cleaned_data)
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("The workspace was saved."))
            return go(request, reverse("setup:workspace"))
    return show(request, "setup/workspace.html", {"slug": request.tenant.slug}, form=form)
