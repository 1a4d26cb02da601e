"""What the types of records are called in the workspace."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.catalogue.naming import rename_types
from crm.pages.setup import add_error, setup_page, show
from crm.setup.name_forms import NamesForm
from crm.ui.http import go
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


@setup_page
def edit_names(request: WorkspaceRequest) -> HttpResponse:
    form = NamesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rename_types(actor=request.actor, names=form.names())
        except ValidationError as error:
            add_error(form, error)
        else:
            say(request, _("The names were saved."))
            return go(request, reverse("setup:names"))
    return show(request, "setup/names.html", {}, form=form)
