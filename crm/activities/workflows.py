"""Whoever is given a task is told so; what reminds of one is told by ``reminders.py``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm import catalogue, events
from crm.activities.access import may_reach
from crm.activities.events import CREATED, DELETED, TASK_REASSIGNED
from crm.activities.models import Activity
from crm.activities.refs import refs_of
from crm.events.models import Event
from crm.notices.kinds import NoticeKind, register
from crm.notices.services import News, notify
from crm.records.taking_back import tells_what_stays
from crm.ui import format as formats
from crm.users.models import Membership
from crm.users.selectors import member


def leads_to(actor: Membership, event: Event) -> str:
    """The page of a record that the task stands on, or else the task itself: what ``actor`` may see of it."""
    task = Activity.objects.filter(pk=event.record_id, deleted_at=None).first()
    if task is None:
        return reverse("activities:tasks")
    refs = refs_of(actor, [task]).get(task.pk)
    if refs:
        return f"{refs[0].url}#open-tasks"
    reaches = may_reach(actor, task, "edit")
    return reverse("activities:edit", kwargs={"activity_id": task.pk}) if reaches else reverse("activities:tasks")


register(
    NoticeKind(
        "task",
        "square-check",
        _("%(actor)s gave you the task “%(name)s”."),
        many=_("%(actor)s gave you %(count)d tasks."),
        home="activities:tasks",
        leads_to=leads_to,
    )
)
register(NoticeKind("reminder", "alarm-clock", _("Reminder: “%(name)s”."), leads_to=leads_to))


@tells_what_stays
def tasks_that_stay(followed: QuerySet[Event]) -> str:
    """The follow-up tasks that were made, and not deleted since."""
    made = followed.filter(name=CREATED.name, data__kind="task").values("record_id")
    put_away = Event.objects.filter(name=DELETED.name, record_id__in=made).values("record_id")
    tasks = made.exclude(record_id__in=put_away).count()
    words = {"count": formats.number(tasks)}
    return ngettext("The follow-up task stays.", "The %(count)s follow-up tasks stay.", tasks) % words if tasks else ""


def _concerns(event: Event) -> bool:
    owner: Any = event.data.get("owner")
    return owner is not None and UUID(owner["id"]) != event.actor_id


@events.on(
    CREATED,
    TASK_REASSIGNED,
    key="tell-task-owner",
    label=_("Notification of a task"),
    when=_concerns,
)
def tell_task_owner(event: Event) -> str:
    """Tell who is to do the task, unless it was done, put away or handed on meanwhile."""
    task = Activity.objects.filter(pk=event.record_id, owner_id=event.data["owner"]["id"]).first()
    if task is None or not task.is_open_task:
        return ""
    types = {one.key: one for one in catalogue.record_types()}
    places = [types[key].model(pk=record_id) for key, record_id in event.data["records"] if key in types]
    owner = member(UUID(event.data["owner"]["id"]))
    record = places[0] if places else None
    if not notify(News(member=owner, kind="task", event=event, record=record, data={"name": str(task)})):
        return ""
    return str(_("Told %(name)s.") % {"name": owner.name if owner else ""})
