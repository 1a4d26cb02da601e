"""Conditions as a filter set of django-filter: its form reads and validates them, its query set is what passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import lru_cache
from typing import Any

import django_filters
import structlog
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.fields.spec import FieldSpec
from crm.queries.address import placed
from crm.queries.condition import Condition, Part, joined
from crm.users.models import Membership

logger = structlog.get_logger(__name__)


class ConditionField(forms.Field):
    """Cleans the values of a condition to its ``Q``."""

    def __init__(self, spec: FieldSpec, operator: str, actor: Membership) -> None:
        super().__init__(label=spec.label, required=False)
        self.spec = spec
        self.operator = operator
        self.actor = actor

    def clean(self, value: Any) -> Q:
        try:
            return self.spec.kind.q(self.spec, self.operator, value, self.actor)
        except ValidationError:
            raise
        except Exception as error:  # a view that a colleague saved must not take the list from everybody
            logger.exception("filter_broke", field=self.spec.name, operator=self.operator)
            raise ValidationError(_("Its value cannot be read.")) from error


class ConditionFilter(django_filters.Filter):
    """One condition of a filter set, under its parameter in an address."""

    def __init__(self, spec: FieldSpec, operator: str) -> None:
        super().__init__(field_name=spec.name, label=spec.label)
        self.spec = spec
        self.operator = operator

    def __deepcopy__(self, memo: Any) -> ConditionFilter:  # each set has its own; the field's declaration is shared
        return copy(self)

    @property
    def field(self) -> ConditionField:
        return ConditionField(self.spec, self.operator, self.parent.actor)


class ConditionFilterSet(django_filters.FilterSet):
    """What of ``queryset`` passes the ``parts``; ``errors`` says by parameter what cannot be read, and is left out."""

    def __init__(self, data: Any, queryset: QuerySet, *, parts: tuple[Part, ...], actor: Membership) -> None:
        self.parts = parts
        self.actor = actor
        super().__init__(data=data, queryset=queryset)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        names = (name for name, _condition in placed(self.parts))
        for part in self.parts:
            its = [next(names) for _leaf in part.leaves]
            if not (condition := _combined(part, iter(its), self.form.cleaned_data)):
                continue
            try:
                queryset = queryset.filter(condition)
            except Exception:  # as above: a column that there is not is known here only
                logger.exception("filter_broke", parameters=its)
                for name in its:
                    self.form.add_error(name, _("Its value cannot be read."))
        return queryset


def _combined(part: Part, names: Iterator[str], read: Mapping[str, Q]) -> Q | None:
    """``part``, whose conditions have the next of ``names``, as one of what could be read; None: nothing could."""
    if isinstance(part, Condition):
        return read.get(next(names))
    found = [one for each in part.parts if (one := _combined(each, names, read)) is not None]
    return joined(part.how, found) if found else None


@lru_cache(maxsize=512)
def _class_of(filters: tuple[tuple[str, FieldSpec, str], ...]) -> type[ConditionFilterSet]:
    """The filter set of exactly these parameters: making one takes longer than asking it."""
    members = {name: ConditionFilter(spec, operator) for name, spec, operator in filters}
    return type("ConditionFilterSet", (ConditionFilterSet,), members)


def passing(
    record_type: RecordType, queryset: QuerySet, parts: Iterable[Part], actor: Membership
) -> tuple[QuerySet, dict[Condition, str]]:
    """Return those of ``queryset`` that pass the ``parts`` that can be read; and the other conditions, each with why.

    In a group that holds by any of its conditions one that cannot be read holds for nothing.
    """
    parts = tuple(parts)
    if not parts:
        return queryset, {}
    places = list(placed(parts))
    faults = {one: fault for _name, one in places if (fault := one.fault(record_type))}
    asked = [(name, one) for name, one in places if one not in faults]
    filters = tuple((name, record_type.spec(one.field), one.operator) for name, one in asked)
    data = {name: list(one.values) or ["yes"] for name, one in asked}
    filter_set = _class_of(filters)(data, queryset, parts=parts, actor=actor)
    found = filter_set.qs
    by_name = dict(asked)
    for name, reasons in filter_set.errors.get_json_data().items():
        faults[by_name[name]] = " ".join(reason["message"] for reason in reasons)
    return found, faults
