"""Forms of the setup pages about vetting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.ui.seen import SeenForm
from leads.vetting.models import HEAVIEST, Criterion
from leads.vetting.rule import Gate, Needs, Unmet, criteria
from leads.vetting.settings import CONVERSION_GATE


class CriterionForm(SeenForm):
    label = forms.CharField(label=_("Name"), max_length=60)
    question = forms.CharField(
        label=_("Question"),
        max_length=200,
        required=False,
        help_text=_("What has to be found out. It stands where the evidence is written down."),
    )
    weight = forms.IntegerField(
        label=_("Weight"),
        min_value=1,
        max_value=HEAVIEST,
        initial=1,
        help_text=_("How much it counts in the score: one with weight 2 counts twice as much as one with weight 1."),
    )


class GateForm(SeenForm):
    """What must be known of a lead before it is converted."""

    needs = forms.ChoiceField(
        label=CONVERSION_GATE.label,
        choices=[
            (Needs.NONE, _("Nothing: people decide for themselves")),
            (Needs.SOME, _("These criteria")),
            (Needs.ALL, _("Every criterion in use")),
        ],
        widget=forms.RadioSelect,
    )
    criteria = forms.TypedMultipleChoiceField(
        label=_("These criteria"), required=False, empty_value=[], widget=forms.CheckboxSelectMultiple
    )
    unmet = forms.ChoiceField(
        label=_("And if something is missing?"),
        choices=[
            (Unmet.WARN, _("Warn: it can be converted with a tick, which is kept with the name of who set it")),
            (Unmet.BLOCK, _("Block: nobody can convert it, here or in bulk")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, rule: Gate) -> None:
        super().__init__(data, initial=self.initial_of(rule))
        self.by_id: dict[UUID, Criterion] = {one.pk: one for one in criteria()}
        field: Any = self.fields["criteria"]
        field.choices = [(str(pk), one.label) for pk, one in self.by_id.items()]
        field.coerce = lambda key: self.by_id[UUID(key)]

    @staticmethod
    def initial_of(rule: Gate) -> dict[str, Any]:
        return {"needs": rule.needs, "criteria": [str(pk) for pk in rule.chosen], "unmet": rule.unmet}

    def rule(self) -> Gate:
        """What is chosen, as the rule that it would be."""
        values = self.cleaned_data
        return Gate(values["needs"], frozenset(one.pk for one in values["criteria"]), values["unmet"])
