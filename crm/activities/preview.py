"""What the preview of a record says of its activities: what is to be done next, and what happened last."""

from __future__ import annotations

from typing import Any

from crm import catalogue
from crm.activities.panels import feed_context
from crm.activities.selectors import Timeline, open_tasks, timeline
from crm.activities.shown import TaskRow
from crm.catalogue.types import Panel
from crm.tenants.clock import today
from crm.users.models import Membership

TASKS, ENTRIES = 2, 5


def preview_context(actor: Membership, record: Any) -> dict[str, Any]:
    """What ``activities/preview.html`` shows; nothing in it can be changed."""
    last = Timeline(timeline(actor, record, limit=ENTRIES).entries)
    now = today()
    return {
        **feed_context(actor, record, last),
        "may_write": False,
        "tasks": [TaskRow(task, now) for task in open_tasks(record, TASKS)],
    }


_PANEL = Panel("activity", "activities/preview.html", preview_context, place="preview")
catalogue.add_panel(catalogue.every_type, _PANEL)
