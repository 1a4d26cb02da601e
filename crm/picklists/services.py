"""Changes to the workspace's lists. Each keeps the list whole (``rules.py``) and is recorded as an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.db.transaction import atomic
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from crm import events
from crm.events.models import Event
from crm.events.types import EventType
from crm.ground.writes import insert_many
from crm.picklists import rules
from crm.picklists.defaults import create_defaults, default_stages
from crm.picklists.events import CHOICE, PIPELINE, STAGE, EntryEvents
from crm.picklists.models import Choice, ForecastCategory, Meaning, Pipeline, Stage
from crm.picklists.usage import in_use, move_references
from crm.tenants.context import current_tenant
from crm.tenants.memo import forget
from crm.users.models import Membership

__all__ = [
    "create_choice",
    "create_defaults",
    "create_pipeline",
    "create_stage",
    "deactivate",
    "delete_pipeline",
    "reactivate",
    "reorder",
    "replace_and_delete",
    "update_choice",
    "update_pipeline",
    "update_stage",
]

CHOICE_FIELDS = frozenset({"label", "meaning", "tone", "is_default"})
STAGE_FIELDS = frozenset({"label", "meaning", "probability", "forecast_category", "guidance"})
PIPELINE_FIELDS = frozenset({"name", "is_default", "is_active"})
Entry = TypeVar("Entry", bound=Choice | Stage)
Row = TypeVar("Row", bound=Choice | Pipeline | Stage)


@atomic
def create_choice(*, actor: Membership | None, picklist: str, values: Mapping[str, Any]) -> Choice:
    """Add a choice at the end of ``picklist``. ``values``: label, and maybe meaning, tone, is_default."""
    siblings = list(Choice.objects.select_for_update().filter(picklist=picklist))
    choice = _with_values(Choice(picklist=picklist), values, CHOICE_FIELDS)
    return _add(choice, siblings, actor)


@atomic
def update_choice(*, choice: Choice, actor: Membership | None, values: Mapping[str, Any]) -> Choice:
    """Change some of label, meaning, tone, is_default; return the fresh choice."""
    return _change(choice, actor, values, CHOICE_FIELDS)


@atomic
def create_stage(*, actor: Membership | None, pipeline: Pipeline, values: Mapping[str, Any]) -> Stage:
    """Add a stage at the end of ``pipeline``. ``values``: see ``STAGE_FIELDS``."""
    siblings = list(Stage.objects.select_for_update().filter(pipeline=pipeline))
    return _add(_with_values(Stage(pipeline=pipeline), values, STAGE_FIELDS), siblings, actor)


@atomic
def update_stage(*, stage: Stage, actor: Membership | None, values: Mapping[str, Any]) -> Stage:
    """Change some of ``STAGE_FIELDS``; return the fresh stage. Opportunities keep the probability they have."""
    return _change(stage, actor, values, STAGE_FIELDS)


@atomic
def deactivate(*, entry: Entry, actor: Membership | None) -> Entry:
    """Stop offering ``entry``; records that have it keep it."""
    return _change(entry, actor, {"is_active": False}, frozenset({"is_active"}))


@atomic
def reactivate(*, entry: Entry, actor: Membership | None) -> Entry:
    """Offer ``entry`` again."""
    return _change(entry, actor, {"is_active": True}, frozenset({"is_active"}))


@atomic
def reorder(*, entry: Row, position: int, actor: Membership | None) -> None:
    """Put ``entry`` at ``position`` of its list, counted from 0; a position outside means the nearest end."""
    rows = _locked_siblings(entry)
    old = next(index for index, row in enumerate(rows) if row.pk == entry.pk)
    rows.insert(max(position, 0), rows.pop(old))
    new = next(index for index, row in enumerate(rows) if row.pk == entry.pk)
    if new == old:
        return
    for order, row in enumerate(rows, start=1):
        if row.order != order:
            row.order = order
            row.save(update_fields=["order"])
    _record(_events_of(rows[new]).changed, rows[new], actor, changes={"order": [old + 1, new + 1]})


@atomic
def replace_and_delete(*, entry: Entry, replacement: Entry | None, actor: Membership | None) -> int:
    """Point all records at ``replacement`` and delete ``entry``; return how many rows were moved.

    ``replacement`` may be None when nothing uses the entry. The event has both ids, for whoever keeps them elsewhere.
    """
    siblings = _locked_siblings(entry)
    fresh = _same(entry, siblings)
    stand_in = _same(replacement, siblings) if replacement else None
    rules.check_replacement(fresh, stand_in)
    rules.check_list(fresh, [row for row in siblings if row.pk != fresh.pk])
    moved, afterwards = move_references(fresh, stand_in) if stand_in else (0, [])
    data: dict[str, Any] = {"moved": moved}
    if stand_in:
        data["replacement"] = {"id": str(stand_in.pk), "label": stand_in.label}
    event = _record(_events_of(fresh).deleted, fresh, actor, data=data)
    for follow in afterwards:
        follow(event)
    fresh.delete()
    return moved


@atomic
def create_pipeline(*, actor: Membership | None, name: str) -> Pipeline:
    """Add a pipeline at the end, with the stages that a workspace starts with."""
    rows = list(Pipeline.objects.select_for_update())
    pipeline = Pipeline(name=name.strip(), order=max((row.order for row in rows), default=0) + 1)
    pipeline.is_default = not rows
    _check_pipeline(pipeline, rows)
    pipeline.save(force_insert=True)
    with translation.override(current_tenant().language):
        insert_many(Stage, default_stages(pipeline))
    _record(PIPELINE.created, pipeline, actor)
    return pipeline


@atomic
def update_pipeline(*, pipeline: Pipeline, actor: Membership | None, values: Mapping[str, Any]) -> Pipeline:
    """Change some of name, is_default, is_active; return the fresh pipeline."""
    rows = _locked_siblings(pipeline)
    fresh = _same(pipeline, rows)
    old = _snapshot(fresh, PIPELINE_FIELDS)
    _with_values(fresh, values, PIPELINE_FIELDS)
    _check_pipeline(fresh, rows)
    if (old["is_default"] or fresh.is_default) and not (fresh.is_default and fresh.is_active):
        raise ValidationError(_("New opportunities go into this pipeline. Make another one the default first."))
    _unset_other_defaults(fresh, rows)
    _save_changes(fresh, old, actor)
    return fresh


@atomic
def delete_pipeline(*, pipeline: Pipeline, actor: Membership | None) -> None:
    """Delete a pipeline that no opportunity has ever been in, with its stages."""
    fresh = _same(pipeline, _locked_siblings(pipeline))
    stages = list(Stage.objects.select_for_update().filter(pipeline=fresh))
    if fresh.is_default:
        raise ValidationError(_("New opportunities go into this pipeline. Make another one the default first."))
    if in_use(fresh) or any(in_use(stage) for stage in stages):
        raise ValidationError(
            _("Opportunities use this pipeline. Deactivate it instead: they stay, new ones cannot enter.")
        )
    Stage.objects.filter(pipeline=fresh).delete()
    _record(PIPELINE.deleted, fresh, actor)
    fresh.delete()


def _add(entry: Entry, siblings: list[Entry], actor: Membership | None) -> Entry:
    entry.order = max((row.order for row in siblings), default=0) + 1
    _settle(entry)
    rules.check_entry(entry, siblings)
    _unset_other_defaults(entry, siblings)
    rules.check_list(entry, [*siblings, entry])
    entry.save(force_insert=True)
    _record(_events_of(entry).created, entry, actor)
    return entry


def _change(entry: Entry, actor: Membership | None, values: Mapping[str, Any], allowed: frozenset[str]) -> Entry:
    siblings = _locked_siblings(entry)
    fresh = _same(entry, siblings)
    old = _snapshot(fresh, {*allowed, "is_active"} | ({"is_default"} if isinstance(fresh, Choice) else set()))
    meaning = fresh.meaning
    _with_values(fresh, values, allowed)
    _settle(fresh)
    rules.check_entry(fresh, siblings)
    rules.check_meaning_change(fresh, meaning)
    _unset_other_defaults(fresh, siblings)
    rules.check_list(fresh, siblings)
    _save_changes(fresh, old, actor)
    return fresh


def _with_values(row: Row, values: Mapping[str, Any], allowed: frozenset[str]) -> Row:
    if unknown := set(values) - allowed:
        raise TypeError(f"{type(row).__name__} has no {', '.join(sorted(unknown))} to set.")
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    return row


def _settle(entry: Choice | Stage) -> None:
    """Values that follow from others: a won stage counts fully, and what is not offered is no default."""
    if isinstance(entry, Stage) and entry.meaning == Meaning.WON:
        entry.probability, entry.forecast_category = 100, ForecastCategory.CLOSED
    elif isinstance(entry, Stage) and entry.meaning == Meaning.LOST:
        entry.probability, entry.forecast_category = 0, ForecastCategory.OMITTED
    elif isinstance(entry, Choice) and not entry.is_active:
        entry.is_default = False


def _unset_other_defaults(entry: Choice | Pipeline | Stage, siblings: Iterable[Any]) -> None:
    if isinstance(entry, Stage) or not entry.is_default:
        return
    for row in siblings:
        if row.pk != entry.pk and row.is_default:
            row.is_default = False
            row.save(update_fields=["is_default"])


def _check_pipeline(pipeline: Pipeline, rows: Iterable[Pipeline]) -> None:
    pipeline.clean_fields(exclude={"tenant"})
    if any(row.pk != pipeline.pk and row.name.casefold() == pipeline.name.casefold() for row in rows):
        raise ValidationError({"name": _("There is a pipeline with this name already.")})


def _locked_siblings(entry: Row) -> list[Row]:
    """The whole list of ``entry``, locked: two admins cannot each take away one of the last two."""
    query = type(entry)._default_manager.select_for_update().order_by("order", "id")
    if isinstance(entry, Choice):
        query = query.filter(picklist=entry.picklist)
    elif isinstance(entry, Stage):
        query = query.filter(pipeline=entry.pipeline_id)
    return cast("list[Row]", list(query))


def _same(entry: Row, siblings: Iterable[Row]) -> Row:
    for row in siblings:
        if row.pk == entry.pk:
            return row
    raise ValidationError(_("“%(entry)s” is no longer in this list."), params={"entry": str(entry)})


def _snapshot(row: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in fields}


def _save_changes(row: Choice | Pipeline | Stage, old: Mapping[str, Any], actor: Membership | None) -> None:
    changes = {name: [before, getattr(row, name)] for name, before in old.items() if getattr(row, name) != before}
    if changes:
        row.save(update_fields=list(changes))
        _record(_events_of(row).changed, row, actor, changes=changes)


def _events_of(row: Choice | Pipeline | Stage) -> EntryEvents:
    if isinstance(row, Choice):
        return CHOICE
    return STAGE if isinstance(row, Stage) else PIPELINE


def _record(
    event_type: EventType,
    row: Choice | Pipeline | Stage,
    actor: Membership | None,
    *,
    changes: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    forget("picklists.")
    if isinstance(row, Pipeline):
        where = ""
    else:
        where = row.picklist if isinstance(row, Choice) else row.pipeline.name
    facts = {"list": where, "id": str(row.pk), "label": str(row), **(data or {})}
    if not isinstance(row, Pipeline):
        facts["meaning"] = row.meaning  # which nobody can look up once it is deleted
    return events.record(event_type, record=None, actor=actor, changes=dict(changes or {}), data=facts)
