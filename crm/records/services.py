"""How every record is written. Each record app wraps these in services of its own name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import catalogue, events
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.events.types import EventType
from crm.fields.custom.rows import changed_keys, insert_rows, merge_custom, replace_rows
from crm.fields.custom.selectors import custom_specs
from crm.fields.kinds import Text
from crm.fields.models import NAME_PREFIX
from crm.fields.spec import FieldSpec
from crm.ground.text import sort_key
from crm.ground.writes import are_collected, insert, save_columns, service
from crm.records.diff import changes, filled, snapshot
from crm.records.events import CHANGED, CREATED, DELETED, RESTORED
from crm.records.hiding import fill_in
from crm.records.holding import links_among, refuse_gone_links, wait_to_delete
from crm.ui.dialect import in_text
from crm.users.models import Membership


class LockedError(ValidationError):
    """The record may not be written in its present state (``RecordType.locked``)."""


@service
def create_record(
    record_type: RecordType,
    *,
    actor: Membership | None,
    values: dict[str, Any],
    because: Event | None = None,
    data: dict[str, Any] | None = None,
    **attributes: Any,
) -> Any:
    """Create a record from ``values`` (by spec name; what is missing gets its default); return it.

    ``attributes`` are model attributes that no field shows. Raises ``ValidationError`` keyed by field name.
    What follows from an event (``because``: a conversion, a workflow) may lack fields that the workspace requires.
    """
    record: Any = record_type.model(**{"created_by": actor} | attributes)
    specs = record_type.specs_now()
    values = _defaults(specs, values) | values
    links = links_among(record_type, values)
    refuse_gone_links(record_type, links)
    _assign(record_type, record, values)
    _refuse_both(record_type, record, links)
    if because is None:
        _refuse_missing(record_type, values, actor)
    _prepare(record_type, record)
    insert(record)
    insert_rows(record)
    made = filled(specs, record)
    record._created_event = events.record(
        CREATED.of(record_type), record=record, actor=actor, changes=made, because=because, data=data
    )
    return record


@service
def update_record(
    record_type: RecordType,
    record: Any,
    *,
    actor: Membership | None,
    values: dict[str, Any],
    because: Event | None = None,
    event_type: EventType | None = None,
    data: dict[str, Any] | None = None,
    despite_lock: bool = False,
    write: Callable[[Any, list[str], frozenset[str]], None] | None = None,
    **attributes: Any,
) -> Event | None:
    """Write what of ``values`` (and of ``attributes``) differs; return the event, or None when nothing did.

    The event is a ``CHANGED`` one unless ``event_type`` is given; that is recorded in any case.
    ``despite_lock``: what is written is none of that which the record's being locked is to keep. ``write`` is told, in
    the place of writing, which columns (and keys of own fields) are to be written.
    """
    fill_in(record)
    if not despite_lock and (reason := record_type.locked(record)):
        raise LockedError(reason)
    specs = record_type.specs_now()
    links = links_among(record_type, values, record)
    refuse_gone_links(record_type, links)
    before, columns = snapshot(specs, record), _columns(record)
    for attribute, value in attributes.items():
        setattr(record, attribute, value)
    _assign(record_type, record, values)
    _refuse_both(record_type, record, links)
    _prepare(record_type, record, known_id=columns["external_id"])
    after = _columns(record)
    touched = [column for column in after if after[column] != columns[column]]
    if not touched and event_type is None:
        return None
    differing = changes(before, snapshot(specs, record))
    times = record.stamp(by_person=actor is not None)
    if not record._state.adding:  # what is kept back is inserted as it is by then
        (write or _save)(record, [*touched, *times], changed_keys(columns["custom"], record.custom))
    return events.record(
        event_type or CHANGED.of(record_type),
        record=record,
        actor=actor,
        changes=differing,
        because=because,
        data=data,
    )


@service
def update_derived(
    record_type: RecordType,
    record: Any,
    *,
    because: Event | None,
    event_type: EventType | None = None,
    data: dict[str, Any] | None = None,
    **attributes: Any,
) -> Event | None:
    """Write what of ``attributes`` differs: choices, days and flags that a workflow works out and nobody typed.

    Texts, links to records and own fields need what ``update_record`` sees to. Return the event, or None: what no field
    shows is written without one, unless ``event_type`` is given.
    """
    fill_in(record)
    specs = tuple(spec for spec in record_type.fields if spec.column in attributes)
    before, columns = snapshot(specs, record), _columns(record)
    for attribute, value in attributes.items():
        setattr(record, attribute, value)
    touched = [column for column, value in _columns(record).items() if value != columns[column]]
    differing = changes(before, snapshot(specs, record))
    if not differing and event_type is None:
        if touched:
            _update(record, touched)
        return None
    _update(record, [*touched, *record.stamp(by_person=False)])
    return events.record(
        event_type or CHANGED.of(record_type),
        record=record,
        actor=None,
        changes=differing,
        because=because,
        data=data,
    )


@service
def delete_record(
    record_type: RecordType, record: Any, *, actor: Membership | None, because: Event | None = None
) -> Event:
    """Move the record to the recycle bin, from which it can be restored for ``RECORDS_KEPT_DAYS``.

    It waits for those who are writing something that names the record; who comes later sees that it is gone.
    """
    fill_in(record)
    if reason := record_type.locked(record):
        raise LockedError(reason)
    wait_to_delete(record)
    record.deleted_at, record.deleted_by = timezone.now(), actor
    record.save(update_fields=["deleted_at", "deleted_by"])
    return events.record(
        DELETED.of(record_type), record=record, actor=actor, because=because, data={"name": record.name}
    )


@service
def restore_record(
    record_type: RecordType, record: Any, *, actor: Membership | None, because: Event | None = None
) -> Event:
    """Bring the record back from the recycle bin; refused when its ``external_id`` has been given away since."""
    fill_in(record)
    record.deleted_at = record.deleted_by = None
    _refuse_taken_external_id(record_type, record)
    record.save(update_fields=["deleted_at", "deleted_by"])
    return events.record(RESTORED.of(record_type), record=record, actor=actor, because=because)


def _update(record: Any, columns: list[str]) -> None:
    if not record._state.adding:  # what is kept back is inserted as it is by then
        record.save(update_fields=columns)


def _save(record: Any, columns: list[str], keys: frozenset[str]) -> None:
    """``keys`` of its own fields have changed."""
    if keys:
        merge_custom(record, keys)
    save_columns(record, columns)
    if keys:
        replace_rows(record, keys)


def _defaults(specs: Iterable[FieldSpec], values: dict[str, Any]) -> dict[str, Any]:
    """What fields start with of which ``values`` say nothing; a list of choices may have none to start with."""
    found = {spec.name: spec.default() for spec in specs if spec.default is not None and spec.name not in values}
    return {name: value for name, value in found.items() if value is not None}


def _assign(record_type: RecordType, record: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        spec = record_type.spec(name)
        _refuse_blank(spec, value)
        spec.kind.assign(spec, record, value)


def _refuse_blank(spec: FieldSpec, value: Any) -> None:
    if spec.required and value in (None, ""):
        raise ValidationError({spec.name: _("This is needed.")})


def _refuse_both(record_type: RecordType, record: Any, links: Iterable[str]) -> None:
    """Refuse what the links, set anew, would leave the record with beside them."""
    for name in links:
        if (other := record_type.excluding(record, name)) is not None:
            words = {"this": in_text(str(record_type.spec(name).label)), "other": in_text(str(other.label))}
            raise ValidationError({name: _("Either %(other)s or %(this)s, not both: empty one of them.") % words})


def _refuse_missing(record_type: RecordType, values: dict[str, Any], actor: Membership | None) -> None:
    """Refuse a new record without what the workspace requires, which not every form asks for; but not for what the
    actor cannot give."""
    limited = catalogue.seen(record_type, actor) if actor is not None else record_type
    for spec in custom_specs(record_type.key):
        if spec.name in limited.hidden or spec.name in limited.read_only:
            continue
        if spec.required and values.get(spec.name) in (None, ""):
            raise ValidationError({spec.name: _("“%(field)s” is needed.") % {"field": spec.label}})


def _prepare(record_type: RecordType, record: Any, known_id: str = "") -> None:
    """``known_id``: the external id that it has already."""
    if record.owner_id and not record.team_id and record._state.adding:
        record.team_id = record.owner.team_id
    fill_derived(record_type, record)
    _refuse_nul(record)
    if record.external_id != known_id:
        _refuse_taken_external_id(record_type, record)


def _refuse_nul(record: Any) -> None:
    """PostgreSQL cannot store U+0000: say so at the field, instead of failing on the write."""
    for name, value in record.__dict__.items():
        if isinstance(value, str) and "\x00" in value:
            raise ValidationError({name: _("Null characters are not allowed.")})
    for key, value in record.custom.items():
        if isinstance(value, str) and "\x00" in value:
            raise ValidationError({f"{NAME_PREFIX}{key}": _("Null characters are not allowed.")})


def _refuse_taken_external_id(record_type: RecordType, record: Any) -> None:
    if not record.external_id:
        return
    if record._state.adding and are_collected():
        return  # who collects has looked up all ids at once; should another be quicker, the database refuses
    same = record_type.model.objects.filter(external_id=record.external_id).exclude(pk=record.pk)
    if same.exists():
        message = _("Another record already has the external id “%(id)s”.") % {"id": record.external_id}
        raise ValidationError({"external_id": message})


def _columns(record: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


def fill_derived(record_type: RecordType, record: Any) -> None:
    """Fill the columns that follow from others, as before every save; raise ``ValidationError`` as ``prepare`` does."""
    record_type.prepare(record)
    fill_text_keys(record_type, record)


def fill_text_keys(record_type: RecordType, record: Any) -> None:
    """Write the normalised columns that lists sort and filter by anew."""
    record.sort_name = sort_key(record.name)
    for spec in _texts(record_type):
        spec.kind.fill_key(spec, record)


@lru_cache
def _texts(record_type: RecordType) -> tuple[Any, ...]:
    return tuple(spec for spec in record_type.fields if isinstance(spec.kind, Text))
