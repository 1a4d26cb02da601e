"""The one log of what happened, and the messages that carry it to workflows."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from crm.events.types import EventType, RecordEvent, event_type, names
from crm.tenants.models import TenantForeignKey, TenantModel

IMPORT = "import"  # in an event's data: the id of the import by which it came


class Event(TenantModel):
    """Something that happened to one record: history, audit, timeline and the source of workflows.

    Append-only: the serving role has no right to change or delete a row.
    ``changes`` maps a field's name to ``[old, new]`` as plain JSON values; a choice, person or record is kept as
    ``{"id": …, "label": …}`` so that history reads the same after a rename or deletion.
    """

    append_only = True

    name = models.CharField(max_length=60)  # EventType.name
    record_type = models.CharField(max_length=30)  # RecordType.key, or "" for a setting of the workspace
    record_id = models.UUIDField(null=True)
    actor = TenantForeignKey("users.Membership", null=True)  # None: a workflow did it, see because
    because = TenantForeignKey("events.Event", null=True)
    changes = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    @property
    def type(self) -> EventType:
        """What is declared of events of this name."""
        return event_type(self.name)

    def was(self, *types: EventType | RecordEvent) -> bool:
        """Whether it is of one of ``types``."""
        return self.name in names(*types)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "record_type", "record_id", "-at"], name="event_of_record"),
            models.Index(fields=["tenant", "name", "-at"], name="event_by_name"),
            models.Index(fields=["tenant", "-at"], name="event_by_time"),
        ]


class OutboxMessage(TenantModel):
    """An event on its way to one handler: written with the event, deleted in the commit of the handler's effects."""

    event = TenantForeignKey(Event)
    handler = models.CharField(max_length=80)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    failed_at = models.DateTimeField(null=True)  # given up after MAX_ATTEMPTS; an admin can retry
    last_error = models.TextField(blank=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "due_at"], name="outbox_due", condition=models.Q(failed_at=None))]


class HandlerRun(TenantModel):
    """The run log: one row for each delivered message, shown to admins."""

    event = TenantForeignKey(Event)
    handler = models.CharField(max_length=80)
    outcome = models.CharField(max_length=200)  # what the handler says it did; "" = nothing to do
    succeeded = models.BooleanField()
    attempts = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "-at"], name="run_by_time")]
