"""The form over field specs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _

from crm.events.selectors import last_change
from crm.fields.look import look_of
from crm.fields.look.choice import RowField
from crm.fields.look.gone import gone_fields
from crm.fields.look.lookup import LookupField
from crm.fields.look.withheld import withheld_errors
from crm.fields.spec import FieldSpec
from crm.ui.seen import Change, SeenForm
from crm.users.models import Membership


class RecordForm(SeenForm):
    """A form over field specs. ``values()`` gives what the person changed, by spec name, as clean Python values.

    Of a ``record`` it tells what others have changed meanwhile. ``withheld`` are fields that it does not ask ``actor``
    for, as their role may not write them: what is sent of them all the same is told.
    """

    def __init__(
        self,
        specs: Sequence[FieldSpec],
        *,
        actor: Membership,
        record: Any = None,
        data: Any = None,
        initial: Any = None,
        type_key: str = "",
        withheld: Sequence[FieldSpec] = (),
    ) -> None:
        self.specs = specs
        self.record = record
        self.actor = actor
        self.type_key = type_key  # whose fields they are
        self.withheld = withheld
        values = dict(initial or {})
        if record is not None:
            values = {spec.name: look_of(spec).initial(record) for spec in specs} | values
        super().__init__(data=data, initial=values, auto_id="id_%s")
        for spec in specs:
            look = look_of(spec)
            field = look.form_field(actor)
            field.label = spec.label
            field.help_text = spec.help
            field.wide = look.wide  # type: ignore[attr-defined]
            if isinstance(field, RowField | LookupField):
                field.keep(values.get(spec.name))
            if isinstance(field, LookupField) and record is not None and field.key == record.type_key:
                field.offer_none_below(record)
            self.fields[spec.name] = field

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound:
            for field, words in gone_fields(self, self.type_key, self.actor):
                self.add_error(None, _gone_error(field, words))
            for error in withheld_errors(self, self.withheld, self.actor):
                self.add_error(None, error)

    def values(self) -> dict[str, Any]:
        """The values to write: every given one of a new record, the changed ones of an existing one."""
        if self.record is None:
            return dict(self.cleaned_data)
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}

    def who(self, name: str) -> Change | None:
        """Who changed the field of the record last."""
        return last_change(self.record, name) if self.record is not None else None

    def add_service_errors(self, error: ValidationError) -> None:
        """Show what a service refused at the field it names, or above the form."""
        if hasattr(error, "error_dict"):
            for name, messages in error.error_dict.items():
                self.add_error(name if name in self.fields else None, messages)
        else:
            self.add_error(None, error)


def _gone_error(field: BoundField, words: str) -> ValidationError:
    """Not again when the form is sent without it: by then it was read."""
    text = _(
        "The field “%(field)s” was taken away meanwhile, so what you entered there cannot be saved. Copy it if you"
        " need it, then press the button once more: “%(text)s”"
    )
    return ValidationError(text % {"field": field.label, "text": words}, code="gone")
