"""Forms that only opportunities have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.fields.kinds.choice import RowField
from crm.fields.kinds.lookup import LookupField
from crm.picklists.models import Stage
from crm.picklists.selectors import choice, choices, default_choice, pipeline, stages
from crm.picklists.selectors import stage as stage_by_id
from crm.users.models import Membership
from opportunities.models import Opportunity


class StageForm(forms.Form):
    """Where to move an opportunity, and what has to be said about it there."""

    def __init__(self, opportunity: Opportunity, *, target: Stage | None = None, data: Any = None) -> None:
        super().__init__(data=data, initial={"stage": str(target.pk) if target else ""})
        self.target = target
        rows = {str(one.pk): one for one in stages(pipeline(opportunity.pipeline_id))}
        self.fields["stage"] = _rows_field(rows, stage_by_id, _("Stage"), required=True)
        self.fields["closed_on"] = forms.DateField(
            required=False,
            label=_("Closed on"),
            help_text=_("The day it was won or lost. Empty: today."),
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        )
        reasons = {str(one.pk): one for one in choices("loss_reason")}
        self.fields["loss_reason"] = _rows_field(reasons, choice, _("Reason"), required=False)
        self.fields["loss_note"] = forms.CharField(
            required=False, label=_("What happened?"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
        )

    @property
    def asks_loss(self) -> bool:
        return self.target is None or self.target.meaning == "lost"

    @property
    def asks_day(self) -> bool:
        return self.target is None or self.target.meaning != "open"


class ContactRoleForm(forms.Form):
    """A person, and the part that they play."""

    def __init__(self, *, actor: Membership, data: Any = None, initial: Any = None) -> None:
        super().__init__(data=data, initial=initial, auto_id="id_%s")
        contact = LookupField(key="contacts", actor=actor, required=True)
        contact.label = _("Contact")
        self.fields["contact"] = contact
        rows = {str(one.pk): one for one in choices("contact_role")}
        self.fields["role"] = _rows_field(rows, choice, _("Role"), required=False)
        standard = default_choice("contact_role")
        self.fields["role"].initial = str(standard.pk) if standard else ""
        self.fields["is_primary"] = forms.BooleanField(
            required=False, label=_("Main contact"), help_text=_("There is one; the one before steps back.")
        )


def _rows_field(rows: dict[str, Any], find: Any, label: Any, *, required: bool) -> RowField:
    field = RowField(rows=rows, find=find, choices=[(key, str(row)) for key, row in rows.items()], required=required)
    field.label = label
    return field
