"""What the picklists hold: read once per request, then answered from memory.

The rows that come back are shared by everybody in the request: change them through the services only.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from crm.ground.text import sort_key
from crm.picklists.lists import picklists
from crm.picklists.models import Choice, Pipeline, Stage
from crm.tenants.memo import memo
from crm.tenants.prepared import prepared
from crm.ui.dialect import standard, words_now


def choices(picklist: str, active_only: bool = True) -> list[Choice]:
    """Return the choices of ``picklist`` (a declared list's key) in their order."""
    return [row for row in _choices_of(picklist) if row.is_active] if active_only else list(_choices_of(picklist))


def choice(choice_id: UUID) -> Choice:
    """Return the choice, active or not; raise ``Choice.DoesNotExist`` when this workspace has none with that id."""
    try:
        return _choices_by_id()[choice_id]
    except KeyError:
        raise Choice.DoesNotExist(f"No choice {choice_id}.") from None


def choice_called(picklist: str, text: str) -> Choice | None:
    """Return the choice of that name, an active one first; or the one that is called so in the standard words ("Vendor"
    where vendors are suppliers); or the only active one whose meaning is called so."""
    key = sort_key(text)
    rows = sorted(choices(picklist, active_only=False), key=lambda row: not row.is_active)
    named = next((row for row in rows if sort_key(row.label) == key), None)
    if named is None and (words := words_now()) is not None:
        with standard():
            shipped = {sort_key(str(label)) for label, _meaning, _tone in picklists()[picklist].defaults}
        own = sort_key(words.said(text))
        is_reworded = key in shipped and own not in shipped
        named = next((row for row in rows if is_reworded and sort_key(row.label) == own), None)
    if named is not None or key == "other":  # the meaning of what has none
        return named
    meant = [row for row in rows if row.is_active and row.meaning and row.meaning == key]
    return meant[0] if len(meant) == 1 else None


def choice_meaning(picklist: str, meaning: str) -> Choice:
    """Return the first active choice with ``meaning``; there is always one of a meaning that the list needs."""
    for row in choices(picklist):
        if row.meaning == meaning:
            return row
    raise Choice.DoesNotExist(f"No active choice of {picklist} means {meaning}.")


def ids_meaning(picklist: str, *meanings: str) -> list[UUID]:
    """Return the ids of all choices with one of ``meanings``, inactive ones too: records may still hold them."""
    return [row.pk for row in choices(picklist, active_only=False) if row.meaning in meanings]


def default_choice(picklist: str) -> Choice | None:
    """Return what a new record starts with; never None for a list that declares a ``default_label``."""
    return next((row for row in choices(picklist) if row.is_default), None)


def pipelines(active_only: bool = True) -> list[Pipeline]:
    """Return the pipelines in their order."""
    return [row for row in _all_pipelines() if row.is_active] if active_only else list(_all_pipelines())


def pipeline(pipeline_id: UUID) -> Pipeline:
    """Return the pipeline, active or not; raise ``Pipeline.DoesNotExist`` when there is none with that id."""
    for row in pipelines(active_only=False):
        if row.pk == pipeline_id:
            return row
    raise Pipeline.DoesNotExist(f"No pipeline {pipeline_id}.")


def default_pipeline() -> Pipeline:
    """Return the pipeline that a new opportunity goes into."""
    rows = pipelines()
    return next((row for row in rows if row.is_default), rows[0])


def stages(pipeline: Pipeline | None = None, active_only: bool = True) -> list[Stage]:
    """Return the stages of ``pipeline`` (of all active pipelines without one) in their order."""
    return [
        row
        for row in _all_stages()
        if (row.pipeline_id == pipeline.pk if pipeline else row.pipeline.is_active or not active_only)
        and (row.is_active or not active_only)
    ]


def stage(stage_id: UUID) -> Stage:
    """Return the stage, active or not; raise ``Stage.DoesNotExist`` when this workspace has none with that id."""
    try:
        return _stages_by_id()[stage_id]
    except KeyError:
        raise Stage.DoesNotExist(f"No stage {stage_id}.") from None


def stage_name(one: Stage) -> str:
    """What the stage is called where those of several pipelines can be chosen: with its pipeline, if there are two."""
    return one.label if len(pipelines(active_only=False)) == 1 else f"{one.pipeline.name}: {one.label}"


def stages_to_choose(rows: Iterable[Stage]) -> list[tuple[str, Any]]:
    """Return the choices of a select of ``rows``: by pipeline, if they are of several."""
    groups = [(of, list(its)) for of, its in groupby(rows, key=lambda row: row.pipeline)]
    if len(groups) == 1:
        return [(str(row.pk), row.label) for row in groups[0][1]]
    return [(of.name, [(str(row.pk), stage_name(row)) for row in its]) for of, its in groups]


def stages_called(text: str) -> list[Stage]:
    """Return the active stages of that name: as ``stage_name`` says it; or all of that label, those of the default
    pipeline first; or those whose meaning is called so."""
    key = sort_key(text)
    usual = default_pipeline()
    rows = sorted(stages(), key=lambda row: row.pipeline_id != usual.pk)
    for name in (stage_name, str, lambda row: row.meaning):
        if found := [row for row in rows if sort_key(name(row)) == key]:
            return found
    return []


def stage_ids_meaning(*meanings: str) -> list[UUID]:
    """Return the ids of all stages with one of ``meanings`` ("open", "won", "lost"), inactive ones too."""
    return [row.pk for row in _all_stages() if row.meaning in meanings]


@memo("picklists.choices", of_setup=True)
def _all_choices() -> list[Choice]:
    return _choice_rows()


@prepared
def _choice_rows() -> QuerySet[Choice]:
    return Choice.objects.order_by("order", "id")


@memo("picklists.list", of_setup=True)
def _choices_of(picklist: str) -> list[Choice]:
    return [row for row in _all_choices() if row.picklist == picklist]


@memo("picklists.choice_by_id", of_setup=True)
def _choices_by_id() -> dict[UUID, Choice]:
    return {row.pk: row for row in _all_choices()}


@memo("picklists.stages", of_setup=True)
def _all_stages() -> list[Stage]:
    """All stages, each with its pipeline. A pipeline without stages cannot exist (``services.create_pipeline``)."""
    return _stage_rows()


@memo("picklists.stage_by_id", of_setup=True)
def _stages_by_id() -> dict[UUID, Stage]:
    return {row.pk: row for row in _all_stages()}


@prepared
def _stage_rows() -> QuerySet[Stage]:
    return Stage.objects.select_related("pipeline").order_by("pipeline__order", "pipeline_id", "order", "id")


@memo("picklists.pipelines", of_setup=True)
def _all_pipelines() -> list[Pipeline]:
    by_id = {row.pipeline_id: row.pipeline for row in _all_stages()}
    return sorted(by_id.values(), key=lambda row: (row.order, row.pk))
