"""The look of days and moments."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.fields.kinds.time import DATE_WORDS, OFFERED_DAYS_AGO, label_of
from crm.fields.look.base import Look
from crm.fields.look.inputs import DayField, MomentField
from crm.ui import format as formats
from crm.users.models import Membership


class DateLook(Look):
    def form_field(self, actor: Membership) -> forms.Field:
        return DayField(required=self.spec.required)

    def describe(self, values: list[str], actor: Membership) -> str:
        return ", ".join(map(label_of, values))

    def options(self, actor: Membership) -> list[tuple[str, str]]:
        words = [*DATE_WORDS, *(f"{number}_days_ago" for number in OFFERED_DAYS_AGO)]
        return [(word, label_of(word)) for word in words]


class DateTimeLook(DateLook):
    """A moment, in the person's zone, by how long ago it was."""

    def form_field(self, actor: Membership) -> forms.Field:
        return MomentField(required=self.spec.required)

    def html(self, record: Any) -> str:
        value = self.value(record)
        return "" if value is None else formats.relative(value)
