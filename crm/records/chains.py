"""Records of one type above one another: accounts and their parents, contacts and whom they report to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection

from crm.catalogue.types import RecordType
from crm.fields.kinds import Lookup
from crm.tenants.locks import wait_for_turn

MOST_BELOW = 2_000


def refuse_circle(record: Any, name: str, values: dict[str, Any], *, circle: str) -> None:
    """Raise ``ValidationError`` at the field ``name`` with the text ``circle`` (``%(name)s``: the one chosen) when
    ``values`` would put ``record`` below one that stands below it.

    A link that stays as it is is not looked at. Who changes one waits for whoever else does in this workspace: else two
    at once would make the circle together.
    """
    chosen = values.get(name)
    if chosen is None or chosen.pk == getattr(record, f"{name}_id"):
        return
    table, column = record._meta.db_table, record._meta.get_field(name).column
    wait_for_turn(f"{table}.{column}")
    with connection.cursor() as cursor:
        cursor.execute(
            f'WITH RECURSIVE above(id, next) AS (SELECT id, "{column}" FROM "{table}" WHERE id = %s'
            f' UNION SELECT one.id, one."{column}" FROM "{table}" one JOIN above ON one.id = above.next)'
            " SELECT 1 FROM above WHERE id = %s",
            [chosen.pk, record.pk],
        )
        is_circle = cursor.fetchone() is not None
    if is_circle or chosen.pk == record.pk:
        raise ValidationError({name: circle % {"name": chosen.name}})


def at_or_below(record_type: RecordType, record_id: UUID) -> set[UUID]:
    """Return the ids of the record and of those that stand below it by any field: it can have none of them above."""
    fields = [
        spec.column for spec in record_type.fields if isinstance(spec.kind, Lookup) and spec.kind.key == record_type.key
    ]
    found = {record_id}
    for field in fields:
        level = {record_id}
        while level and len(found) < MOST_BELOW:
            rows = record_type.model.all_objects.filter(**{f"{field}__in": level})
            level = set(rows.values_list("pk", flat=True)[:MOST_BELOW]) - found
            found |= level
    return found
