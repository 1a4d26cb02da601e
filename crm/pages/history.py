"""The field history of any record: who, when, old, new, because of what."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.events.selectors import events_of
from crm.records.access import get_record
from crm.records.hiding import hide_names_and_causes
from crm.ui.http import respond
from crm.ui.paging import Ordering, page_by_key
from crm.users.http import WorkspaceRequest


def history_page(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``GET /<type>/<id>/history/``: newest first."""
    record = get_record(request.actor, record_type, record_id)
    page = page_by_key(
        events_of(record),
        Ordering([("at", True)]),
        after=request.GET.get("after"),
        before=request.GET.get("before"),
        size=50,
    )
    hide_names_and_causes(request.actor, page.rows)
    context = {"type": record_type, "record": record, "page": page, "url": catalogue.url(record)}
    return respond(request, "pages/history.html", context)
