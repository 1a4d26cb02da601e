"""The words a tenant chooses from. Logic keys on a choice's *meaning*, never on its label."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.tenants.models import TenantForeignKey, TenantModel


class Choice(TenantModel):
    """One entry of a picklist; the picklists and their meanings are declared by the apps (``lists.picklists``).

    The list of a workspace's own choice field is not declared: ``lists.picklist_of``.
    """

    noun = _("choice")
    is_setup = True

    picklist = models.CharField(max_length=80, db_collation="C")
    label = models.CharField(max_length=100)
    meaning = models.CharField(max_length=30, blank=True, db_collation="C")
    tone = models.CharField(max_length=10, blank=True)  # badge colour: neutral, info, success, warning, danger, hot
    order = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "picklist", "label"], name="choice_label")]
        indexes = [models.Index(fields=["tenant", "picklist", "order"], name="choice_order")]

    def __str__(self) -> str:
        return self.label


class Pipeline(TenantModel):
    """An ordered run of stages."""

    noun = _("pipeline")
    is_setup = True

    name = models.CharField(max_length=100)
    order = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="pipeline_name")]

    def __str__(self) -> str:
        return self.name


class Meaning(models.TextChoices):
    """What a stage means to the product."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class ForecastCategory(models.TextChoices):
    PIPELINE = "pipeline"
    BEST_CASE = "best_case"
    COMMIT = "commit"
    CLOSED = "closed"
    OMITTED = "omitted"


class Stage(TenantModel):
    """A step of a pipeline."""

    noun = _("stage")
    is_setup = True

    pipeline = TenantForeignKey(Pipeline)
    label = models.CharField(max_length=100)
    meaning = models.CharField(max_length=10, choices=Meaning.choices, default=Meaning.OPEN, db_collation="C")
    probability = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])  # per cent
    forecast_category = models.CharField(
        max_length=10, choices=ForecastCategory.choices, default=ForecastCategory.PIPELINE
    )
    guidance = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "pipeline", "label"], name="stage_label")]

    def __str__(self) -> str:
        return self.label
