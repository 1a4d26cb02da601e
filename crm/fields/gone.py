"""Own fields that the workspace no longer has, as they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from crm.events.models import Event
from crm.fields.custom.selectors import fields_named
from crm.fields.events import DELETED
from crm.fields.kinds.custom import spec_of
from crm.fields.models import NAME_PREFIX, CustomField, FieldKind
from crm.fields.spec import FieldSpec
from crm.tenants.memo import memo


def specs_that_were(names: Iterable[str], type_key: str) -> Iterator[FieldSpec]:
    """The own fields of those names, as they are or were: those that were taken away too."""
    for name in names:
        if name.startswith(NAME_PREFIX):
            own = next(iter((*fields_named(name, type_key), *_deleted(name, type_key))), None)
            if own is not None:
                yield spec_of(own)


def _deleted(name: str, type_key: str) -> Iterator[CustomField]:
    key = name.removeprefix(NAME_PREFIX)
    for data in _deletions(type_key).get(key, ()):
        if data.get("kind") in FieldKind.values:
            yield CustomField(record_type=type_key, key=key, label=data["label"], kind=data["kind"])


@memo("fields.deleted")
def _deletions(type_key: str) -> dict[str, list[dict[str, Any]]]:
    """What is known of the own fields that were deleted, by key, the latest first.

    One statement a request: an address may ask for hundreds.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    events = Event.objects.filter(record_type="", name=DELETED.name, data__type=type_key)
    for data in events.order_by("-at").values_list("data", flat=True):
        found.setdefault(data.get("key", ""), []).append(data)
    return found
