"""What is to happen next with a record.

That is its own next step, where its type has one (the composer writes it, and so must have shown what it replaces), and
where nobody has set one, what stands open on it: the first of its tasks and planned meetings.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Case, F, Q, When
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import catalogue
from crm.activities.models import Activity, ActivityKind, ActivityLink
from crm.events.selectors import events_of
from crm.records.versions import ConflictError, refuse_unseen
from crm.tenants.clock import day_of, today
from crm.tenants.context import current_tenant
from crm.ui import format as formats
from crm.users.models import Membership


@dataclass(frozen=True)
class Ahead:
    """An open task, or a meeting that is still to come; ``on`` is its day, if it has one."""

    kind: str
    name: str
    on: date | None

    @property
    def is_overdue(self) -> bool:
        return self.on is not None and self.on < today()

    @property
    def words(self) -> str:
        """Without the day."""
        if self.kind == ActivityKind.MEETING:
            return _("Meeting: %(name)s") % {"name": self.name} if self.name else str(ActivityKind.MEETING.label)
        return _("Task: %(name)s") % {"name": self.name}

    def __str__(self) -> str:
        words = {"name": self.name, "day": formats.date(self.on)}
        if self.kind == ActivityKind.MEETING:
            return _("Meeting: %(name)s, on %(day)s") % words if self.name else _("Meeting on %(day)s") % words
        return _("Task: %(name)s, by %(day)s") % words if self.on else self.words


def ahead_of(key: str, ids: Collection[UUID]) -> dict[UUID, Ahead]:
    """Return for each record of the type ``key`` that has an open task or a planned meeting the first of them.

    One statement for all, by the workspace's days: a meeting goes before a task of its day, and what is due on no day
    comes last.
    """
    if not ids:
        return {}
    is_open = Q(activity__kind=ActivityKind.TASK, activity__completed_at=None)
    is_planned = Q(activity__kind=ActivityKind.MEETING, activity__occurred_at__gt=timezone.now())
    due = Case(
        When(
            activity__kind=ActivityKind.MEETING, then=TruncDate("activity__occurred_at", tzinfo=current_tenant().zone)
        ),
        default=F("activity__due_on"),
    )
    links = ActivityLink.objects.filter(is_open | is_planned, record_type=key, record_id__in=ids)
    links = links.filter(activity__deleted_at=None).select_related("activity")
    order = (due.asc(nulls_last=True), "activity__kind", "activity__occurred_at", "activity_id")
    firsts = links.order_by("record_id", *order).distinct("record_id")
    return {link.record_id: _ahead(link.activity) for link in firsts}


def _ahead(activity: Activity) -> Ahead:
    at: datetime = activity.occurred_at
    if activity.is_task:
        return Ahead(activity.kind, activity.subject, activity.due_on)
    return Ahead(activity.kind, activity.gist, day_of(at))


class UnseenStepError(ValidationError):
    """Somebody else has written another next step since the composer was drawn."""


def step_of(record: Any, actor: Membership) -> str:
    """The next step and its day, as the composer carries them; "" where there is none of its own that ``actor`` may
    change."""
    record_type = catalogue.seen(catalogue.type_of(record), actor) if record is not None else None
    if record_type is None or record_type.next_step is None:
        return ""
    specs = [record_type.spec(name) for name in record_type.next_step]
    return json.dumps({spec.name: spec.kind.history(spec.value(record)) for spec in specs})


def refuse_unseen_step(record: Any, values: dict[str, Any], seen: str, actor: Membership) -> None:
    """Raise ``UnseenStepError`` if ``values`` would go over what somebody else has written, and was not ``seen``."""
    try:
        was = json.loads(seen or "{}")
        refuse_unseen(catalogue.type_of(record), record, values, was if isinstance(was, dict) else {})
    except ConflictError as error:
        changes = {name: events_of(record).filter(changes__has_key=name).first() for name in error.message_dict}
        if any(change is None or change.actor_id != actor.pk for change in changes.values()):
            raise UnseenStepError([*error.messages, _("Send it once more to replace that.")]) from error
    except ValueError:  # not as it was drawn
        return
