"""Which records a run is about."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.bulk.actions import DELETE
from crm.bulk.models import BulkRun
from crm.events.models import Event
from crm.records.access import deleted_records, visible_records
from crm.records.types import RecordType
from crm.saved_views.state import state_of_json
from crm.users.models import Membership


def selected(run: BulkRun, record_type: RecordType, actor: Membership) -> QuerySet:
    """The run's records that ``actor`` may see by now, in no order.

    Raises ``ValidationError`` when a filter of the view can no longer be read: better none than too many.
    """
    if run.undoes is not None:
        done = Event.objects.filter(because=run.undoes.event_id, record_type=record_type.key)
        if run.undoes.action == DELETE.key:
            return deleted_records(actor, record_type).order_by().filter(pk__in=done.values("record_id"))
        return visible_records(actor, record_type).filter(pk__in=done.values("record_id"))
    records = visible_records(actor, record_type)
    if run.ids:
        return records.filter(pk__in=run.ids)
    state = state_of_json(record_type, run.view)
    if len(state.filters) < len(run.view["filters"]):
        raise ValidationError(_("A filter of the view is gone, so that it is no longer known which rows were meant."))
    return state.apply(records, actor)
