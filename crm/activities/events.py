"""What happens to activities: notes, calls, mails, meetings, tasks and files."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.events.types import ANY, EventType, declare

_ABOUT = "activities"
_ACTIVITY = {
    "kind": "note, call, email, meeting, task or file",
    "subject": "what it is called",
    "records": "the records that it stands on: the type and id of each",
    "owner": "who is to do the task",
    "planned": "whether it is still to come",
}
_FILE = {"name": "what the file is called"}


def _of_activities(name: str, label: Any, sentence: Any, **facts: Any) -> EventType:
    return declare(name, label, sentence, about=_ABOUT, payload=_ACTIVITY, **facts)


CREATED = _of_activities("activity.created", _("Activity added"), _("%(actor)s added “%(subject)s”"), creates=True)
CHANGED = _of_activities("activity.changed", _("Activity changed"), _("%(actor)s changed “%(subject)s”"))
DELETED = _of_activities("activity.deleted", _("Activity deleted"), _("%(actor)s deleted “%(subject)s”"))
RESTORED = _of_activities("activity.restored", _("Activity brought back"), _("%(actor)s brought “%(subject)s” back"))
LINKED = declare(
    "activity.linked",
    _("Timeline carried over"),
    _("%(actor)s carried the timeline of %(this)s over to other records"),
    about=ANY,
    payload={"records": "the records that it stands on now, too", "links": "on how many places entries are new"},
)

TASK_COMPLETED = _of_activities("task.completed", _("Task completed"), _("%(actor)s completed the task “%(subject)s”"))
TASK_REOPENED = _of_activities("task.reopened", _("Task reopened"), _("%(actor)s reopened the task “%(subject)s”"))
TASK_POSTPONED = _of_activities("task.postponed", _("Task postponed"), _("%(actor)s postponed the task “%(subject)s”"))
TASK_MOVED = _of_activities(
    "task.moved", _("Task moved to another record"), _("%(actor)s changed what the task “%(subject)s” is about")
)
TASK_REASSIGNED = _of_activities(
    "task.reassigned", _("Task reassigned"), _("%(actor)s gave the task “%(subject)s” to %(owner)s")
)
REMINDER_CHANGED = _of_activities(
    "task.reminder_changed",
    _("Reminder of a task changed"),
    _("%(actor)s changed the reminder of the task “%(subject)s”"),
)
REMINDED = _of_activities(
    "task.reminded", _("Reminder of a task due"), _("The reminder of the task “%(subject)s” was due")
)

FILE_DELETED = declare(
    "file.deleted", _("File deleted"), _("%(actor)s deleted the file “%(name)s”"), about=_ABOUT, payload=_FILE
)
FILE_RESTORED = declare(
    "file.restored",
    _("File brought back"),
    _("%(actor)s brought the file “%(name)s” back"),
    about=_ABOUT,
    payload=_FILE,
)
