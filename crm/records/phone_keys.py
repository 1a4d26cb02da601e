"""Bringing the keys of phone numbers in line with the workspace's country, by which numbers without a code are read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crm.fields.custom.rows import replace_rows
from crm.fields.custom.selectors import custom_fields
from crm.fields.kinds import Phone
from crm.records.registry import record_types
from crm.records.types import RecordType
from crm.tenants.bulk import atomic
from crm.tenants.context import current_tenant
from crm.tenants.regions import ELSEWHERE, phone_region
from crm.tenants.text import phone_key
from crm.tenants.workspace_settings import change_setting

READ_AS = "phone_keys_read_as"  # the country that the keys which are kept were made for; absent: ELSEWHERE
BATCH = 1000


def are_stale() -> bool:
    """Whether the workspace's settings have come to mean another country than its keys were made for."""
    return current_tenant().settings.get(READ_AS, ELSEWHERE) != phone_region()


@atomic
def remake_some(place: tuple[int, str]) -> tuple[int, str] | None:
    """Remake the keys of some records from ``place`` on (a record type, the id before); return where to go on."""
    number, after = place
    types = record_types()
    if number >= len(types):
        change_setting(READ_AS, phone_region())
        return None
    last = _remake(types[number], UUID(after) if after else None)
    return (number, str(last)) if last else (number + 1, "")


def _remake(record_type: RecordType, after: UUID | None) -> UUID | None:
    keys = {spec.column: spec.kind.key for spec in record_type.fields if isinstance(spec.kind, Phone)}
    own = frozenset(field.key for field in custom_fields(record_type.key, active_only=False) if field.kind == "phone")
    if not keys and not own:
        return None
    rows = record_type.model.all_objects.select_for_update(no_key=True).order_by("pk")
    found: list[Any] = list((rows.filter(pk__gt=after) if after else rows)[:BATCH])
    changed = []
    for record in found:
        new = {key: phone_key(getattr(record, column)) for column, key in keys.items()}
        if any(getattr(record, name) != key for name, key in new.items()):
            vars(record).update(new)
            changed.append(record)
        if own & record.custom.keys():
            replace_rows(record, own & record.custom.keys())
    if changed:
        record_type.model.all_objects.bulk_update(changed, sorted(keys.values()))
    return found[-1].pk if len(found) == BATCH else None
