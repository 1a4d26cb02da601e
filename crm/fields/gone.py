"""Own fields that the workspace no longer has, as they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crm.events.selectors import deleted_fields
from crm.fields.custom.selectors import fields_named
from crm.fields.kinds.custom import spec_of
from crm.fields.models import NAME_PREFIX, CustomField, FieldKind
from crm.fields.spec import FieldSpec


def specs_that_were(names: Iterable[str], type_key: str) -> Iterator[FieldSpec]:
    """The own fields of those names, as they are or were: those that were taken away too."""
    for name in names:
        if name.startswith(NAME_PREFIX):
            own = next(iter((*fields_named(name, type_key), *_deleted(name, type_key))), None)
            if own is not None:
                yield spec_of(own)


def _deleted(name: str, type_key: str) -> Iterator[CustomField]:
    key = name.removeprefix(NAME_PREFIX)
    for data in deleted_fields(type_key).get(key, ()):
        if data.get("kind") in FieldKind.values:
            yield CustomField(record_type=type_key, key=key, label=data["label"], kind=data["kind"])
