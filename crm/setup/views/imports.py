"""For how long the files of imports are kept."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.imports.keeping import MOST_KEPT_BYTES, bytes_kept, files_kept
from crm.setup.forms import ImportFilesForm
from crm.setup.http import setup_page, show
from crm.setup.settings_form import sent
from crm.ui.http import go
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


@setup_page
def edit_import_files(request: WorkspaceRequest) -> HttpResponse:
    """After how many days they are deleted, and how much of them there is."""
    form = ImportFilesForm(sent(request))
    if form.is_saved(request):
        say(request, _("How long imported files are kept was saved."))
        return go(request, reverse("setup:import_files"))
    context = {"files": files_kept(), "kept": bytes_kept(), "most": MOST_KEPT_BYTES}
    return show(request, "setup/import_files.html", context, form=form)
