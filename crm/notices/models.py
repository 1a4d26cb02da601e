"""What somebody has to be told in the app."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from crm.tenants.models import TenantForeignKey, TenantModel


class Notification(TenantModel):
    """One thing that ``member`` is told: what happened (``event``), and the record it leads to, if any.

    ``kind`` says how it is worded (``kinds.py``), ``data`` holds the words that the sentence needs.
    """

    member = TenantForeignKey("users.Membership")
    kind = models.CharField(max_length=30, db_collation="C")
    event = TenantForeignKey("events.Event")
    record_type = models.CharField(max_length=30, db_collation="C")
    record_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    is_veiled = False  # whether ``data`` names something that its reader may not see by now

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "member", "event"], name="notification_once")]
        indexes = [
            models.Index(fields=["tenant", "member", "-at", "-id"], name="notification_by_time"),
            models.Index(fields=["tenant", "member"], condition=models.Q(read_at=None), name="notification_unread"),
        ]
