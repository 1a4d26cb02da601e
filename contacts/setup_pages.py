"""The setup's page about contacts without an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contacts.selectors import without_account
from contacts.settings import NEED_ACCOUNT
from crm.pages.settings_form import SettingsForm, sent
from crm.pages.setup import setup_page, show
from crm.preferences.setting import Setting
from crm.ui.http import go
from crm.ui.paging import capped_count
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


class ContactAccountForm(SettingsForm):
    """Whether a contact may do without an account."""

    of: ClassVar[Mapping[str, Setting[Any]]] = {"needed": NEED_ACCOUNT}
    needed = forms.TypedChoiceField(
        label=_("May a contact have no account?"),
        choices=[
            ("no", _("Yes: people can be contacts of their own")),
            ("yes", _("No: every new contact belongs to an account or a vendor")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"needed": "yes" if NEED_ACCOUNT.value() else "no"})


@setup_page
def edit_contact_accounts(request: WorkspaceRequest) -> HttpResponse:
    """Whether a contact may do without an account."""
    form = ContactAccountForm(sent(request))
    if form.is_saved(request):
        say(request, gettext("Whether contacts need an account was saved."))
        return go(request, reverse("setup:contact_accounts"))
    query = without_account(request.actor)
    context = {"count": capped_count(query.rows(request.actor)), "list_url": query.url()}
    return show(request, "setup/contact_accounts.html", context, form=form)


urlpatterns = [path("contact-accounts/", edit_contact_accounts, name="contact_accounts")]
