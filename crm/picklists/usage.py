"""Who points at a choice or a stage. Found by walking the models: a new field is counted without a word here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from uuid import UUID

from django.apps import apps
from django.db import models

from crm.events.models import Event
from crm.picklists.models import Choice, Pipeline, Stage
from crm.tenants.models import TenantForeignKey, TenantModel

Entry = Choice | Pipeline | Stage
# Counts by the label of the model that points: {"leads.Lead": 17}
Usage = Counter[str]
Afterwards = Callable[[Event], None]
Follow = Callable[[Entry, Entry], Afterwards | None]
_followers: list[Follow] = []


def follow_replacement(follow: Follow) -> Follow:
    """Have ``follow(entry, replacement)`` run before rows are moved: for what follows from that. What it returns is
    called with the event of the deletion once that is recorded."""
    _followers.append(follow)
    return follow


def references(target: type[models.Model]) -> list[TenantForeignKey]:
    """Return every field outside the picklists that points at ``target``."""
    return [
        field
        for model in apps.get_models()
        if issubclass(model, TenantModel) and model._meta.app_label != "picklists"
        for field in model._meta.local_fields
        if isinstance(field, TenantForeignKey) and field.related_model is target
    ]


def usages(entries: Iterable[Entry]) -> dict[UUID, Usage]:
    """Return for each of ``entries`` (all of one class) how many live rows of each model point at it.

    One query for each pointing field, however many entries there are.
    """
    rows = list(entries)
    found: dict[UUID, Usage] = {row.pk: Counter() for row in rows}
    for field in references(type(rows[0])) if rows else ():
        counts = (
            field.model._default_manager.filter(**{f"{field.attname}__in": list(found)})
            .order_by()
            .values_list(field.attname)
            .annotate(count=models.Count("id"))
        )
        for entry_id, count in counts:
            found[entry_id][field.model._meta.label] += count
    return found


def usage(entry: Entry) -> Usage:
    """Return how many live rows of each model point at ``entry``."""
    return usages([entry])[entry.pk]


def in_use(entry: Entry) -> bool:
    """Return whether anything points at ``entry``, deleted records and history included: it cannot just go."""
    return any(
        field.model._base_manager.filter(**{field.attname: entry.pk}).exists() for field in references(type(entry))
    )


def move_references(entry: Entry, replacement: Entry) -> tuple[int, list[Afterwards]]:
    """Point all that points at ``entry``, deleted records included, at ``replacement``; return how many rows it was,
    and what to call with the event of the deletion."""
    afterwards = [found for follow in _followers if (found := follow(entry, replacement)) is not None]
    moved = sum(
        field.model._base_manager.filter(**{field.attname: entry.pk}).update(**{field.attname: replacement.pk})
        for field in references(type(entry))
    )
    return moved, afterwards
