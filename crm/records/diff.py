"""What changed between two states of a record, as events keep it."""

from __future__ import annotations

from typing import Any

from crm.fields.spec import FieldSpec


def snapshot(specs: tuple[FieldSpec, ...], record: Any) -> dict[str, Any]:
    """The JSON value of each field."""
    return {spec.name: spec.kind.history(spec.value(record)) for spec in specs if spec.kind.in_history}


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """``{field: [old, new]}`` of the fields that differ. A choice or person is the same when its id is."""
    return {name: [before[name], after[name]] for name in after if identity(before[name]) != identity(after[name])}


def filled(specs: tuple[FieldSpec, ...], record: Any) -> dict[str, list[Any]]:
    """The changes that make a new record."""
    made = {}
    for spec in specs:
        if not spec.kind.in_history:
            continue
        value = spec.kind.value(spec, record)
        if not _is_empty(value) and not _is_empty(value := spec.kind.history(value)):
            made[spec.name] = [None, value]
    return made


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value == ""  # 0 is a value


def identity(value: Any) -> Any:
    """By which two JSON values are the same: a choice, person or record by its id."""
    if isinstance(value, dict) and "id" in value:
        return value["id"]
    return "" if value is None else value
