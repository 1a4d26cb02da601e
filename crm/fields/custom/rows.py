"""The typed rows beside ``record.custom``, by which lists find custom values and tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, connection
from django.db.models import F, Func, JSONField, TextField, Value
from django.db.models.functions import Cast
from psycopg.errors import ForeignKeyViolation

from crm.fields.custom.selectors import custom_fields, field_of_picklist
from crm.fields.kinds.custom import stored_kind
from crm.fields.models import CustomField, CustomValue, TagLink
from crm.fields.tags import TAGS_KEY, tag_by_id
from crm.fields.targets import model_of
from crm.ground.writes import are_collected, insert_many
from crm.picklists.models import Choice
from crm.picklists.usage import Entry, follow_replacement

BATCH = 500


def changed_keys(before: dict[str, Any], after: dict[str, Any]) -> frozenset[str]:
    """Return the keys under which two states of ``record.custom`` differ."""
    return frozenset(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def merge_custom(record: Any, keys: Set[str]) -> None:
    """Bring ``record.custom`` up to date but for ``keys``, and hold the record until the transaction ends.

    All values are one column: without this, two who change different fields of a record at once would lose one.
    """
    rows = type(record).all_objects.select_for_update(of=("self",), no_key=True).filter(pk=record.pk)
    now = rows.values_list("custom", flat=True).first()
    if now is not None:
        kept = {key: value for key, value in now.items() if key not in keys}
        record.custom = kept | {key: record.custom[key] for key in keys if key in record.custom}


def hold_fields(fields: Sequence[CustomField]) -> None:
    """Keep ``fields`` from being deleted until the transaction ends.

    One that is gone already raises what a foreign key does: values without rows have none.
    """
    ids = [field.pk for field in fields if not field._state.adding]
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id FROM "{CustomField._meta.db_table}" WHERE id = ANY(%s) FOR KEY SHARE', [ids])
        if len(cursor.fetchall()) < len(ids):
            raise IntegrityError("An own field was deleted.") from ForeignKeyViolation()


def _hold_without_rows(record: Any, keys: Set[str]) -> None:
    if are_collected():
        return  # an import holds the fields of its columns
    own = custom_fields(record.type_key, active_only=False)
    hold_fields([one for one in own if not one.keeps_rows and one.key in keys & record.custom.keys()])


def insert_rows(record: Any) -> None:
    """Write the rows of a new record."""
    if record.custom:
        _hold_without_rows(record, record.custom.keys())
        _insert([record], record.type_key)


def replace_rows(record: Any, keys: Set[str]) -> None:
    """Bring the rows of what stands under ``keys`` in line with ``record.custom``, whoever has written that."""
    _hold_without_rows(record, keys)
    fields = [field for field in _with_rows(record.type_key) if field.key in keys]
    if fields:
        CustomValue.objects.filter(record_id=record.pk, field__in=fields).delete()
    if TAGS_KEY in keys:
        TagLink.objects.filter(record_id=record.pk).delete()
    _insert([record], record.type_key, keys)


def fill_rows(field: CustomField) -> int:
    """Write the rows of all records for ``field``, which so far kept none; return how many there are.

    Each batch of records is held, so that nobody writes a value between its being read and its row.
    """
    CustomValue.objects.filter(field=field).delete()
    records = model_of(field.record_type).all_objects.filter(custom__has_key=field.key).order_by("pk")
    last, count = None, 0
    while True:
        batch = records.filter(pk__gt=last) if last else records
        rows = list(batch.select_for_update(of=("self",)).only("custom")[:BATCH])
        if not rows:
            return count
        insert_many(CustomValue, [row for record in rows for row in _values(record, [field])])
        last, count = rows[-1].pk, count + len(rows)


def _insert(records: Iterable[Any], type_key: str, keys: Set[str] | None = None) -> None:
    fields = [field for field in _with_rows(type_key) if keys is None or field.key in keys]
    values = [row for record in records for row in _values(record, fields)]
    if values:
        insert_many(CustomValue, values)
    if keys is None or TAGS_KEY in keys:
        links = [link for record in records for link in _links(record, type_key)]
        if links:
            insert_many(TagLink, links)


def _with_rows(type_key: str) -> list[CustomField]:
    """The fields whose values have rows; one that is not made yet cannot be pointed at."""
    fields = custom_fields(type_key, active_only=False)
    return [field for field in fields if field.keeps_rows and not field._state.adding]


def _values(record: Any, fields: Iterable[CustomField]) -> Iterator[CustomValue]:
    for field in fields:
        kept = record.custom.get(field.key)
        if kept is not None:
            yield CustomValue(field_id=field.pk, record_id=record.pk, **stored_kind(field).typed_row(kept))


def _links(record: Any, type_key: str) -> Iterator[TagLink]:
    for tag_id in record.custom.get(TAGS_KEY, ()):
        if tag_by_id(tag_id) is not None:
            yield TagLink(tag_id=UUID(tag_id), record_type=type_key, record_id=record.pk)


@follow_replacement
def follow_choice(entry: Entry, replacement: Entry) -> None:
    """Put the replacement of a deleted choice into the JSON of the records that have it; their rows are moved too."""
    field = field_of_picklist(entry.picklist) if isinstance(entry, Choice) else None
    if field is None:
        return
    holders = CustomValue.objects.filter(field=field, v_choice=entry.pk).values("record_id")
    path = Cast(Value([field.key]), ArrayField(TextField()))
    custom = Func(F("custom"), path, Value(str(replacement.pk), JSONField()), function="jsonb_set")
    model_of(field.record_type).all_objects.filter(pk__in=holders).update(custom=custom)


def strip_values(field: CustomField) -> int:
    """Take the values of ``field`` off all records, with their rows; return how many records had one."""
    CustomValue.objects.filter(field=field).delete()
    custom = Func(F("custom"), Value(field.key, TextField()), template="(%(expressions)s)", arg_joiner=" - ")
    return model_of(field.record_type).all_objects.filter(custom__has_key=field.key).update(custom=custom)
