"""The fields of a record that a lead becomes, filled with what the lead brings."""

from __future__ import annotations

from typing import Any

from django.forms.utils import ErrorDict

from crm.fields.look.choice import RowField
from crm.fields.look.forms import RecordForm
from crm.picklists.selectors import stage, stages_to_choose
from crm.ui.seen import Change, Who
from leads.conversion.defaults import open_stages


class NewForm(RecordForm):
    """The fields of a new record. While another way is chosen they are kept as typed, and not looked at."""

    # The first stage of a pipeline is no value of the lead: was it taken away meanwhile, another one is to be chosen.
    as_sent = frozenset({"stage"})

    def __init__(self, specs: Any, *, key: str, wanted: bool, who: Who, **options: Any) -> None:
        self.wanted = wanted
        self._who = who
        super().__init__(specs, **options)
        self.prefix = key

    def full_clean(self) -> None:
        if self.wanted or not self.is_bound:
            super().full_clean()
        else:
            self.settle()
            self._errors, self.cleaned_data = ErrorDict(), {}

    def who(self, name: str) -> Change | None:
        """Who changed on the lead what this field is filled with."""
        return self._who(name)


def open_stage_field(label: Any) -> RowField:
    """A new opportunity starts open: winning or losing it is a step of its own."""
    field = RowField(rows=open_stages, find=stage, required=True, options_of=stages_to_choose)
    field.label = label
    return field
