"""Forms that only accounts have."""

from __future__ import annotations

from functools import partial

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from crm.events.selectors import last_change
from crm.fields.look.choice import RowField
from crm.picklists.selectors import choice, choices
from crm.ui.seen import SeenForm


class TypeForm(SeenForm):
    """The account's type, and whether workflows may change it."""

    def __init__(self, account: Account, data: object = None) -> None:
        super().__init__(data=data, initial={"type": str(account.type_id), "keep": account.type_kept})  # type: ignore[arg-type]
        self.who = partial(last_change, account)
        field = RowField(rows=lambda: choices("account_type"), find=choice, required=True)
        field.keep(str(account.type_id))
        field.label = _("Type")
        self.fields["type"] = field
        self.fields["keep"] = forms.BooleanField(
            required=False,
            label=_("Keep it until somebody changes it"),
            help_text=_("Otherwise the next win or loss may change it."),
        )
