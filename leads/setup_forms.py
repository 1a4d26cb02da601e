"""Forms of the setup pages about leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.fields.look.choice import RowField
from crm.fields.spec import FieldSpec
from crm.pages.settings_form import SettingsForm
from crm.picklists.selectors import choice, choices
from crm.preferences.setting import Setting
from crm.ui.seen import SeenForm
from leads.conversion.plan import PARTS
from leads.field_map import current_map, fields_for, sources
from leads.intake.policy import card_source
from leads.settings import CARD_SOURCE, OF_CONTACT, USES_LEADS, OfContact


class LeadPolicyForm(SettingsForm):
    """Whether there are leads, and how they may come in."""

    of: ClassVar[Mapping[str, Setting[Any]]] = {"uses": USES_LEADS, "rule": OF_CONTACT, "source": CARD_SOURCE}
    uses = forms.BooleanField(
        label=USES_LEADS.label,
        required=False,
        help_text=_(
            "Off: leads leave the bar, the menus, the search and the reports for everybody, and accounts, contacts and "
            "opportunities go on without them. Nothing is deleted: on again, all are back."
        ),
    )
    rule = forms.ChoiceField(
        label=OF_CONTACT.label,
        choices=OfContact.choices,
        widget=forms.RadioSelect,
        help_text=_("The same e-mail address or phone number. A new opportunity for the contact is offered instead."),
    )

    def __init__(self, data: Any = None) -> None:
        source = card_source()
        super().__init__(data, initial={"source": str(source.pk) if source else ""})
        field = RowField(rows=lambda: choices("lead_source"), find=choice, required=False)
        field.label = CARD_SOURCE.label
        self.fields["source"] = field

    def chosen(self) -> dict[Setting[Any], Any]:
        source = self.cleaned_data["source"]
        rule = OfContact(self.cleaned_data["rule"])
        return super().chosen() | {OF_CONTACT: rule, CARD_SOURCE: source.pk if source else None}


class FieldMapForm(SeenForm):
    """For each field of a lead, where it goes in the account, the contact and the opportunity."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        present = {(one.source, one.target): one.field for one in current_map()}
        self.rows: list[tuple[FieldSpec, list[str | None]]] = []
        for source in sources():
            names = [self._add(source, key, present.get((source.name, key), "")) for key in PARTS]
            if any(names):
                self.rows.append((source, names))

    def _add(self, source: FieldSpec, key: str, chosen: str) -> str | None:
        """Add the field of one cell and return its name; None when nothing of that type is of the same kind."""
        targets = fields_for(source, key)
        if not targets:
            return None
        name = f"{source.name}-{key}"
        label = f"{source.label} → {catalogue.record_type(key).label}"
        self.fields[name] = forms.ChoiceField(
            label=label,
            required=False,
            initial=chosen,
            choices=[("", "—"), *((spec.name, spec.label) for spec in targets)],
            widget=forms.Select(attrs={"class": "control control-s", "aria-label": label}),
        )
        return name

    def table(self) -> list[tuple[FieldSpec, list[forms.BoundField | None]]]:
        """The rows as the page shows them."""
        return [(source, [self[name] if name else None for name in names]) for source, names in self.rows]

    def pairs(self) -> list[tuple[str, str, str]]:
        """What was chosen, for ``field_map.set_field_map``."""
        chosen = []
        for source, names in self.rows:
            for key, name in zip(PARTS, names, strict=True):
                if name and self.cleaned_data[name]:
                    chosen.append((source.name, key, self.cleaned_data[name]))
        return chosen
