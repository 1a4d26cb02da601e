"""The preview of any record beside its list: the facts that matter, what is next, what was last."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.pages.detail import panels_of, shown
from crm.records.access import get_record
from crm.ui.http import respond
from crm.users.access import can
from crm.users.http import WorkspaceRequest


def preview_page(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``GET /<type>/<id>/preview/``: rows.js opens it at the side of the list."""
    names = dict.fromkeys((*record_type.headline, *record_type.columns))
    specs = record_type.specs(tuple(name for name in names if name != "name"))
    record = get_record(request.actor, record_type, record_id, related=record_type.related(specs))
    context = {
        "type": record_type,
        "record": record,
        "url": catalogue.url(record),
        "badges": record_type.badges(record),
        "fields": [shown(record, spec, False) for spec in specs],
        "panels": panels_of(request, record_type, record, "preview"),
        "may_edit": can(request.actor, "edit", record) and not record_type.locked(record),
    }
    return respond(request, "pages/preview.html", context, partial="preview")
