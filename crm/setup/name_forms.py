"""The form for what the types of records are called."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.naming import LONGEST, SEVERAL, Names, last_renamed
from crm.catalogue.types import RecordType
from crm.ui.seen import Change, SeenForm


class NamesForm(SeenForm):
    """For each type, what one record is called (the field of its key), and several (that with ``SEVERAL`` behind)."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for one in catalogue.record_types():
            for name, label, text in (
                (one.key, _("One %(noun)s") % {"noun": one.in_text}, str(one.label)),
                (one.key + SEVERAL, _("Several %(nouns)s") % {"nouns": one.in_text_plural}, str(one.label_plural)),
            ):
                self.fields[name] = forms.CharField(label=label, max_length=LONGEST, required=False, initial=text)

    def rows(self) -> list[tuple[RecordType, forms.BoundField, forms.BoundField, Change | None]]:
        """Each type with both fields, and who has renamed it last, if anybody has."""
        types = catalogue.record_types()
        return [(one, self[one.key], self[one.key + SEVERAL], self.who(one.key)) for one in types]

    @cached_property
    def renamed(self) -> dict[str, Change]:
        return last_renamed()

    def who(self, name: str) -> Change | None:
        """Who has changed the field last."""
        return self.renamed.get(name.removesuffix(SEVERAL))

    def names(self) -> dict[str, Names]:
        """What was typed, for ``naming.rename_types``."""
        typed = self.cleaned_data
        return {one.key: (typed[one.key], typed[one.key + SEVERAL]) for one in catalogue.record_types()}
