"""The workspace's own fields.

Every page asks for them and they hardly ever change, so a process keeps them, and knows by a word in the tenant's row,
which each request reads anyway, whether what it keeps still holds. What comes back is shared: change it through the
services only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from uuid import UUID, uuid4

from crm.fields.kinds.custom import spec_of
from crm.fields.models import NAME_PREFIX, CustomField, CustomValue
from crm.fields.spec import FieldSpec
from crm.fields.targets import model_of
from crm.picklists.lists import CUSTOM_PREFIX
from crm.tenants.context import current_tenant_id
from crm.tenants.memo import forget, memo
from crm.tenants.stored import SETTINGS, Maybe, State, Stored, Word, keep_all

_KEY = "own_fields"
STATE: State[str | None] = State(_KEY, Maybe(Word()), None)  # another word after every change of a field
# Where processes of the release before read and write it. They may be at work beside this one until all are restarted;
# the release after this one does without.
STATE_BEFORE: Stored[str | None] = Stored(_KEY, Maybe(Word()), None, SETTINGS)


_not_made_yet: ContextVar[tuple[CustomField, ...]] = ContextVar("not_made_yet", default=())


@contextmanager
def as_if_made(fields: Sequence[CustomField]) -> Iterator[None]:
    """Take ``fields``, which nobody has saved, for fields of the workspace: to try what will be written into them.

    They have no typed rows. Those of an outer ``as_if_made`` are not there meanwhile.
    """
    before = _not_made_yet.set(tuple(fields))
    forget("fields.")
    try:
        yield
    finally:
        _not_made_yet.reset(before)
        forget("fields.")


def custom_fields(type_key: str, active_only: bool = True) -> list[CustomField]:
    """Return the workspace's own fields of the record type in their order."""
    rows = [field for field in _all_fields() if field.record_type == type_key]
    return [field for field in rows if field.is_active] if active_only else rows


def custom_specs(type_key: str) -> tuple[FieldSpec, ...]:
    """Return the same, the active ones, as what forms, lists and files are built from."""
    return tuple(_specs(type_key).values())


def custom_spec(type_key: str, name: str) -> FieldSpec | None:
    """Return the active field of the standard name ``name``; None when there is none."""
    return _specs(type_key).get(name) if name.startswith(NAME_PREFIX) else None


def custom_labels(type_key: str) -> dict[str, str]:
    """Return what all fields, inactive ones too, are called, by standard name: history names them for ever."""
    return {field.name: field.label for field in custom_fields(type_key, active_only=False)}


def field_of_picklist(picklist: str) -> CustomField | None:
    """Return the choice field whose list has that key."""
    if not picklist.startswith(CUSTOM_PREFIX):
        return None
    return next((field for field in _all_fields() if field.kind == "choice" and field.picklist == picklist), None)


def field_by_id(field_id: UUID) -> CustomField | None:
    return next((field for field in _all_fields() if field.pk == field_id), None)


def fields_named(name: str, type_key: str = "") -> list[CustomField]:
    """Return the fields of the standard name ``name``, inactive ones too; ``type_key`` "": of any record type."""
    return [one for one in _all_fields() if one.name == name and type_key in ("", one.record_type)]


def records_with(field: CustomField) -> int:
    """Return how many records, deleted ones too, have a value in ``field``."""
    if field.keeps_rows and field.is_indexed:
        return CustomValue.objects.filter(field=field).count()
    return model_of(field.record_type).all_objects.filter(custom__has_key=field.key).count()


def fields_changed() -> None:
    """Have everybody read the fields anew."""
    forget("fields.")
    word = uuid4().hex
    keep_all({STATE: word, STATE_BEFORE: word})


def _all_fields() -> tuple[CustomField, ...]:
    words = (STATE.value(), STATE_BEFORE.value())
    made = _read(current_tenant_id(), words) if any(words) else ()  # without a word there are no fields
    return (*made, *_not_made_yet.get())


@lru_cache(maxsize=256)
def _read(tenant_id: UUID, words: tuple[str | None, ...]) -> tuple[CustomField, ...]:
    return tuple(CustomField.objects.order_by("order", "id"))


@memo("fields.specs")
def _specs(type_key: str) -> dict[str, FieldSpec]:
    return {field.name: spec_of(field) for field in custom_fields(type_key)}
