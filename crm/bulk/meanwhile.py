"""Rows in which somebody else has set the field since they were chosen: they are refused, not written over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.bulk.models import BulkRun
from crm.events.models import Event
from crm.events.phrases import actor_name, shown
from crm.records.diff import identity
from crm.records.types import BulkAction, RecordType


def changed_meanwhile(
    run: BulkRun, record_type: RecordType, action: BulkAction, values: Mapping[str, Any], ids: Sequence[UUID]
) -> dict[UUID, str]:
    """Return, for those of the rows ``ids``, who has set what the run would set, and to what."""
    if run.asked_at is None or not action.writes:
        return {}
    events = Event.objects.filter(record_type=record_type.key, record_id__in=ids, at__gt=run.asked_at)
    others = events.filter(changes__has_any_keys=list(action.writes)).exclude(actor=run.made_by)
    found: dict[UUID, str] = {}
    for event in others.select_related("actor").order_by("at", "id"):
        for name in action.writes:
            if event.record_id and name in event.changes:
                now = event.changes[name][1]
                if name in values and identity(record_type.spec(name).kind.json(values[name])) == identity(now):
                    found.pop(event.record_id, None)  # both want the same
                    continue
                words = {"person": actor_name(event), "field": record_type.spec(name).label, "now": shown(now)}
                text = _("%(person)s has set %(field)s to “%(now)s” since you chose the rows.")
                found[event.record_id] = text % words
    return found
