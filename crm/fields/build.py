"""What is built from field specs: filter sets and tables."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import django_filters
import django_tables2 as tables
import structlog
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.fields.spec import FieldSpec
from crm.users.models import Membership

logger = structlog.get_logger(__name__)


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
