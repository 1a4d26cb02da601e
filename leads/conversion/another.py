"""A record that the search for candidates did not find, and the person names."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.fields.look.lookup import LookupField
from crm.users.models import Membership

ANOTHER = "another"  # what the column's radio sends


class AnotherForm(forms.Form):
    """Which one; looked at only while the column's radio says so."""

    def __init__(self, record_type: RecordType, *, actor: Membership, data: Any) -> None:
        super().__init__(data, prefix=record_type.key)
        field = LookupField(key=record_type.key, actor=actor, required=True)
        field.label = _("Its name")
        self.fields[ANOTHER] = field

    @property
    def record_id(self) -> UUID | None:
        """The id of the record that is named; None while none is."""
        return self.cleaned_data[ANOTHER].pk if self.is_valid() else None
