"""Which records a run is about."""

from __future__ import annotations

from uuid import UUID

from crm.bulk.models import BulkRun
from crm.catalogue.types import RecordType
from crm.queries.query import query_of_json
from crm.records.access import visible_records
from crm.users.models import Membership


def still_chosen(run: BulkRun, record_type: RecordType, actor: Membership, ids: list[UUID]) -> set[UUID]:
    """Those of the run's ``ids`` that ``actor`` still sees and the list still shows.

    Raises ``ValidationError`` when a filter of the view can no longer be read: better none than too many.
    """
    records = visible_records(actor, record_type).filter(pk__in=ids)
    found = query_of_json(record_type, run.view).among(records, actor) if run.view else records
    return set(found.order_by().values_list("pk", flat=True))
