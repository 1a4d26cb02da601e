"""The setup's page about the files of imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.imports.keeping import MOST_KEPT_BYTES, bytes_kept, files_kept
from crm.imports.settings import DAYS_KEPT, MOST_DAYS
from crm.pages.settings_form import SettingsForm, sent
from crm.pages.setup import setup_page, show
from crm.preferences.setting import Setting
from crm.ui.http import go
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


class ImportFilesForm(SettingsForm):
    """For how long the files of imports are kept."""

    of: ClassVar[Mapping[str, Setting[Any]]] = {"days": DAYS_KEPT}
    days = forms.IntegerField(
        label=DAYS_KEPT.label,
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_("An imported file is deleted this many days after it was uploaded."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


@setup_page
def edit_import_files(request: WorkspaceRequest) -> HttpResponse:
    """After how many days they are deleted, and how much of them there is."""
    form = ImportFilesForm(sent(request))
    if form.is_saved(request):
        say(request, gettext("How long imported files are kept was saved."))
        return go(request, reverse("setup:import_files"))
    context = {"files": files_kept(), "kept": bytes_kept(), "most": MOST_KEPT_BYTES}
    return show(request, "setup/import_files.html", context, form=form)


urlpatterns = [path("imported-files/", edit_import_files, name="import_files")]
