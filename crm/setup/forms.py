"""Forms of the setup pages. Rules that span rows are the services'; these only read what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.picklists.lists import TONES, Picklist
from crm.picklists.models import Choice, Stage
from crm.picklists.stages import FORECAST_CATEGORIES, STAGE_MEANINGS
from crm.ui.seen import SeenForm


class EntryForm(SeenForm):
    """An entry of a list. ``values()`` is what the service takes."""

    label = forms.CharField(label=_("Name"), max_length=100)

    def lock_meaning(self, help_text: Any) -> None:
        """Show the meaning but do not let it change, and say why."""
        if "meaning" in self.fields:
            self.fields["meaning"].disabled = True
            self.fields["meaning"].help_text = help_text

    def values(self) -> dict[str, Any]:
        return self.cleaned_data


class ChoiceForm(EntryForm):
    meaning = forms.ChoiceField(label=_("What it means"), help_text=_("Rules and reports go by this."))
    tone = forms.ChoiceField(label=_("Colour"), choices=list(TONES.items()), required=False)
    is_default = forms.BooleanField(label=_("New records start with this one"), required=False)

    def __init__(self, picklist: Picklist, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if picklist.meanings:
            self.fields["meaning"].choices = list(picklist.meanings.items())  # type: ignore[attr-defined]
        else:
            del self.fields["meaning"]


class StageForm(EntryForm):
    meaning = forms.ChoiceField(
        label=_("What it means"), choices=list(STAGE_MEANINGS.items()), help_text=_("Rules and reports go by this.")
    )
    probability = forms.IntegerField(
        label=_("Probability in per cent"),
        min_value=0,
        max_value=100,
        initial=0,
        help_text=_("How likely a sale is that has come this far. Won always counts 100, lost 0."),
    )
    forecast_category = forms.ChoiceField(label=_("Forecast category"), choices=list(FORECAST_CATEGORIES.items()))
    guidance = forms.CharField(
        label=_("Guidance"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Shown to people in this stage: what to do before the next one."),
    )


class DeletionForm(forms.Form):
    """What replaces an entry that is in use, and its name typed once more: records change, and there is no way back."""

    replacement_id = forms.ChoiceField(label=_("Replace it with"))
    confirmation = forms.CharField(max_length=100)

    def __init__(
        self, entry: Choice | Stage, replacements: Sequence[Choice | Stage], *args: Any, asked: bool, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.entry = entry
        self.by_id = {str(other.pk): other for other in replacements}
        choices = [("", _("Choose…")), *((key, other.label) for key, other in self.by_id.items())]
        self.fields["replacement_id"].choices = choices  # type: ignore[attr-defined]
        self.fields["confirmation"].label = _("Type “%(label)s” to confirm") % {"label": entry.label}
        if not asked:
            self.fields.clear()

    def clean_confirmation(self) -> str:
        typed = self.cleaned_data["confirmation"].strip()
        if typed.casefold() != self.entry.label.strip().casefold():
            raise forms.ValidationError(_("This is not the name. Type it as it is written above."))
        return typed

    def replacement(self) -> Any:
        return self.by_id.get(self.cleaned_data.get("replacement_id", ""))


class NewPipelineForm(SeenForm):
    name = forms.CharField(label=_("Name"), max_length=100)


class PipelineForm(NewPipelineForm):
    is_default = forms.BooleanField(
        label=_("New opportunities go into this pipeline"),
        required=False,
        help_text=_("Exactly one pipeline is the default. Choosing this one takes it from the other."),
    )

    def offer_default(self, is_default: bool) -> None:
        """The default cannot be unchosen here, only passed on by choosing another pipeline."""
        self.fields["is_default"].disabled = is_default
