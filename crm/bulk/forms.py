"""What an action asks once for all records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from crm.bulk.models import BulkRun
from crm.catalogue.actions import BulkAction
from crm.fields import kinds
from crm.fields.look.choice import RowField
from crm.fields.look.forms import RecordForm
from crm.fields.spec import FieldSpec
from crm.users.models import Membership

PREFIX = "to"  # keeps the fields apart from what names the rows
CLEAR = "_clear"  # after a field's name: whether to clear it
FLAGS = {"yes": _lazy("Yes"), "no": _lazy("No")}


class BulkForm(RecordForm):
    """What is not chosen is asked again: nothing is emptied or switched off by a field that nobody has touched.

    Where ``clears``, the fields can be cleared, by saying so.
    """

    def __init__(self, specs: Sequence[FieldSpec], *, clears: bool, **options: Any) -> None:
        super().__init__(specs, **options)
        self.clears = clears
        for spec in specs:
            field = self.fields[spec.name]
            if isinstance(field, RowField) and (clears or field.required):
                nothing = _("Nobody") if isinstance(spec.kind, kinds.Person) else _("Clear the field")
                field.ask("" if spec.required else nothing)
            elif clears:
                self._ask(spec, field)

    def _ask(self, spec: FieldSpec, field: forms.Field) -> None:
        name = spec.name
        if isinstance(spec.kind, kinds.Flag | kinds.Fixed):
            words = FLAGS if isinstance(spec.kind, kinds.Flag) else spec.kind.labels
            choices = [("", _("Choose…")), *words.items()]
            self.fields[name] = forms.ChoiceField(choices=choices, label=field.label, help_text=field.help_text)
            return
        if not spec.required:
            self.fields[f"{name}{CLEAR}"] = forms.BooleanField(required=False, label=_("Clear the field"))
        field.required = True

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for spec in self.specs if self.clears else ():
            if isinstance(spec.kind, kinds.Flag) and spec.name in values:
                values[spec.name] = values[spec.name] == "yes"
            if not values.pop(f"{spec.name}{CLEAR}", False):
                continue
            if spec.name in values:
                self.add_error(spec.name, _("Either fill it in or clear it, not both."))
            elif self.has_error(spec.name, "required"):
                del self.errors[spec.name]
                values[spec.name] = None
        return values


def ask(action: BulkAction, actor: Membership, data: QueryDict | None = None) -> RecordForm:
    """The form of ``action``; ``data`` is what it sent."""
    specs, clears = action.asks(actor), bool(action.cleared)
    withheld = action.withheld(actor)
    form = BulkForm(specs, clears=clears, actor=actor, data=data, initial=action.initial(), withheld=withheld)
    form.prefix = PREFIX
    return form


def kept(data: QueryDict) -> dict[str, list[str]]:
    """What of ``data`` belongs to the action's form, for ``BulkRun.data``."""
    return {name: data.getlist(name) for name in data if name.startswith(f"{PREFIX}-")}


def values_of(run: BulkRun, action: BulkAction, actor: Membership) -> dict[str, Any]:
    """Read again what the form sent; raise ``ValidationError`` for what has ceased to be a choice since."""
    data = QueryDict(mutable=True)
    for name, values in run.data.items():
        data.setlist(name, values)
    form = ask(action, actor, data)
    if not form.is_valid():
        told = {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}
        what = "; ".join(f"{form[name].label}: {text}" if name in form.fields else text for name, text in told.items())
        raise ValidationError(_("What was asked for is no longer possible: %(what)s") % {"what": what})
    return form.values()
