"""The forms of an import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.imports.guessing import importable
from crm.imports.models import Import
from crm.records.types import RecordType

COLUMN = "column_"
FIXED = "fixed_"


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Any encoding and separator. The first line names the columns. Up to 50 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )


class ColumnsForm(forms.Form):
    """A field for each column of the file, values for the whole file, and how to read it."""

    day_first = forms.BooleanField(
        label=_("Dates are written day first"), required=False, help_text=_("Whether 03/04/2026 is 3 April.")
    )
    make_choices = forms.BooleanField(
        label=_("Add unknown words to their list"),
        required=False,
        help_text=_("For example a new industry. Otherwise such rows are refused."),
    )
    make_people = forms.BooleanField(
        label=_("Add unknown owners as inactive members"),
        required=False,
        help_text=_("They own their records and can be invited later. Otherwise such rows are refused."),
    )

    def __init__(self, job: Import, record_type: RecordType, data: Any = None) -> None:
        super().__init__(data=data, initial={name: getattr(job, name) for name in self.base_fields})
        self.job = job
        specs = importable(record_type)
        choices = [("", _("Leave out")), *((spec.name, spec.label) for spec in specs)]
        for index, header in enumerate(job.headers):
            self.fields[f"{COLUMN}{index}"] = forms.ChoiceField(
                label=header or f"{index + 1}",
                choices=choices,
                required=False,
                initial=job.mapping[index],
                widget=forms.Select(attrs={"class": "control control-s"}),
            )
        for spec in specs:
            self.fields[f"{FIXED}{spec.name}"] = forms.CharField(
                label=spec.label, required=False, max_length=300, initial=job.fixed.get(spec.name, "")
            )

    def mapping(self) -> list[str]:
        return [self.cleaned_data[f"{COLUMN}{index}"] for index in range(len(self.job.headers))]

    def fixed(self) -> dict[str, str]:
        """The values for the whole file, of the fields that no column brings."""
        mapped = set(self.mapping())
        return {
            name.removeprefix(FIXED): value.strip()
            for name, value in self.cleaned_data.items()
            if name.startswith(FIXED) and value.strip() and name.removeprefix(FIXED) not in mapped
        }

    def options(self) -> dict[str, bool]:
        return {name: self.cleaned_data[name] for name in self.base_fields}
