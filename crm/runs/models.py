"""What is kept of long work (imports, bulk actions): how far it has come, and whose turn it is."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.tenants.models import TenantForeignKey, TenantModel


class RunState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


OPEN_STATES = (RunState.QUEUED, RunState.RUNNING)


class Run(TenantModel):
    """Work on many rows, a batch at a time, by a worker; each kind of run (``kinds.py``) has a table of its own.

    ``position`` counts the rows that are through and commits together with them, so that a run that was killed goes on
    where it was. A dry run writes nothing but what would become of the rows.
    """

    record_type = models.CharField(max_length=30, db_collation="C")
    is_dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)  # why it failed as a whole
    cancel_asked = models.BooleanField(default=False)
    made_by = TenantForeignKey("users.Membership")
    made_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)  # last sign of life: an older running one has lost its worker
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = True
        indexes = [
            models.Index(fields=["tenant", "-made_at"], name="%(class)s_by_time"),
            models.Index(
                fields=["tenant", "seen_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="%(class)s_open",
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether it waits for a worker, or one is at it."""
        return self.state in OPEN_STATES


class AtWork(TenantModel):
    """Whose turn it is: the one run of a workspace that is at work (``turns.py``)."""

    run_id = models.UUIDField(null=True)
    worker = models.UUIDField(null=True)  # who is at it, from the beginning to the end of a turn
    seen_at = models.DateTimeField()  # last sign of life

    class Meta(TenantModel.Meta):
        db_table = "tenants_atwork"  # since before there was this room
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_at_work")]

    def __str__(self) -> str:
        return f"{self.run_id or 'nobody'} at work"
