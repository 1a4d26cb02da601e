"""What a conversion wrote, row by row and as JSON, so that it can be taken back exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Field, ForeignKey

from crm import catalogue
from crm.fields.custom.rows import replace_rows
from crm.fields.custom.selectors import custom_fields
from crm.fields.kinds.custom import stored_kind
from crm.fields.tags import TAGS_KEY
from crm.records.models import RecordModel, TextKey
from crm.records.services import fill_text_keys
from crm.tenants.models import TenantModel

_NEVER = ("id", "tenant_id")
# Every own field and every tag counts as a column of its own, so that a change of one is not a change of another.
CUSTOM = "custom."
TAG = f"{CUSTOM}{TAGS_KEY}."
# These go on by themselves, and are nothing that somebody has built.
TIMES = ("updated_at", "last_activity_at", "first_contacted_at", "last_contacted_at")


def columns(row: TenantModel) -> dict[str, Any]:
    """Return the row's columns as JSON values, the empty ones left out."""
    return _kept({field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields})


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    plain = {name: _plain(value) for name, value in values.items() if name not in (*_NEVER, "custom")}
    plain |= _custom_columns(values.get("custom") or {})
    return {name: value for name, value in plain.items() if value not in (None, "", {})}


def _custom_columns(custom: dict[str, Any]) -> dict[str, Any]:
    own = {f"{CUSTOM}{key}": value for key, value in custom.items() if key != TAGS_KEY}
    return own | {f"{TAG}{tag_id}": True for tag_id in custom.get(TAGS_KEY, ())}


def _plain(value: Any) -> Any:
    # Not DjangoJSONEncoder: it cuts a time's microseconds off, and then nothing would be *exactly* as before.
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _value(field: Field, plain: Any) -> Any:
    """Return what ``columns`` wrote as the Python value that ``field`` holds."""
    if plain is not None:
        return field.to_python(plain)
    if field.null:
        return None
    return {} if field.get_internal_type() == "JSONField" else ""


class ChangeSet:
    """Collects the rows of one conversion: ``watch`` before a row is changed, ``add`` what was made."""

    def __init__(self) -> None:
        self._watched: list[tuple[TenantModel, dict[str, Any]]] = []
        self._made: list[TenantModel] = []
        self._entries: list[dict[str, Any]] = []

    def watch(self, row: TenantModel) -> None:
        """Remember ``row`` as it is now."""
        self._watched.append((row, columns(row)))

    def add(self, row: TenantModel) -> None:
        """Take in a record that the conversion inserted, and may still change."""
        self._made.append(row)

    def add_all(self, rows: Iterable[TenantModel]) -> None:
        """Take in rows that the conversion inserted, as they are."""
        self._entries += [_entry(row, created=True, before={}, after=columns(row)) for row in rows]

    def as_json(self) -> list[dict[str, Any]]:
        """Read the records once more and return what became of it: the value of ``Conversion.changes``."""
        entries = [*self._entries]
        for row in self._made:
            entries.append(_entry(row, created=True, before={}, after=_read(row)))
        for row, was in self._watched:
            now = _read(row)
            names = sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
            if names:
                before = {name: was.get(name) for name in names}
                after = {name: now.get(name) for name in names}
                entries.append(_entry(row, created=False, before=before, after=after))
        return entries


def _read(row: TenantModel) -> dict[str, Any]:
    """The row's columns as the database has them: services may have written it through another object."""
    if row._state.adding:  # it is kept back, and only here
        return columns(row)
    rows: Any = type(row)._base_manager.filter(pk=row.pk).values()
    return _kept(rows.get())


def _entry(row: TenantModel, *, created: bool, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {"model": row._meta.label_lower, "id": str(row.pk), "created": created, "before": before, "after": after}


# Columns that follow from others.
_FOLLOWING = frozenset(
    {"sort_name", "name_key", "company_key", "email_key", "email_domain", "phone_key", "mobile_key", "domain"}
)


@lru_cache
def derived(model: type[TenantModel]) -> frozenset[str]:
    """The columns that follow from others: they have changed only when those have."""
    return _FOLLOWING | {field.attname for field in model._meta.concrete_fields if isinstance(field, TextKey)}


def model_of(entry: dict[str, Any]) -> type[TenantModel]:
    return apps.get_model(entry["model"])


def row_of(entry: dict[str, Any]) -> TenantModel | None:
    """Return the row that ``entry`` is about as it is now, also from the recycle bin; None when it is gone."""
    return model_of(entry)._base_manager.filter(pk=entry["id"]).first()


def changed_since(entry: dict[str, Any], row: TenantModel) -> list[str]:
    """Return the columns of ``entry`` that no longer hold what the conversion wrote.

    Those of own fields that have been deleted since are nothing that somebody has built.
    """
    now = columns(row)
    names = (now.keys() | entry["after"].keys() if entry["created"] else entry["after"].keys()) - derived(type(row))
    differing = {name for name in names if now.get(name) != entry["after"].get(name)}
    return sorted(differing - _gone(row, differing))


def _gone(row: TenantModel, names: Iterable[str]) -> set[str]:
    own = {name for name in names if name.startswith(CUSTOM) and not name.startswith(TAG)}
    if not own:
        return set()
    return own - {f"{CUSTOM}{field.key}" for field in custom_fields(row.type_key, active_only=False)}


def restore(entry: dict[str, Any], row: Any) -> None:
    """Give the changed columns of ``row``, which must be locked, back the values that they had before.

    A choice that has been deleted since leaves its column empty, or as it is where that may not be.
    """
    fields = {field.attname: field for field in row._meta.concrete_fields}
    before = {name: plain for name, plain in entry["before"].items() if name in fields}
    values = {name: _value(fields[name], plain) for name, plain in before.items()}
    lost = {name for name, value in values.items() if _is_lost(fields[name], value)}
    values = {name: None if name in lost else value for name, value in values.items()}
    values = {name: value for name, value in values.items() if name not in lost or fields[name].null}
    own = {name: plain for name, plain in entry["before"].items() if name.startswith(CUSTOM)}
    if own:
        values["custom"] = _restored_custom(row, own)
    for name, value in values.items():
        setattr(row, name, value)
    if isinstance(row, RecordModel):  # the keys may have been kept when they were made otherwise, or not yet
        fill_text_keys(catalogue.type_of(row), row)
        keys = ("sort_name", *(name for name, field in fields.items() if isinstance(field, TextKey)))
        values |= {name: getattr(row, name) for name in keys}
    type(row)._base_manager.filter(pk=row.pk).update(**values)
    row.refresh_from_db()
    if own:
        replace_rows(row, {_key(name) for name in own})


def _is_lost(field: Field, value: Any) -> bool:
    """Whether ``value`` points at a row that is no more."""
    if value is None or not isinstance(field, ForeignKey):
        return False
    return not field.related_model._base_manager.filter(pk=value).exists()


def _key(name: str) -> str:
    return TAGS_KEY if name.startswith(TAG) else name.removeprefix(CUSTOM)


def _restored_custom(row: Any, own: dict[str, Any]) -> dict[str, Any]:
    """The row's custom values with those of ``own`` as they were, as far as their fields and choices still exist."""
    custom = dict(row.custom)
    fields = {field.key: field for field in custom_fields(row.type_key, active_only=False)}
    tags = set(custom.pop(TAGS_KEY, ()))
    for name, plain in own.items():
        key = _key(name)
        if key == TAGS_KEY:
            tag_id = name.removeprefix(TAG)
            tags = tags | {tag_id} if plain else tags - {tag_id}
        else:
            custom.pop(key, None)
            if plain is not None and key in fields and stored_kind(fields[key]).read_kept(plain) is not None:
                custom[key] = plain
    return custom | {TAGS_KEY: sorted(tags)} if tags else custom


def entries_of(changes: list[dict[str, Any]], *, created: bool) -> Iterator[dict[str, Any]]:
    return (entry for entry in changes if entry["created"] is created)
