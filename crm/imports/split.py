"""Columns that are of one field or another, row by row: a closing date is a plan until it has come true."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.catalogue.files import SplitColumn
from crm.catalogue.types import RecordType
from crm.fields.spec import FieldSpec
from crm.ui import format


def split_of(record_type: RecordType, name: str) -> SplitColumn | None:
    return next((one for one in record_type.splits if one.spec.name == name), None)


def column_spec(record_type: RecordType, name: str) -> FieldSpec | None:
    """What a column of the name holds, if its cells are values of the record itself."""
    if record_type.has(name):
        return record_type.spec(name)
    split = split_of(record_type, name)
    return split.spec if split else None


def place(record_type: RecordType, values: dict[str, Any], split: SplitColumn, value: Any, by: Any) -> None:
    """Put the value where it belongs; raise ``ValidationError`` where another column says something else."""
    name = split.into(by)
    if values.get(name) not in (None, value):
        label = record_type.spec(name).label
        raise ValidationError(
            {name: _("Two columns say different things of this row’s “%(field)s”.") % {"field": label}}
        )
    values[name] = value


def not_placed(record_type: RecordType, split: SplitColumn, day: date, by: Any) -> str:
    """What to say of a day that belongs nowhere."""
    words = {"column": split.spec.label, "day": format.date(day), "field": record_type.spec(split.by).label, "by": by}
    return _("“%(column)s” %(day)s was not taken: %(field)s is %(by)s.") % words


def one_field_each(record_type: RecordType, mapping: list[str]) -> list[str]:
    """``mapping`` with no split column where another one has one of its fields already: then it is the other."""
    for split in record_type.splits:
        if split.spec.name in mapping:
            left = [name for name in split.fields if name not in mapping]
            if len(left) < len(split.fields):
                mapping = [(left or [""])[0] if name == split.spec.name else name for name in mapping]
    return mapping
