"""What a lookup field offers while a name is typed (static/js/lookup.js)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse

from crm.records import registry
from crm.records.access import visible_records
from crm.records.hiding import hide_unseen
from crm.tenants.text import sort_key
from crm.ui.http import respond
from crm.users.access import may
from crm.users.http import WorkspaceRequest, require

SHOWN = 8
SHOWN_OF_EACH = 4  # where records of all types are offered
ANY = "any"


def options_page(request: WorkspaceRequest, key: str) -> HttpResponse:
    """``GET /lookup/<type>/?q=ac``: records whose name starts so."""
    try:
        record_type = registry.record_type(key)
    except KeyError as error:
        raise Http404 from error
    require(may(request.actor, "view", key))
    typed = sort_key(request.GET.get("q", "").replace("\x00", ""))  # PostgreSQL knows no U+0000
    records = visible_records(request.actor, record_type).order_by("sort_name", "id")
    if typed:
        records = records.filter(sort_name__prefix=typed)
    found = list(record_type.with_related(records, record_type.specs(("account",)))[:SHOWN])
    hide_unseen(request.actor, record_type, found)
    return respond(request, "fields/lookup_options.html", {"records": found, "typed": typed})


def any_options_page(request: WorkspaceRequest) -> HttpResponse:
    """``GET /lookup/any/?q=ac``: records of every type that the person may add something to, by how the name starts."""
    types = [one for one in registry.record_types() if may(request.actor, "edit", one.key)]
    require(types)
    typed = sort_key(request.GET.get("q", "").replace("\x00", ""))
    records: list[Any] = []
    for record_type in types:
        rows = record_type.unlocked_among(visible_records(request.actor, record_type, "edit"))  # others are refused
        rows = rows.filter(sort_name__prefix=typed) if typed else rows
        records += [(record_type, record) for record in rows.order_by("sort_name", "id")[:SHOWN_OF_EACH]]
    return respond(request, "fields/lookup_any.html", {"records": records, "typed": typed})
