"""How a workspace's own fields are made, changed and taken away. Each is recorded as an event of the setup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from crm import events
from crm.events.types import EventType
from crm.fields.custom.rows import strip_values
from crm.fields.custom.selectors import fields_changed
from crm.fields.events import CHANGED, CREATED, DELETED, MADE_FILTERABLE
from crm.fields.models import CustomField, CustomValue, FieldKind
from crm.fields.tags import TAGS_KEY
from crm.ground.text import sort_key
from crm.ground.writes import service
from crm.picklists.models import Choice
from crm.picklists.services import create_choice
from crm.tenants.memo import forget
from crm.users.models import Membership

EDITABLE = frozenset({"label", "required", "help", "section", "is_filterable"})
MOST_FIELDS = 100  # on one type of record
MOST_CHOICES = 500  # given when the field is made
NEVER_REQUIRED = frozenset({FieldKind.YES_NO})  # it always has a value
NEVER_FILTERED = frozenset({FieldKind.LONG_TEXT})
_KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@service
def create_field(
    *,
    actor: Membership,
    record_type: str,
    kind: str,
    label: str,
    key: str = "",
    choices: Sequence[str] = (),
    **values: Any,
) -> CustomField:
    """Add a field at the end; ``key`` is made of ``label`` unless given. ``values``: see ``EDITABLE``.

    ``choices`` are the first labels of a choice field. Raises ``ValidationError`` keyed by attribute.
    """
    siblings = _locked_siblings(record_type)
    field = plan_field(record_type=record_type, kind=kind, label=label, siblings=siblings, key=key, **values)
    field.save(force_insert=True)
    for one in _labels(choices) if kind == FieldKind.CHOICE else ():
        create_choice(actor=actor, picklist=field.picklist, values={"label": one})
    _record(CREATED, field, actor)
    return field


def plan_field(
    *, record_type: str, kind: str, label: str, siblings: Sequence[CustomField], key: str = "", **values: Any
) -> CustomField:
    """The field that ``create_field`` would make beside ``siblings``, all of the type; raises what that raises."""
    if len(siblings) >= MOST_FIELDS:
        raise ValidationError(_("There can be up to %(limit)s own fields.") % {"limit": MOST_FIELDS})
    field = CustomField(record_type=record_type, kind=kind, label=label.strip())
    field.key = key or _free_key(field.label, {one.key for one in siblings})
    field.order = max((one.order for one in siblings), default=0) + 1
    _set_values(field, values)
    field.is_indexed = field.keeps_rows
    _check_key(field, siblings)
    _check(field, siblings)
    return field


@service
def update_field(*, field: CustomField, actor: Membership, values: Mapping[str, Any]) -> CustomField:
    """Change some of ``EDITABLE``; return the fresh field.

    A field that becomes a filter is offered as one once a worker has written the rows of all records.
    """
    siblings = _locked_siblings(field.record_type)
    fresh = _same(field, siblings)
    kept_rows = fresh.keeps_rows
    old = {name: getattr(fresh, name) for name in EDITABLE}
    _set_values(fresh, values)
    _check(fresh, siblings)
    changes = {name: [was, getattr(fresh, name)] for name, was in old.items() if getattr(fresh, name) != was}
    if not changes:
        return fresh
    fresh.is_indexed = fresh.is_indexed and kept_rows if fresh.keeps_rows else False
    if kept_rows and not fresh.keeps_rows:
        CustomValue.objects.filter(field=fresh).delete()
    fresh.save(update_fields=[*changes, "is_indexed"])
    _record(CHANGED, fresh, actor, changes=changes)
    if fresh.keeps_rows and not fresh.is_indexed:
        _record(MADE_FILTERABLE, fresh, actor)
    return fresh


@service
def set_field_active(*, field: CustomField, is_active: bool, actor: Membership) -> None:
    """Take the field off forms, lists and files, or put it back. Its values stay where they are."""
    fresh = _same(field, _locked_siblings(field.record_type))
    if fresh.is_active != is_active:
        fresh.is_active = is_active
        fresh.save(update_fields=["is_active"])
        _record(CHANGED, fresh, actor, changes={"is_active": [not is_active, is_active]})


@service
def move_field(*, field: CustomField, position: int, actor: Membership) -> None:
    """Put the field at ``position`` among those of its type, counted from 0."""
    rows = _locked_siblings(field.record_type)
    old = rows.index(_same(field, rows))
    rows.insert(max(position, 0), rows.pop(old))
    new = rows.index(field)
    for order, row in enumerate(rows, start=1):
        if row.order != order:
            row.order = order
            row.save(update_fields=["order"])
    if new != old:
        _record(CHANGED, rows[new], actor, changes={"order": [old + 1, new + 1]})


@service
def delete_field(*, field: CustomField, actor: Membership) -> int:
    """Delete the field with its values and its list, for good; return how many records had a value.

    The history of the records keeps what they had.
    """
    fresh = _same(field, _locked_siblings(field.record_type))
    records = strip_values(fresh)
    choices = Choice.objects.filter(picklist=fresh.picklist)
    names = {str(one.pk): one.label for one in choices}
    choices.delete()
    forget("picklists.")
    # Forms that were drawn before will still bring values for it, which have to be told in words.
    data = {"records": records, "key": fresh.key, "kind": fresh.kind, "choices": names}
    _record(DELETED, fresh, actor, data=data)
    fresh.delete()
    return records


def _set_values(field: CustomField, values: Mapping[str, Any]) -> None:
    if unknown := set(values) - EDITABLE:
        raise TypeError(f"A field has no {', '.join(sorted(unknown))} to set.")
    for name, value in values.items():
        setattr(field, name, value.strip() if isinstance(value, str) else value)
    field.required = field.required and field.kind not in NEVER_REQUIRED
    field.is_filterable = field.is_filterable and field.kind not in NEVER_FILTERED


def _check(field: CustomField, siblings: Sequence[CustomField]) -> None:
    field.clean_fields(exclude={"tenant"})
    same = [one for one in siblings if one.pk != field.pk and sort_key(one.label) == sort_key(field.label)]
    if same:
        raise ValidationError({"label": _("There is a field of this name already. Choose another name.")})


def _check_key(field: CustomField, siblings: Sequence[CustomField]) -> None:
    if not _KEY.fullmatch(field.key):
        raise ValidationError({"key": _("Use small letters a–z, digits and single underscores; start with a letter.")})
    if field.key == TAGS_KEY or field.key in {one.key for one in siblings}:
        raise ValidationError({"key": _("This is taken. Choose another one.")})


def _free_key(label: str, taken: set[str]) -> str:
    """``Région (EU)`` → ``region_eu``; what has no letters a–z becomes ``field``; a number is added if need be."""
    key = re.sub(r"_+", "_", slugify(label[:100]).replace("-", "_")).strip("_")[:30].strip("_")
    if not key or not key[0].isalpha():
        key = f"field_{key}".strip("_")
    candidates = [key, *(f"{key}_{number}" for number in range(2, MOST_FIELDS + 3))]
    return next(one for one in candidates if one not in taken and one != TAGS_KEY)


def _labels(choices: Sequence[str]) -> list[str]:
    """The choices without blanks and repetitions."""
    by_key: dict[str, str] = {}
    for one in choices:
        if one.strip():
            by_key.setdefault(sort_key(one), one.strip())
    if len(by_key) > MOST_CHOICES:
        raise ValidationError({"choices": _("Up to %(limit)s choices, please.") % {"limit": MOST_CHOICES}})
    return list(by_key.values())


def _locked_siblings(record_type: str) -> list[CustomField]:
    """All fields of the type, held: two admins cannot give two of them one name."""
    return list(CustomField.objects.select_for_update().filter(record_type=record_type).order_by("order", "id"))


def _same(field: CustomField, siblings: Sequence[CustomField]) -> CustomField:
    for one in siblings:
        if one.pk == field.pk:
            return one
    raise ValidationError(_("“%(field)s” is no longer there.") % {"field": field.label})


def _record(event_type: EventType, field: CustomField, actor: Membership, **facts: Any) -> None:
    fields_changed()
    data = {"label": field.label, "type": field.record_type, "field": str(field.pk), **facts.pop("data", {})}
    events.record(event_type, record=None, actor=actor, data=data, **facts)
