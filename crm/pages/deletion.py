"""Deleting any record, with a way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.fields.kinds import Lookup
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.records.access import deleted_records, get_record
from crm.ui.http import back_to, go, method_of, respond
from crm.ui.toasts import say
from crm.users.access import may
from crm.users.http import WorkspaceRequest


def deletion_page(request: WorkspaceRequest, record_type: RecordType, record_id: UUID) -> HttpResponse:
    """``/<type>/<id>/deletion/``: GET asks, POST deletes, DELETE brings the record back."""
    method = method_of(request)
    record = get_record(
        request.actor, record_type, record_id, verb="delete", lock=method != "GET", deleted=method == "DELETE"
    )
    if method == "GET":
        context = {
            "type": record_type,
            "record": record,
            "url": catalogue.url(record),
            "days": settings.RECORDS_KEPT_DAYS,
            "naming": _naming(request, record_type, record),
        }
        return respond(request, "pages/deletion.html", context, partial="dialog")
    service = record_type.restore if method == "DELETE" else record_type.delete
    try:
        with transaction.atomic():
            service(record, actor=request.actor)
    except ValidationError as error:
        say(request, " ".join(error.messages), tone="danger")
        return go(request, catalogue.url(record) if method != "DELETE" else reverse(f"{record_type.key}:list"))
    if method == "DELETE":
        say(request, _("%(name)s is back.") % {"name": record.name})
        return go(request, back_to(request, catalogue.url(record)))
    undo = reverse(f"{record_type.key}:deletion", kwargs={"record_id": record.pk})
    say(request, _("%(name)s was deleted.") % {"name": record.name}, undo_url=undo)
    return go(request, reverse(f"{record_type.key}:list"))


def _naming(request: WorkspaceRequest, record_type: RecordType, record: Any) -> list[tuple[str, int, str]]:
    """What goes on naming a deleted ``record``, of what the person sees: what and how, how many, their list."""
    found = []
    for other in catalogue.record_types():
        lookups = [spec for spec in other.fields if isinstance(spec.kind, Lookup) and spec.kind.key == record_type.key]
        for spec in lookups if may(request.actor, "view", other.key) else ():
            query = Query(other, (Condition(spec.name, "is", (str(record.pk),)),))
            if count := query.rows(request.actor).count():
                found.append((f"{other.label_plural} ({spec.label})", count, query.url()))
    return found


def bin_page(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
    """``GET /<type>/bin/``: what was deleted in the last days and can be brought back."""
    records = deleted_records(request.actor, record_type)[:200]
    context = {"type": record_type, "records": records, "days": settings.RECORDS_KEPT_DAYS}
    return respond(request, "pages/bin.html", context)
