"""Taking back what an act did for one of its records, beside that record: rows that it made, deleted or changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.utils.translation import gettext as _

from crm import catalogue, events
from crm.events.models import Event
from crm.records.diff import changes as differences
from crm.records.diff import snapshot
from crm.records.events import CHANGED
from crm.records.models import RecordModel
from crm.tenants.models import TenantModel
from crm.ui.dialect import in_text
from crm.undo.changes import TIMES, Entry, changed_since, restore
from crm.undo.rows import Rows
from crm.users.access import can
from crm.users.models import Membership

Step = Callable[..., Any]
F = TypeVar("F", bound=Step)
Changed = Mapping[UUID, set[str]]  # by row: the columns that somebody has written since

_putting_away: dict[type[TenantModel], Step] = {}
_staying: set[type[TenantModel]] = set()
_told_back: dict[type[TenantModel], Step] = {}


def puts_away(model: type[TenantModel], *, stays_changed: bool = False) -> Callable[[F], F]:
    """Have the decorated function take back that a row of ``model`` was made: (row, *, actor, because).

    It tells of it, and raises ``ValidationError`` where the actor may not. Other rows are deleted and nothing is said.
    ``stays_changed``: a row that somebody has changed since is left to them, and keeps nothing else from being undone.
    """

    def register(function: F) -> F:
        _putting_away[model] = function
        if stays_changed:
            _staying.add(model)
        return function

    return register


def tells_of_return(model: type[TenantModel]) -> Callable[[F], F]:
    """Have the decorated function tell that a row of ``model`` is there again that was deleted, or refuse it:
    (row, *, actor, because)."""

    def register(function: F) -> F:
        _told_back[model] = function
        return function

    return register


def look_at_rows(entries: Iterable[Entry], record: RecordModel, actor: Membership, rows: Rows) -> Changed:
    """Hold the rows of ``entries`` and return what of them has been written since.

    Raises ``ValidationError`` when that would be lost, or is not the actor's to change; not of ``record`` itself, whose
    fields have a say of their own (``records.taking_back``).
    """
    found: dict[UUID, set[str]] = {}
    reasons: list[str] = []
    for entry in entries:
        row = rows.row(entry, lock=True)
        if row is None:
            continue
        found[entry.pk] = set(changed_since(entry, row)) if not entry.deleted else set()
        if entry.pk != record.pk and not _is_left(entry, row):
            reasons += _objections(row, found[entry.pk], actor)
    if reasons:
        raise ValidationError(list(dict.fromkeys(reasons)))
    return found


def noun_of(model: type[TenantModel]) -> str:
    """What a row of ``model`` is called within a sentence."""
    if issubclass(model, RecordModel):
        return in_text(str(catalogue.record_type(model.type_key).label))
    return str(model.noun)


def _is_left(entry: Entry, row: Any) -> bool:
    """Whether what the act made needs no taking back: it lies in the recycle bin, or is another's by now."""
    return entry.created and (getattr(row, "deleted_at", None) is not None or entry.model in _staying)


def _objections(row: Any, changed: set[str], actor: Membership) -> list[str]:
    changed = changed - set(TIMES)
    if not isinstance(row, RecordModel):
        words = {"what": noun_of(type(row))}
        return [_("The %(what)s that came with it has been changed since.") % words] if changed else []
    words = {"record": noun_of(type(row))}
    if not can(actor, "view", row):
        return [_("It went with a change of the %(record)s, which you may not see.") % words]
    words["name"] = row.name
    if not can(actor, "edit", row):
        return [_("It went with a change of “%(name)s”, which you may not change.") % words]
    return [_("It went with a change of “%(name)s”, which has been changed since.") % words] if changed else []


def bring_rows_back(
    entries: Iterable[Entry], changed: Changed, record: RecordModel, *, actor: Membership, because: Event, rows: Rows
) -> bool:
    """Let the rows of ``entries`` be as they were, but for what is in ``changed``; return whether one beside ``record``
    was not so already. Of ``record`` it is told already."""
    entries, is_brought = list(entries), False
    for entry in entries:
        row = rows.row(entry) if entry.created else None
        is_anothers = entry.model in _staying and changed.get(entry.pk)
        if row is not None and getattr(row, "deleted_at", None) is None and not is_anothers:
            _put_away(row, actor, because)
            is_brought = True
    for entry in entries:
        if entry.deleted:
            is_brought |= _bring_back(entry, actor, because)
    for entry in entries:
        row = None if entry.created or entry.deleted else rows.row(entry)
        if row is not None:
            before = {name: value for name, value in entry.before.items() if name not in changed.get(entry.pk, ())}
            _give_back(replace(entry, before=before), row, None if row.pk == record.pk else actor, because, rows)
            is_brought |= row.pk != record.pk and not before.keys() <= set(TIMES)
    return is_brought


def _put_away(row: Any, actor: Membership, because: Event) -> None:
    step = _putting_away.get(type(row))
    if step is not None:
        step(row, actor=actor, because=because)
    elif not isinstance(row, RecordModel):
        type(row)._base_manager.filter(pk=row.pk).delete()
    else:
        catalogue.type_of(row).delete(row, actor=actor, because=because)


def _bring_back(entry: Entry, actor: Membership, because: Event) -> bool:
    """Insert the row again as it was, unless it is there; return whether it was not.

    Raises ``ValidationError`` where what it hangs on is gone; a link that may be empty is.
    """
    row = entry.model(pk=entry.pk, **entry.values())
    links = [field for field in entry.model._meta.concrete_fields if isinstance(field, ForeignKey)]
    hangs_on = [field for field in links if field.name != "tenant" and getattr(row, field.attname) is not None]
    for field in hangs_on:
        if field.related_model._base_manager.filter(pk=getattr(row, field.attname)).exists():
            continue
        if not field.null:
            gone: Any = field.related_model
            words = {"gone": noun_of(gone)}
            raise ValidationError(_("The %(gone)s that it belonged to was deleted since.") % words)
        setattr(row, field.attname, None)
    if _is_there(row):
        return False
    row.save(force_insert=True)
    if (step := _told_back.get(entry.model)) is not None:
        step(row, actor=actor, because=because)
    return True


def _is_there(row: Any) -> bool:
    """Whether somebody has made it again: another row with what only one may have."""
    for constraint in row._meta.total_unique_constraints:
        same = {name: getattr(row, row._meta.get_field(name).attname) for name in constraint.fields if name != "tenant"}
        if type(row)._base_manager.filter(**same).exists():
            return True
    return False


def _give_back(entry: Entry, row: Any, actor: Membership | None, because: Event, rows: Rows) -> None:
    if not entry.before:
        return
    if actor is None or not isinstance(row, RecordModel):
        restore(entry, row, rows.is_there, put_off=not rows.is_shared(entry.key))
        return
    record_type = catalogue.type_of(row)
    before = snapshot(record_type.specs_now(), row)
    restore(entry, row, rows.is_there)
    told = differences(before, snapshot(record_type.specs_now(), row))
    if told:
        events.record(CHANGED.of(record_type), record=row, actor=actor, changes=told, because=because)
