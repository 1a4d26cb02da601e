"""Choosing mailing lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.events.selectors import name_of_deleted
from crm.mailing_lists.models import MailingList
from crm.mailing_lists.selectors import mailing_list, mailing_lists
from crm.ui.seen import SeenForm


class ListsField(forms.TypedMultipleChoiceField):
    """Ticks, one for each list in use; cleans to the lists."""

    def __init__(self, **options: Any) -> None:
        choices = [(str(one.pk), one.name) for one in mailing_lists()]
        options.setdefault("label", _("Mailing lists"))
        super().__init__(
            choices=choices,
            coerce=lambda key: mailing_list(UUID(key)),
            empty_value=[],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            **options,
        )

    def validate(self, value: list[str]) -> None:
        for key in value:
            name = "" if self.valid_value(key) else name_of_deleted(key)
            if name:
                raise ValidationError(_("“%(name)s” was deleted meanwhile. Choose again.") % {"name": name})
        super().validate(value)


class ListsForm(SeenForm):
    """Which lists somebody is on."""

    def __init__(self, data: Any = None, *, present: Iterable[MailingList] = ()) -> None:
        super().__init__(data, initial={"lists": [str(one.pk) for one in present]})
        self.fields["lists"] = ListsField()


class MailingListForm(SeenForm):
    name = forms.CharField(label=_("Name"), max_length=100)
    description = forms.CharField(
        label=_("What it is for"), max_length=300, required=False, help_text=_("Shown where people choose lists.")
    )
