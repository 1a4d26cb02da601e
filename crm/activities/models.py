"""Activities: notes, calls, meetings, mails, tasks and files, on any record."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.activities.files.models import StoredFile
from crm.tenants.models import TenantForeignKey, TenantModel
from crm.ui import format as formats

__all__ = ["Activity", "ActivityKind", "ActivityLink", "StoredFile"]


class ActivityKind(models.TextChoices):
    NOTE = "note", _("Note")
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    EMAIL = "email", _("E-mail")
    TASK = "task", _("Task")
    FILE = "file", _("File")


class Reminder(models.TextChoices):
    """When somebody is reminded of a task: by its day, or at a moment of their choice."""

    NONE = "", _("No reminder")
    MORNING = "morning", _("That morning")
    DAY_BEFORE = "day_before", _("The morning before")
    OWN = "own", _("At a time …")


class Activity(TenantModel):
    """Something said, done or to be done. A task has ``due_on`` (a day in the workspace's zone) and an owner."""

    noun = _("activity")
    keeps_changes = True
    type_key = "activities"

    kind = models.CharField(max_length=10, choices=ActivityKind.choices, db_collation="C")
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    owner = TenantForeignKey("users.Membership", null=True)  # of a task: who is to do it; otherwise who did it
    created_by = TenantForeignKey("users.Membership", null=True)
    created_at = models.DateTimeField(default=timezone.now)
    occurred_at = models.DateTimeField(default=timezone.now)  # its place in the timeline
    due_on = models.DateField(null=True)
    completed_at = models.DateTimeField(null=True)
    completed_by = TenantForeignKey("users.Membership", null=True)
    deleted_at = models.DateTimeField(null=True)
    reminder = models.CharField(max_length=10, choices=Reminder.choices, blank=True, db_collation="C")
    remind_at = models.DateTimeField(null=True)  # what ``reminder`` comes to (reminders.py)
    reminded_at = models.DateTimeField(null=True)  # it has had its time: the owner was told, if there was reason to

    def __str__(self) -> str:
        if self.gist:
            return self.gist
        return gettext("%(kind)s on %(day)s") % {"kind": self.get_kind_display(), "day": formats.date(self.occurred_at)}

    @property
    def gist(self) -> str:
        """What it says, in a line; "" for a call or a meeting of which nothing was written."""
        return self.subject or self.body.strip().partition("\n")[0].rstrip()[:100]

    @property
    def is_task(self) -> bool:
        return self.kind == ActivityKind.TASK

    @property
    def is_file(self) -> bool:
        return self.kind == ActivityKind.FILE

    @property
    def is_open_task(self) -> bool:
        return self.is_task and self.completed_at is None and self.deleted_at is None

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["tenant", "owner", "due_on"],
                condition=models.Q(kind="task", completed_at=None, deleted_at=None),
                name="task_open_by_owner",
            ),
            models.Index(
                fields=["tenant", "due_on", "id"],
                condition=models.Q(kind="task", completed_at=None, deleted_at=None),
                name="task_open_by_due",
            ),
            models.Index(
                fields=["tenant", "remind_at"],
                condition=models.Q(kind="task", completed_at=None, deleted_at=None, reminded_at=None)
                & ~models.Q(remind_at=None),
                name="task_reminder",
            ),
            models.Index(
                fields=["tenant", "occurred_at"],
                condition=models.Q(kind="meeting", deleted_at=None, occurred_at__gt=models.F("created_at")),
                name="meeting_planned",
            ),
            models.Index(
                fields=["tenant", "-completed_at", "-id"],
                condition=models.Q(kind="task", deleted_at=None) & ~models.Q(completed_at=None),
                name="task_done",
            ),
        ]


class ActivityLink(TenantModel):
    """On which record an activity stands; conversion adds links, so that the new records show it too."""

    noun = _("link to an activity")
    keeps_changes = True
    follows = ("occurred_at",)  # columns that are no part of an act, for crm.undo

    activity = TenantForeignKey(Activity)
    record_type = models.CharField(max_length=30, db_collation="C")
    record_id = models.UUIDField()
    occurred_at = models.DateTimeField()  # the activity's, so that one index serves a record's timeline

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "activity", "record_type", "record_id"], name="link_once")
        ]
        indexes = [models.Index(fields=["tenant", "record_type", "record_id", "-occurred_at"], name="link_of_record")]
