"""What a lookup field offers while a name is typed (static/js/lookup.js)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse

from crm import catalogue
from crm.fields.spec import FieldSpec
from crm.ground.ids import uuid_of
from crm.ground.text import sort_key
from crm.records.access import visible_records
from crm.records.chains import at_or_below
from crm.search.selectors import Found, search
from crm.ui.http import respond
from crm.users.access import may
from crm.users.http import WorkspaceRequest, require

SHOWN = 8
SHOWN_OF_EACH = 4  # where records of all types are offered


def options_page(request: WorkspaceRequest, key: str) -> HttpResponse:
    """``GET /lookup/<type>/?q=ac``: records that fit, those whose name starts so first; ``above=<id>``: and that can
    stand above that one."""
    try:
        record_type = catalogue.seen_type(key, request.actor)
    except KeyError as error:
        raise Http404 from error
    require(may(request.actor, "view", key))
    typed = _typed(request)
    beside = record_type.links_beside()
    rows = record_type.with_related(visible_records(request.actor, record_type), beside)
    if below := uuid_of(request.GET.get("above", "")):
        rows = rows.exclude(pk__in=at_or_below(record_type, below))
    records = _offered(rows, typed, SHOWN)
    if typed and len(records) < SHOWN:
        records = _more(rows, records, search(request.actor, typed, key=key, most=SHOWN), SHOWN)
    offered = [(record, _beside(beside, record)) for record in records]
    return respond(request, "fields/lookup_options.html", {"records": offered, "typed": typed})


def any_options_page(request: WorkspaceRequest) -> HttpResponse:
    """``GET /lookup/any/?q=ac``: records of every type that the person may add something to and that fit."""
    types = [one for one in catalogue.record_types() if may(request.actor, "edit", one.key)]
    require(types)
    typed = _typed(request)
    found = search(request.actor, typed, most=SHOWN_OF_EACH, verb="edit")
    offered: list[Any] = []
    for record_type in types:
        rows = record_type.unlocked_among(visible_records(request.actor, record_type, "edit"))  # others are refused
        records = _more(rows, _offered(rows, typed, SHOWN_OF_EACH), found, SHOWN_OF_EACH)
        offered += [(record_type, record) for record in records]
    return respond(request, "fields/lookup_any.html", {"records": offered, "typed": typed})


def _beside(links: Iterable[FieldSpec], record: Any) -> str:
    """What the first of ``links`` that ``record`` has is called."""
    return next(filter(None, (spec.words(record) for spec in links)), "")


def _typed(request: WorkspaceRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()  # PostgreSQL knows no U+0000


def _offered(rows: Any, typed: str, most: int) -> list[Any]:
    """Those whose name starts with what was typed, by name."""
    prefix = sort_key(typed)
    rows = rows.filter(sort_name__prefix=prefix) if prefix else rows
    return list(rows.order_by("sort_name", "id")[:most])


def _more(rows: Any, offered: list[Any], found: Found, most: int) -> list[Any]:
    """``offered``, and what of ``rows`` the search has found otherwise: by a word amid the name, an e-mail, a phone."""
    ids = [record.pk for group in found.groups for record in group.records]
    known = {record.pk for record in offered}
    wanted = [pk for pk in ids if pk not in known] if len(offered) < most else []
    by_id = {record.pk: record for record in rows.filter(pk__in=wanted)} if wanted else {}
    return [*offered, *(by_id[pk] for pk in wanted if pk in by_id)][:most]
