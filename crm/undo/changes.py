"""What an act wrote, row by row, and giving a row back the columns that it had before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Field, ForeignKey, Model
from django.utils import timezone

from crm import catalogue
from crm.fields.custom.rows import replace_rows
from crm.fields.custom.selectors import custom_fields
from crm.fields.kinds.custom import stored_kind
from crm.fields.tags import TAGS_KEY
from crm.ground.writes import at_the_end, write_columns
from crm.records.models import RecordModel, TextKey
from crm.records.services import fill_text_keys
from crm.tenants.models import TenantModel
from crm.tenants.wall import tenant_models
from crm.undo.models import Change

DAYS_KEPT = 30
_NEVER = ("id", "tenant_id")
# Every own field and every tag counts as a column of its own, so that a change of one is not a change of another.
CUSTOM = "custom."
TAG = f"{CUSTOM}{TAGS_KEY}."
# These go on by themselves, and are nothing that somebody has built.
TIMES = ("updated_at", "last_activity_at", "first_contacted_at", "last_contacted_at", "reminded_at")


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


@dataclass(frozen=True)
class Entry:
    """What an act made of one row; ``before`` and ``after`` have its columns as JSON, own fields and tags singly.

    Of a row that it ``created`` there is nothing before, of one that it ``deleted`` nothing after.
    """

    model: type[TenantModel]
    pk: UUID
    created: bool
    deleted: bool
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def key(self) -> tuple[str, UUID]:
        return self.model._meta.label_lower, self.pk

    def row(self, *, lock: bool = False) -> Any:
        """The row as it is now, also from the recycle bin; None when it is gone."""
        rows = self.model._base_manager.filter(pk=self.pk)
        return (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()

    def values(self) -> dict[str, Any]:
        """What stood in a row that was ``deleted``, by column."""
        fields = [field for field in self.model._meta.concrete_fields if field.attname not in _NEVER]
        return {field.attname: _value(field, self.before.get(field.attname)) for field in fields}


def oldest_kept() -> UUID:
    """The id of an act that begins ``DAYS_KEPT`` ago. What older ones wrote is forgotten in pieces, so nobody asks for
    the rest of it."""
    moment = timezone.now() - timedelta(days=DAYS_KEPT)
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def changes_of(act: UUID) -> list[Entry]:
    """Return what ``act``, which has no parts, wrote, as ``changes_by_part`` does."""
    return changes_by_part(act, [act]).get(act, [])


def changes_by_part(act: UUID, parts: Collection[UUID]) -> dict[UUID, list[Entry]]:
    """Return what ``act`` wrote for each of ``parts``, and what differs by it: the rows beside records first, each type
    by its ids.

    Nothing: it wrote nothing, or is older than ``DAYS_KEPT``.
    """
    if act < oldest_kept():
        return {}
    models = {model._meta.db_table: model for model in tenant_models() if model.keeps_changes}
    rows = Change.objects.filter(act=act, part__in=parts, table__in=models)
    found: dict[UUID, list[Entry]] = {}
    for one in rows.exclude(before__isnull=True, after__isnull=True):
        entry = _entry(models[one.table], one.row, one.before, one.after)
        if entry.created or entry.deleted or entry.before:
            found.setdefault(one.part, []).append(entry)
    for entries in found.values():
        entries.sort(key=lambda one: (issubclass(one.model, RecordModel), *one.key))
    return found


def forget_act(act: UUID, part: UUID | None = None) -> None:
    """Keep nothing more of what ``act`` wrote for that ``part``: it was taken back."""
    at_the_end(_forget, (act, part or act))


def _forget(parts: list[tuple[UUID, UUID]]) -> None:
    by_act: dict[UUID, list[UUID]] = {}
    for act, part in parts:
        by_act.setdefault(act, []).append(part)
    for act, some in by_act.items():
        Change.objects.filter(act=act, part__in=some).delete()


def is_kept(act: UUID) -> bool:
    """Whether anything is known of what ``act`` wrote."""
    return act >= oldest_kept() and Change.objects.filter(act=act).exists()


def _entry(model: type[TenantModel], pk: UUID, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Entry:
    was, became = _read(model, before or {}), _read(model, after or {})
    if before is not None and after is not None:
        names = {name for name in was.keys() | became.keys() if was.get(name) != became.get(name)}
        was, became = {name: was.get(name) for name in names}, {name: became.get(name) for name in names}
    return Entry(model, pk, before is None, after is None, was, became)


def _read(model: type[TenantModel], kept: dict[str, Any]) -> dict[str, Any]:
    """The columns as ``columns`` gives them, whoever has written them down."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    own = {name: value for name, value in kept.items() if name.startswith(CUSTOM)}  # as conversions once kept them
    return _kept({name: fields[name].to_python(value) for name, value in kept.items() if name in fields}) | own


# Columns that follow from others.
_FOLLOWING = frozenset(
    {"sort_name", "name_key", "company_key", "email_key", "email_domain", "phone_key", "mobile_key", "domain"}
)


@lru_cache
def derived(model: type[TenantModel]) -> frozenset[str]:
    """The columns that follow from others: they have changed only when those have."""
    own = getattr(model, "follows", ())
    return _FOLLOWING | {*own} | {field.attname for field in model._meta.concrete_fields if isinstance(field, TextKey)}


def changed_since(entry: Entry, row: TenantModel) -> list[str]:
    """Return the columns of ``entry`` that no longer hold what the act wrote.

    Those of own fields that have been deleted since are nothing that somebody has built.
    """
    now = columns(row)
    names = (now.keys() | entry.after.keys() if entry.created else entry.after.keys()) - derived(type(row))
    differing = {name for name in names if now.get(name) != entry.after.get(name)}
    return sorted(differing - _gone(row, differing))


def _gone(row: TenantModel, names: Iterable[str]) -> set[str]:
    own = {name for name in names if name.startswith(CUSTOM) and not name.startswith(TAG)}
    if not own:
        return set()
    return own - {f"{CUSTOM}{field.key}" for field in custom_fields(row.type_key, active_only=False)}


def exists(model: type[Model], pk: UUID) -> bool:
    return model._base_manager.filter(pk=pk).exists()


def restore(
    entry: Entry, row: Any, is_there: Callable[[type[Model], UUID], bool] = exists, *, put_off: bool = False
) -> None:
    """Give the changed columns of ``row``, which must be locked, back the values that they had before.

    A choice that has been deleted since leaves its column empty, or as it is where that may not be. ``put_off``: the
    columns are written ``at_the_end``, as nobody reads them before.
    """
    fields = {field.attname: field for field in row._meta.concrete_fields}
    before = {name: plain for name, plain in entry.before.items() if name in fields}
    values = {name: _value(fields[name], plain) for name, plain in before.items()}
    lost = {name for name, value in values.items() if _is_lost(fields[name], value, is_there)}
    values = {name: None if name in lost else value for name, value in values.items()}
    values = {name: value for name, value in values.items() if name not in lost or fields[name].null}
    own = {name: plain for name, plain in entry.before.items() if name.startswith(CUSTOM)}
    keys: set[str] = set()
    if own:
        values["custom"] = _restored_custom(row, own)
        keys = {key for key in map(_key, own) if values["custom"].get(key) != row.custom.get(key)}
    for name, value in values.items():
        setattr(row, name, value)
    if isinstance(row, RecordModel):  # the keys may have been kept when they were made otherwise, or not yet
        fill_text_keys(catalogue.type_of(row), row)
        texts = ("sort_name", *(name for name, field in fields.items() if isinstance(field, TextKey)))
        values |= {name: getattr(row, name) for name in texts}
    written = row, frozenset(values)
    if put_off:
        at_the_end(write_columns, written)
    else:
        write_columns([written])
    if keys:
        replace_rows(row, keys)


def _is_lost(field: Field, value: Any, is_there: Callable[[type[Model], UUID], bool]) -> bool:
    """Whether ``value`` points at a row that is no more."""
    return value is not None and isinstance(field, ForeignKey) and not is_there(field.related_model, value)


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
