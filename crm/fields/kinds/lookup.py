"""A link to another record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import get_script_prefix
from django.utils.translation import gettext as _

from crm.fields.kinds.base import Kind, read_uuids
from crm.fields.markup import marked
from crm.fields.parsing import ParseContext
from crm.fields.spec import FieldSpec
from crm.fields.targets import model_of
from crm.tenants.text import sort_key
from crm.users.access import hide_from, reach, visible
from crm.users.models import Membership

SHOWN_WHEN_AMBIGUOUS = 10
ANY = "any"  # as the key of a lookup: records of every type


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


def find_record(actor: Membership, key: str, name: str, record_id: UUID | None = None) -> Any:
    """Return the record that ``actor`` may see of that id and name, or the only one of that name."""
    visible_records = visible(actor, model_of(key).objects.all())
    same_name = visible_records.filter(sort_name=sort_key(name))
    if record_id is not None:
        picked = visible_records.filter(pk=record_id).first()
        if picked is not None and sort_key(picked.name) == sort_key(name):
            return picked
    found = list(same_name[: SHOWN_WHEN_AMBIGUOUS + 1])
    if len(found) == 1:
        return found[0]
    if not found:
        _refuse_deleted(actor, key, name)
        raise ValidationError(_("Nothing is called “%(name)s”. Pick one from the list.") % {"name": name})
    raise ValidationError(
        _("%(count)s are called “%(name)s”. Pick one from the list.") % {"count": len(found), "name": name}
    )


def _refuse_deleted(actor: Membership, key: str, name: str) -> None:
    """Raise, saying by whom, when what is called ``name`` lies in the recycle bin and ``actor`` could see it."""
    deleted = model_of(key).all_objects.exclude(deleted_at=None).filter(sort_name=sort_key(name))
    record = visible(actor, deleted).select_related("deleted_by").order_by("-deleted_at").first()
    if record is not None:
        words = {"name": record.name, "person": record.deleted_by or _("a workflow")}
        text = _("“%(name)s” was deleted by %(person)s. Bring it back from the recycle bin, or pick another.")
        raise ValidationError(text % words)


class Lookup(Kind):
    """A foreign key to a record of the type ``key``."""

    operators = ("is", "not", "empty", "filled")

    def __init__(self, key: str) -> None:
        self.key = key

    def form_field(self, spec: FieldSpec, actor: Membership) -> forms.Field:
        return LookupField(key=self.key, actor=actor, required=spec.required)

    def html(self, spec: FieldSpec, record: Any) -> str:
        target = self.value(spec, record)
        if target is None:
            return ""
        if target.is_hidden:
            return marked('<span class="muted">{}</span>', target.shown_name)
        if target.deleted_at is not None:
            return marked('{} <span class="muted small">{}</span>', target.name, _("deleted"))
        # Not reverse(): this runs for every row of a list.
        return marked('<a href="{}{}/{}/">{}</a>', get_script_prefix(), self.key, str(target.pk), target.name)

    def text(self, spec: FieldSpec, record: Any) -> str:
        target = self.value(spec, record)
        return "" if target is None else target.shown_name

    def json(self, value: Any) -> Any:
        return None if value is None else {"id": str(value.pk), "label": value.name}

    def restored(self, kept: Any) -> Any:
        if kept is None:
            return None
        record = model_of(self.key).objects.filter(pk=kept["id"]).first()
        if record is None:
            raise ValidationError(_("What it was before is gone by now."))
        return record

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> Any:
        return context.record(self.key, text)

    def related(self, spec: FieldSpec) -> tuple[str, ...]:
        return (spec.column,)

    def order(self, spec: FieldSpec) -> tuple[str, ...]:
        return (f"{spec.column}__sort_name",)

    def shown(self, spec: FieldSpec, actor: Membership) -> Q | None:
        return reach(actor, self.key, path=f"{spec.column}__")

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        """What ``actor`` may not see is as what does not exist: no filter by its id finds what points at it."""
        same = Q(**{f"{spec.column}_id__in": self.read(values, actor)})
        if (seen := self.shown(spec, actor)) is not None:
            same &= seen
        return Q(**{f"{spec.column}_id__isnull": True}) | ~same if operator == "not" else same

    def read(self, values: list[str], actor: Membership) -> list[UUID]:
        """The ids in ``values``, and those of the records that they name."""
        try:
            return read_uuids(values)
        except ValidationError:
            named = visible(actor, model_of(self.key).objects.filter(sort_name__in=[sort_key(one) for one in values]))
            found = list(named.values_list("pk", flat=True))
            if not found:
                raise
            return found

    def split(self, text: str) -> list[str]:
        """Ids may be joined by commas, a name may hold some."""
        parts = text.split(",")
        try:
            read_uuids(parts)
        except ValidationError:
            return [text]
        return parts

    def describe(self, spec: FieldSpec, values: list[str], actor: Membership) -> str:
        records = visible(actor, model_of(self.key).objects.filter(pk__in=self.read(values, actor)))
        return ", ".join(record.name for record in records) or _("a record that is gone")
