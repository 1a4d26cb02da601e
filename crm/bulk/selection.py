"""Which records a run is about."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from crm.bulk.actions import puts_away
from crm.bulk.models import BulkRun
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.queries.query import query_of_json
from crm.records.access import deleted_records, visible_records
from crm.users.models import Membership


def out_of_reach(run: BulkRun, record_type: RecordType, actor: Membership) -> list[UUID]:
    """Return the records that ``run`` is to give back and ``actor`` cannot reach by now.

    What somebody else has brought back from the bin already is not among them.
    """
    assert run.undoes is not None
    done = Event.objects.filter(because=run.undoes.event_id, record_type=record_type.key)
    there = visible_records(actor, record_type).order_by().values("pk")
    missing = done.exclude(record_id__in=there).exclude(
        record_id__in=to_give_back(run, record_type, actor).values("pk")
    )
    return sorted({one for one in missing.values_list("record_id", flat=True) if one is not None})


def to_give_back(run: BulkRun, record_type: RecordType, actor: Membership) -> QuerySet:
    """The records that ``run`` is to give back and ``actor`` can reach by now, in no order."""
    assert run.undoes is not None
    done = Event.objects.filter(because=run.undoes.event_id, record_type=record_type.key)
    if puts_away(run.undoes):
        return deleted_records(actor, record_type).order_by().filter(pk__in=done.values("record_id"))
    return visible_records(actor, record_type).filter(pk__in=done.values("record_id"))


def still_chosen(run: BulkRun, record_type: RecordType, actor: Membership, ids: list[UUID]) -> set[UUID]:
    """Those of the run's ``ids`` that ``actor`` still sees and the list still shows.

    Raises ``ValidationError`` when a filter of the view can no longer be read: better none than too many.
    """
    records = visible_records(actor, record_type).filter(pk__in=ids)
    found = query_of_json(record_type, run.view).among(records, actor) if run.view else records
    return set(found.order_by().values_list("pk", flat=True))
