"""Runs over many records at once: what is done to which, how far it has come, and the rows that were refused."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from crm.runs.models import Run
from crm.tenants.models import TenantForeignKey, TenantModel


class BulkRun(Run):
    """One action over many records of one type.

    The records are those that were chosen (``BulkRows``), as far as they still pass the ``view`` that they were chosen
    from (``Query.as_json()``, asked anew for each batch as ``made_by``); or those that the run ``undoes`` has done.
    They are taken in the order of their ids, or an undoing backwards, and ``cursor`` is the last one done. ``data`` is
    what the form sent; of an undoing, what somebody has agreed to (``asking.AGREED``).
    """

    type_key = "bulk"

    action = models.CharField(max_length=80, db_collation="C")  # BulkAction.key
    data = models.JSONField(default=dict)
    view = models.JSONField(default=dict)
    undoes = TenantForeignKey("bulk.BulkRun", null=True)
    cursor = models.UUIDField(null=True)
    done_count = models.PositiveIntegerField(default=0)
    doubt_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # what became of the rows: BulkAction.tells
    back = models.TextField(blank=True)  # the list that it was started from
    event = TenantForeignKey("events.Event", null=True)  # what the changes are because of
    asked_at = models.DateTimeField(null=True)  # when the rows were read that the person has seen

    @property
    def position(self) -> int:  # type: ignore[override]  # instead of a column
        """How many rows are done, well or not."""
        return self.done_count + self.refused_count

    @property
    def left_count(self) -> int:
        """How many of ``refused_count`` no rule refused: they are left for somebody to decide about."""
        return int(self.counts.get("left", 0))

    @property
    def forbidden_count(self) -> int:
        return self.refused_count - self.left_count


class BulkRows(TenantModel):
    """Some of the rows that were chosen, as long as they are to be done (``crm/bulk/rows.py``)."""

    run = TenantForeignKey(BulkRun)
    last = models.UUIDField()  # of ``ids``
    ids = models.BinaryField()  # one after the other, in their order

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "last"], name="bulk_rows_once")]


class BulkMemory(TenantModel):
    """What a dry run has in mind after a batch, as ``Rehearse.news`` gave it: another worker recalls it."""

    run = TenantForeignKey(BulkRun)
    data = models.JSONField(encoder=DjangoJSONEncoder)


class BulkOutcome(TenantModel):
    """What a record has become, or in a dry run would become: ``Became`` as JSON, in the words of who made the run."""

    run = TenantForeignKey(BulkRun)
    record_id = models.UUIDField()
    name = models.CharField(max_length=300)
    became = models.JSONField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "record_id"], name="bulk_outcome_once")]


class BulkFinding(TenantModel):
    """A record that a run refused, or of which a dry run says that it should be looked at first, and why."""

    run = TenantForeignKey(BulkRun)
    record_id = models.UUIDField()
    name = models.CharField(max_length=300)
    is_refused = models.BooleanField(default=True)
    is_left = models.BooleanField(default=False, db_default=False)  # no rule refused it: somebody is to decide
    reasons = models.JSONField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "record_id"], name="bulk_finding_once")]
