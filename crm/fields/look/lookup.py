"""The look of a link to another record: a name that is typed, and picked from a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.urls import get_script_prefix
from django.utils.translation import gettext as _

from crm.fields import kinds
from crm.fields.kinds.lookup import find_record
from crm.fields.look.base import Look
from crm.fields.look.markup import marked
from crm.fields.targets import model_of
from crm.users.access import hide_from, visible
from crm.users.models import Membership

ANY = "any"  # as the key of a lookup: records of every type


class LookupLook(Look):
    kind: kinds.Lookup

    def form_field(self, actor: Membership) -> forms.Field:
        return LookupField(key=self.kind.key, actor=actor, required=self.spec.required)

    def html(self, record: Any) -> str:
        target = self.value(record)
        if target is None:
            return ""
        if target.is_hidden:
            return marked('<span class="muted">{}</span>', target.shown_name)
        if target.deleted_at is not None:
            return marked('{} <span class="muted small">{}</span>', target.name, _("deleted"))
        # Not reverse(): this runs for every row of a list.
        return marked('<a href="{}{}/{}/">{}</a>', get_script_prefix(), self.kind.key, str(target.pk), target.name)

    def describe(self, values: list[str], actor: Membership) -> str:
        records = visible(actor, model_of(self.kind.key).objects.filter(pk__in=self.kind.read(values, actor)))
        return ", ".join(record.name for record in records) or _("a record that is gone")


class LookupWidget(forms.MultiWidget):
    """The name as typed, and the id that a pick put beside it (static/js/lookup.js; without it, the name decides)."""

    template_name = "fields/lookup.html"
    use_fieldset = False  # the id is hidden: the label is the name's

    def __init__(self, key: str, place: Callable[[Any], str] = lambda record: str(record.pk)) -> None:
        self.key = key
        self.place = place  # what a pick puts beside the name
        self.above: Any = None  # what is offered for, if it cannot have itself, or what stands below it
        text = forms.TextInput(attrs={"autocomplete": "off", "data-lookup": key})
        super().__init__({"": text, "id": forms.HiddenInput()})

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"

    def decompress(self, value: Any) -> list[Any]:
        return [value.shown_name, self.place(value)] if value is not None else [None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"key": self.key, "above": self.above}
        return context


class LookupField(forms.MultiValueField):
    """Cleans to a record that the actor may see, or ``None``."""

    def __init__(self, *, key: str, actor: Membership, required: bool) -> None:
        self.key = key
        self.actor = actor
        self.kept: Any = None
        parts = (forms.CharField(required=False, max_length=300), forms.UUIDField(required=False))
        super().__init__(parts, widget=LookupWidget(key), required=required, require_all_fields=False)

    def keep(self, record: Any) -> None:
        """Let ``record`` (which stands there now) stay, although it was deleted or is out of the actor's reach."""
        hide_from(self.actor, record)
        self.kept = record

    def offer_none_below(self, record: Any) -> None:
        """The field is to say what stands above ``record``: not that itself, nor what stands below it."""
        self.widget.above = record

    def compress(self, data_list: list[Any]) -> Any:
        name, record_id = data_list or (None, None)
        if not name:
            return None
        if self.kept is not None and self.kept.pk == record_id and self.kept.shown_name.strip() == name:
            return self.kept
        return find_record(self.actor, self.key, name, record_id)

    def has_changed(self, initial: Any, data: Any) -> bool:
        name, record_id = [*list(data or []), None, None][:2]
        if initial is None:
            return bool(name)
        return not name or name != initial.shown_name or (bool(record_id) and str(record_id) != str(initial.pk))
