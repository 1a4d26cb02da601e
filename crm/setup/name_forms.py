"""The form for what the types of records are called."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.naming import LONGEST, Names
from crm.catalogue.types import RecordType
from crm.ui.seen import SeenForm


class NamesForm(SeenForm):
    """For each type, what one record of it is called (the field of its key), and several (``<key>_several``)."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for one in catalogue.record_types():
            for name, label, text in (
                (one.key, _("One"), str(one.label)),
                (f"{one.key}_several", _("Several"), str(one.label_plural)),
            ):
                field = forms.CharField(label=label, max_length=LONGEST, required=False, initial=text)
                field.widget.attrs["aria-label"] = f"{one.label}: {label}"
                self.fields[name] = field

    def rows(self) -> list[tuple[RecordType, forms.BoundField, forms.BoundField]]:
        return [(one, self[one.key], self[f"{one.key}_several"]) for one in catalogue.record_types()]

    def names(self) -> dict[str, Names]:
        """What was typed, for ``naming.rename_types``."""
        typed = self.cleaned_data
        return {one.key: (typed[one.key], typed[f"{one.key}_several"]) for one in catalogue.record_types()}
