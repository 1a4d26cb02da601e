"""Whoever is given a task is told so; what reminds of one is told by ``reminders.py``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm import catalogue, events
from crm.activities.access import may_reach
from crm.activities.models import Activity
from crm.activities.refs import refs_of
from crm.events import phrases
from crm.events.models import Event
from crm.notices.kinds import NoticeKind, register
from crm.notices.services import News, notify
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

phrases.register("activity.created", _("%(actor)s added “%(subject)s”"))
phrases.register("activity.changed", _("%(actor)s changed “%(subject)s”"))
phrases.register("activity.deleted", _("%(actor)s deleted “%(subject)s”"))
phrases.register("activity.restored", _("%(actor)s brought “%(subject)s” back"))
phrases.register("activity.linked", _("%(actor)s carried the timeline of %(this)s over to other records"))
phrases.register("task.completed", _("%(actor)s completed the task “%(subject)s”"))
phrases.register("task.reopened", _("%(actor)s reopened the task “%(subject)s”"))
phrases.register("task.postponed", _("%(actor)s postponed the task “%(subject)s”"))
phrases.register("task.moved", _("%(actor)s changed what the task “%(subject)s” is about"))
phrases.register("task.reassigned", _("%(actor)s gave the task “%(subject)s” to %(owner)s"))
phrases.register("task.reminder_changed", _("%(actor)s changed the reminder of the task “%(subject)s”"))
phrases.register("task.reminded", _("The reminder of the task “%(subject)s” was due"))
phrases.register("file.deleted", _("%(actor)s deleted the file “%(name)s”"))
phrases.register("file.restored", _("%(actor)s brought the file “%(name)s” back"))


def _concerns(event: Event) -> bool:
    owner: Any = event.data.get("owner")
    return owner is not None and UUID(owner["id"]) != event.actor_id


@events.on("activity.created", "task.reassigned", key="tell-task-owner", when=_concerns)
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
