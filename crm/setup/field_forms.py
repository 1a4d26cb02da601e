"""Forms about the workspace's own fields, and tags."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.catalogue.types import MORE_FIELDS, RecordType
from crm.fields.custom.services import NEVER_FILTERED, NEVER_REQUIRED
from crm.fields.models import CustomField, FieldKind
from crm.fields.tags import LONGEST_NAME
from crm.ui.seen import SeenForm

# What each kind is for, where one is chosen.
KIND_HELP: dict[str, Any] = {
    FieldKind.TEXT: _("One line: a code, a name, a number that is not counted."),
    FieldKind.LONG_TEXT: _("Several lines. It is read, not filtered by."),
    FieldKind.NUMBER: _("A number with up to four decimal places."),
    FieldKind.MONEY: _("An amount with its currency. Lists add it up."),
    FieldKind.DATE: _("A day. Filters know this month, the last 30 days and the like."),
    FieldKind.YES_NO: _("A box to tick."),
    FieldKind.CHOICE: _("One of a list of your own."),
    FieldKind.PERSON: _("Somebody of this workspace."),
    FieldKind.URL: _("Shown as a link."),
    FieldKind.EMAIL: _("Shown as a link to write to."),
    FieldKind.PHONE: _("Shown as a link to call. Found under any way of writing it."),
}
KIND_ICONS: dict[str, str] = {
    FieldKind.TEXT: "type",
    FieldKind.LONG_TEXT: "text-align-start",
    FieldKind.NUMBER: "hash",
    FieldKind.MONEY: "banknote",
    FieldKind.DATE: "calendar",
    FieldKind.YES_NO: "square-check",
    FieldKind.CHOICE: "list",
    FieldKind.PERSON: "user",
    FieldKind.URL: "link",
    FieldKind.EMAIL: "mail",
    FieldKind.PHONE: "phone",
}


def section_choices(record_type: RecordType) -> list[tuple[str, Any]]:
    """The sections of the record's page, each by its first field."""
    return [("", MORE_FIELDS), *((section.fields[0], section.label) for section in record_type.sections)]


class FieldForm(SeenForm):
    """What can be changed of a field; what makes no sense for its kind is left out."""

    label = forms.CharField(label=_("Name"), max_length=100)
    help = forms.CharField(
        label=_("Help"), max_length=300, required=False, help_text=_("Shown under the field where it is filled in.")
    )
    section = forms.ChoiceField(label=_("Section"), required=False)
    required = forms.BooleanField(
        label=_("Required"),
        required=False,
        help_text=_("Forms and imports refuse new records without it. Records that exist ask when they are edited."),
    )
    is_filterable = forms.BooleanField(
        label=_("Filter and sort by it"),
        required=False,
        initial=True,
        help_text=_("Leave this out for what is only read: records are then saved a little faster."),
    )

    def __init__(self, record_type: RecordType, kind: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["section"].choices = section_choices(record_type)  # type: ignore[attr-defined]
        if kind in NEVER_REQUIRED:
            del self.fields["required"]
        if kind in NEVER_FILTERED:
            del self.fields["is_filterable"]

    @staticmethod
    def initial_of(field: CustomField, record_type: RecordType) -> dict[str, Any]:
        """The field's values; its section is named by the first field that stands there now."""
        names = ("label", "help", "required", "is_filterable")
        stands = (one.fields[0] for one in record_type.sections if field.section in one.fields)
        return {**{name: getattr(field, name) for name in names}, "section": next(stands, "")}


class NewFieldForm(FieldForm):
    choices = forms.CharField(
        label=_("Choices"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One on each line. You can add, rename and reorder them later."),
    )
    key = forms.CharField(
        label=_("Name in files"),
        max_length=40,
        required=False,
        help_text=_("In imports, exports and addresses, after “custom_”. Empty: made of the name. It never changes."),
    )
    field_order = ("label", "choices", "help", "section", "required", "is_filterable", "key")

    def __init__(self, record_type: RecordType, kind: str, *args: Any, **options: Any) -> None:
        super().__init__(record_type, kind, *args, **options)
        if kind != FieldKind.CHOICE:
            del self.fields["choices"]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return self.cleaned_data | {"choices": self.cleaned_data.get("choices", "").splitlines()}


class ConfirmationForm(forms.Form):
    """The name typed once more, where there is no way back."""

    confirmation = forms.CharField(max_length=200)

    def __init__(self, name: str, *args: Any, asked: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.name = name
        self.fields["confirmation"].label = _("Type “%(label)s” to confirm") % {"label": name}
        if not asked:
            self.fields.clear()

    def clean_confirmation(self) -> str:
        typed = self.cleaned_data["confirmation"].strip()
        if typed.casefold() != self.name.strip().casefold():
            raise forms.ValidationError(_("This is not the name. Type it as it is written above."))
        return typed


class TagForm(SeenForm):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
