"""Vetting as data: what a workspace asks of its leads, and what was found out, by whom, when, and how one knows."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.tenants.models import TenantForeignKey, TenantModel

HEAVIEST = 100
MOST_EVIDENCE = 2000


class Criterion(TenantModel):
    """Something that has to be true of a lead for it to be worth selling to.

    ``key`` names one that Angler ships (budget, authority, need, timeline) and is "" for the workspace's own. One that
    has been answered is never deleted, only deactivated: the answers stay readable.
    """

    noun = _("question of the vetting")
    is_setup = True

    key = models.CharField(max_length=20, blank=True, db_collation="C")
    label = models.CharField(max_length=60)
    question = models.CharField(max_length=200, blank=True)
    weight = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(HEAVIEST)])
    order = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "label"], name="criterion_label"),
            models.UniqueConstraint(fields=["tenant", "key"], condition=~models.Q(key=""), name="criterion_key"),
        ]

    def __str__(self) -> str:
        return self.label


class VettingRound(TenantModel):
    """One time that a lead was vetted: the first, and another after each reopening.

    A lead without a row is in its first round, in which nothing has been answered yet. ``score`` is the weighted share
    of yes in per cent, as it was after the last answer.
    """

    noun = _("vetting")
    keeps_changes = True

    lead = TenantForeignKey("leads.Lead")
    number = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    score = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = TenantForeignKey("users.Membership", null=True)
    because = TenantForeignKey("events.Event", null=True)  # the reopening; None: the first answer

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "lead", "number"], name="vetting_round_number"),
            models.UniqueConstraint(
                fields=["tenant", "lead"], condition=models.Q(is_current=True), name="vetting_round_current"
            ),
        ]


class Answer(models.TextChoices):
    UNKNOWN = "unknown", _("Unknown")
    YES = "yes", _("Yes")
    NO = "no", _("No")


class VettingAnswer(TenantModel):
    """What is held to be true of one criterion in one round. What was held before stands in the events."""

    noun = _("answer of the vetting")
    keeps_changes = True

    round = TenantForeignKey(VettingRound)
    criterion = TenantForeignKey(Criterion)
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.UNKNOWN, db_collation="C")
    evidence = models.TextField(blank=True)
    by = TenantForeignKey("users.Membership", null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "round", "criterion"], name="vetting_answer_once")]
