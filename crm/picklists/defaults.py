"""What a new workspace starts with."""

from __future__ import annotations

from django.db.transaction import atomic
from django.utils import translation
from django.utils.translation import gettext as _

from crm.ground.writes import insert_many
from crm.picklists.lists import Picklist, picklists
from crm.picklists.models import Choice, Pipeline, Stage
from crm.picklists.stages import first_stages
from crm.tenants.context import current_tenant
from crm.tenants.memo import forget


@atomic
def create_defaults() -> None:
    """Fill the current workspace's empty picklists and give it a pipeline, in its language. Safe to call again."""
    with translation.override(current_tenant().language):
        filled = set(Choice.objects.values_list("picklist", flat=True).distinct())
        missing = [picklist for picklist in picklists().values() if picklist.key not in filled]
        insert_many(Choice, [row for picklist in missing for row in default_choices(picklist)])
        if not Pipeline.objects.exists():
            pipeline = Pipeline.objects.create(name=_("Sales"), order=1, is_default=True)
            insert_many(Stage, default_stages(pipeline))
    forget("picklists.")


def default_choices(picklist: Picklist) -> list[Choice]:
    """Return unsaved rows for what ``picklist`` ships with, in the active language."""
    return [
        Choice(
            picklist=picklist.key,
            label=str(label),
            meaning=meaning,
            tone=tone,
            order=order,
            is_default=picklist.default_label is not None and str(label) == str(picklist.default_label),
        )
        for order, (label, meaning, tone) in enumerate(picklist.defaults, start=1)
    ]


def default_stages(pipeline: Pipeline) -> list[Stage]:
    """Return unsaved rows for the stages that a pipeline starts with, in the active language."""
    return [
        Stage(
            pipeline=pipeline,
            label=str(label),
            meaning=meaning,
            probability=probability,
            forecast_category=forecast_category,
            guidance=str(guidance),
            order=order,
        )
        for order, (label, meaning, probability, forecast_category, guidance) in enumerate(first_stages(), start=1)
    ]
