"""Reminders: the moment at which somebody is to be told of a task, and telling them.

Nobody is reminded who has not asked for it: what is due stands in "my day" anyway, and a bell that rings for each
task is soon not heard any more. A task is due on a day and not at an hour, so a reminder is in a morning, or at a
moment of one's own choice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.activities.access import of_live_records
from crm.activities.events import REMINDED
from crm.activities.models import Activity, Reminder
from crm.activities.selectors import OPEN_TASK
from crm.ground.writes import service
from crm.notices.services import News, notify
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant
from crm.users.models import Membership
from crm.users.selectors import zone_of

MORNING = time(9)
DAYS_BEFORE = {Reminder.MORNING: 0, Reminder.DAY_BEFORE: 1}

logger = structlog.get_logger(__name__)


def reminder_moment(
    reminder: str, *, due_on: date | None, owner: Membership | None, at: datetime | None = None
) -> datetime | None:
    """Return when ``owner`` is to be reminded; a morning is one where they live. ``at``: the moment of their own.

    Raises ``ValidationError`` keyed by "reminder" or "remind_at" for what lies in the past or cannot be told.
    """
    if reminder == Reminder.NONE:
        return None
    if reminder == Reminder.OWN:
        if at is None:
            raise ValidationError({"remind_at": _("Say when you want to be reminded.")})
        if at <= timezone.now():
            raise ValidationError({"remind_at": _("This moment has passed: choose a later one.")})
        return at
    moment = _morning(reminder, due_on, owner)
    if moment is None:
        raise ValidationError({"reminder": _("Say on which day it is due, or choose a time for the reminder.")})
    if moment <= timezone.now():
        raise ValidationError({"reminder": _("That morning has passed: choose another time for the reminder.")})
    return moment


def follow_day(task: Activity, before: date | None) -> list[str]:
    """Let the reminder go along with the task's day, which was ``before``; return the columns to be saved.

    A moment of one's own keeps its hour and its distance in days. What had its time already is told again on the
    new day; what would lie in the past is not told at all.
    """
    moment = task.remind_at
    if task.reminder in DAYS_BEFORE:
        moment = _morning(task.reminder, task.due_on, task.owner)
    elif moment is not None and task.due_on is not None and before is not None:
        local = moment.astimezone(zone_of(task.owner)) if task.owner else moment
        moment = local + (task.due_on - before)  # by the clock on the wall, also over a change of the hour
    return _arm(task, moment)


def follow_owner(task: Activity) -> list[str]:
    """Let the reminder be in the morning of who is to do the task now; return the columns to be saved."""
    if task.reminder not in DAYS_BEFORE or task.reminded_at is not None:
        return []
    return _arm(task, _morning(task.reminder, task.due_on, task.owner))


def _morning(reminder: str, due_on: date | None, owner: Membership | None) -> datetime | None:
    if due_on is None or owner is None:
        return None
    day = due_on - timedelta(days=DAYS_BEFORE[Reminder(reminder)])
    return datetime.combine(day, MORNING, zone_of(owner))


def _arm(task: Activity, moment: datetime | None) -> list[str]:
    if moment == task.remind_at:
        return []
    task.remind_at = moment if moment and moment > timezone.now() else None
    task.reminded_at = None
    return ["remind_at", "reminded_at"]


def tenants_with_reminders(most: int) -> Iterable[UUID]:
    """Return the ids of up to ``most`` workspaces in which a reminder is due, the longest waiting first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM reminders_tenants_due(%s, %s)", [timezone.now(), most])
        return [row[0] for row in cursor.fetchall()]


def remind_due(tenant: Tenant, limit: int) -> int:
    """Tell the owners of up to ``limit`` tasks of ``tenant`` whose reminder is due; return how many were looked at.

    Like the delivery of events it enters the tenant itself: each task is a transaction of its own, so that a killed
    worker leaves it told or not, and one that fails keeps no other waiting.
    """
    with tenant_context(tenant):
        due = Activity.objects.filter(OPEN_TASK, reminded_at=None, remind_at__lte=timezone.now())
        ids = list(due.order_by("remind_at", "id").values_list("pk", flat=True)[:limit])
    for task_id in ids:
        try:
            with tenant_context(tenant):
                forget()  # the tenant object has been through other transactions
                remind_owner(task_id=task_id)
        except Exception:
            logger.exception("reminder_failed", tenant=tenant.slug, task=str(task_id))
    return len(ids)


@service
def remind_owner(*, task_id: UUID) -> bool:
    """Tell the owner of the task, once, if its reminder is due and it is still to be done; return whether one was told.

    A task whose records all lie in the recycle bin is passed over.
    """
    due = Activity.objects.filter(OPEN_TASK, pk=task_id, reminded_at=None, remind_at__lte=timezone.now())
    task = due.select_for_update(of=("self",), skip_locked=True).first()
    if task is None:
        return False
    task.reminded_at = timezone.now()
    task.save(update_fields=["reminded_at"])
    if not of_live_records(Activity.objects.filter(pk=task.pk)).exists():
        return False
    event = events.record(REMINDED, record=task, actor=None, data={"subject": str(task)})
    return bool(notify(News(member=task.owner, kind="reminder", event=event, record=None, data={"name": str(task)})))
