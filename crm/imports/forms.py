"""The forms of an import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.imports.cells import Cells
from crm.imports.guessing import column_label, importable
from crm.imports.models import Import
from crm.records.types import RecordType
from crm.users.models import Membership

COLUMN = "column_"
FIXED = "fixed_"
OF_ONE_ROW = frozenset({"external_id", "name", "first_name", "last_name", "email"})


class ColumnsForm(forms.Form):
    """A field for each column of the file, values for all rows, and how to read it."""

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

    def __init__(self, job: Import, record_type: RecordType, actor: Membership, data: Any = None) -> None:
        super().__init__(data=data, initial={name: getattr(job, name) for name in self.base_fields})
        self.job = job
        self.specs = {f"{FIXED}{spec.name}": spec for spec in importable(record_type) if spec.name not in OF_ONE_ROW}
        choices = [("", _("Leave out")), *((spec.name, spec.label) for spec in importable(record_type))]
        for index, header in enumerate(job.headers):
            self.fields[f"{COLUMN}{index}"] = forms.ChoiceField(
                label=column_label(index, header),
                choices=choices,
                required=False,
                initial=job.mapping[index],
                widget=forms.Select(attrs={"class": "control control-s"}),
            )
        for name, spec in self.specs.items():
            self.fields[name] = _whole_file_field(spec, actor, job.fixed.get(spec.name, ""))
        first = [f"{FIXED}{name}" for name in record_type.filters]
        self.offered_first = [name for name in first if name in self.specs]
        self.offered_then = [name for name in self.specs if name not in self.offered_first]

    def clean(self) -> dict[str, Any]:
        """Read the values for all rows once, here: a wrong one would refuse every row."""
        cells = Cells(
            self.job.made_by, day_first=bool(self.data.get("day_first")), make_choices=False, make_people=False
        )
        for name, spec in self.specs.items():
            text = self.cleaned_data.get(name, "").strip()
            try:
                if text:
                    spec.kind.parse(spec, text, cells)
            except ValidationError as error:
                self.add_error(name, error)
        return self.cleaned_data

    def mapping(self) -> list[str]:
        return [self.cleaned_data[f"{COLUMN}{index}"] for index in range(len(self.job.headers))]

    def fixed(self) -> dict[str, str]:
        """The values for all rows, by field."""
        return {spec.name: text for name, spec in self.specs.items() if (text := self.cleaned_data[name].strip())}

    def options(self) -> dict[str, bool]:
        return {name: self.cleaned_data[name] for name in self.base_fields}


def _whole_file_field(spec: FieldSpec, actor: Membership, kept: str) -> forms.Field:
    """A field for a text as a cell would hold it: to be chosen where there is a list, else typed."""
    texts = _texts(spec, actor)
    if not texts:
        return forms.CharField(label=spec.label, required=False, max_length=300, initial=kept)
    if kept and kept not in dict(texts):
        texts = [*texts, (kept, kept)]
    choices = [("", "—"), *texts]
    return forms.ChoiceField(label=spec.label, required=False, choices=choices, initial=kept)


def _texts(spec: FieldSpec, actor: Membership) -> list[tuple[str, str]]:
    if isinstance(spec.kind, kinds.Flag):
        return spec.kind.options(spec, actor)
    if isinstance(spec.kind, kinds.Person):  # two people may have the same name
        return [(person.email or person.name, person.name) for person in spec.kind.rows(actor)]
    field = spec.kind.form_field(spec, actor)
    choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    return [(str(label), str(label)) for key, label in choices if key]
