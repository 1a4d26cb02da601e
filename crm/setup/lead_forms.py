"""Forms of the setup pages about leads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.fields.kinds.choice import RowField
from crm.picklists.selectors import choice, choices
from leads.intake.policy import OfContact, card_source, of_contact, uses_leads


class LeadPolicyForm(forms.Form):
    """Whether there are leads, and how they may come in."""

    uses = forms.BooleanField(
        label=_("We work with leads"),
        required=False,
        help_text=_(
            "Off: leads leave the bar, the menus, the search and the reports for everybody, and accounts, contacts and "
            "opportunities go on without them. Nothing is deleted: on again, all are back."
        ),
    )
    rule = forms.ChoiceField(
        label=_("When somebody makes a lead of a person who is a contact already"),
        choices=OfContact.choices,
        widget=forms.RadioSelect,
        help_text=_("The same e-mail address or phone number. A new opportunity for the contact is offered instead."),
    )

    def __init__(self, data: Any = None) -> None:
        source = card_source()
        initial = {"uses": uses_leads(), "rule": of_contact(), "source": str(source.pk) if source else ""}
        super().__init__(data, initial=initial)
        rows = {str(one.pk): one for one in choices("lead_source")}
        field = RowField(rows=rows, find=choice, choices=[(key, str(row)) for key, row in rows.items()], required=False)
        field.label = _("Source of leads from business cards")
        self.fields["source"] = field
