"""What is built from field specs: forms, filter sets and tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import django_filters
import django_tables2 as tables
import structlog
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BoundField
from django.utils.translation import gettext as _

from crm.events.selectors import last_change
from crm.fields.gone import gone_fields
from crm.fields.kinds.choice import RowField
from crm.fields.kinds.lookup import LookupField
from crm.fields.spec import FieldSpec
from crm.ui.seen import Change, SeenForm
from crm.users.models import Membership

logger = structlog.get_logger(__name__)


class RecordForm(SeenForm):
    """A form over field specs. ``values()`` gives what the person changed, by spec name, as clean Python values.

    Of a ``record`` it tells what others have changed meanwhile.
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
    ) -> None:
        self.specs = specs
        self.record = record
        self.actor = actor
        self.type_key = type_key  # whose fields they are
        values = dict(initial or {})
        if record is not None:
            values = {spec.name: spec.kind.initial(spec, record) for spec in specs} | values
        super().__init__(data=data, initial=values, auto_id="id_%s")
        for spec in specs:
            field = spec.kind.form_field(spec, actor)
            field.label = spec.label
            field.help_text = spec.help
            field.wide = spec.kind.wide  # type: ignore[attr-defined]
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


class SpecFilter(django_filters.Filter):
    """One ``field__operator`` of a filter set."""

    field_class = forms.Field  # the values come as a list: one may hold any character

    def __init__(self, spec: FieldSpec, operator: str) -> None:
        super().__init__(field_name=spec.name, label=spec.label, required=False)
        self.spec = spec
        self.operator = operator
        self.parameter = f"{spec.name}__{operator}"

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        try:
            return qs.filter(self.spec.kind.filter(self.spec, self.operator, value, self.parent.actor))
        except ValidationError as error:
            self.parent.unreadable[self.parameter] = " ".join(error.messages)
        except Exception:  # a view that a colleague saved must not take the list from everybody
            logger.exception("filter_broke", field=self.spec.name, operator=self.operator)
            self.parent.unreadable[self.parameter] = _("Its value cannot be read.")
        return qs


class SpecFilterSet(django_filters.FilterSet):
    """Leaves out what cannot be read: ``unreadable`` says why, by parameter, once ``qs`` was asked for."""

    def __init__(self, data: Any, queryset: QuerySet, *, actor: Membership) -> None:
        self.actor = actor
        self.unreadable: dict[str, str] = {}
        super().__init__(data=data, queryset=queryset)


@lru_cache(maxsize=512)
def filterset_class(filters: tuple[tuple[FieldSpec, str], ...]) -> type[SpecFilterSet]:
    """The filter set of exactly these fields and operators: a list uses few, and each one costs."""
    members = {f"{spec.name}__{operator}": SpecFilter(spec, operator) for spec, operator in filters}
    return type("RecordFilterSet", (SpecFilterSet,), members)


class SpecColumn(tables.Column):
    """A column whose cell is the kind's own HTML: no template and no accessor per cell."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(verbose_name=spec.label, orderable=spec.kind.sortable, order_by=spec.kind.order(spec))
        self.spec = spec


@lru_cache(maxsize=512)
def table_class(specs: tuple[FieldSpec, ...]) -> type[tables.Table]:
    """The table with these columns."""
    return type("RecordTable", (tables.Table,), {spec.name: SpecColumn(spec) for spec in specs})
