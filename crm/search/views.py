"""The search page, and its short form for the command palette."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from crm import catalogue
from crm.catalogue.searched import Searched
from crm.search.arranging import rows_of
from crm.search.selectors import Found, is_person_like, search
from crm.ui import respond
from crm.users.access import HIDDEN, limited_fields, may
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership

PER_TYPE = 8  # of each type where all are shown
PER_PAGE = 50  # of one type
IN_PALETTE = 5


def results(request: WorkspaceRequest) -> HttpResponse:
    """What fits ``q``: the best of each type, or page by page of the one named by ``type``."""
    key = request.GET.get("type", "")
    if key not in {record_type.key for record_type in catalogue.record_types()}:
        key = ""
    page = _page_number(request.GET.get("page", "")) if key else 1
    most = PER_PAGE if key else PER_TYPE
    found = search(request.actor, request.GET.get("q", ""), key=key, most=most, skip=(page - 1) * most)
    context = _context(request, found) | {"key": key, "page": page}
    if key and page > 1:
        context["previous_url"] = _url(found.query, key, page - 1)
    if key and found.hits > page * most:
        context["next_url"] = _url(found.query, key, page + 1)
    return respond(request, "search/results.html", context, partial="results")


def palette(request: WorkspaceRequest) -> HttpResponse:
    """The best hits of each type as items of the command palette."""
    found = search(request.actor, request.GET.get("q", ""), most=IN_PALETTE)
    return respond(request, "search/palette.html", _context(request, found))


def _context(request: WorkspaceRequest, found: Found) -> dict[str, Any]:
    groups = [
        {
            "type": group.record_type,
            "rows": rows,
            "hits": group.hits,
            "is_capped": group.is_capped,
            "url": _url(found.query, group.record_type.key),
            "more": group.hits - len(group.records),
        }
        for group, rows in zip(found.groups, rows_of(request.actor, found.groups), strict=True)
        if rows or group.hits > len(group.records)
    ]
    return {
        "found": found,
        "groups": groups,
        "search_text": found.query,
        "asks_for_person": is_person_like(found.query),
        "new": _new_person(request),
        "leaves_out": _leaves_out(request.actor),
        "results_url": _url(found.query),
    }


def _leaves_out(actor: Membership) -> bool:
    """Whether something that others are found by is hidden from ``actor``."""
    kinds = catalogue.record_types()
    return any(not all(Searched.flags(one.searched.parts, limited_fields(actor, one.key, HIDDEN))) for one in kinds)


def _new_person(request: WorkspaceRequest) -> dict[str, str] | None:
    """What to make of somebody whom nobody knows yet: the first type of person that one may create."""
    for one in catalogue.record_types():
        if one.is_person and may(request.actor, "create", one.key):
            return {"url": reverse(f"{one.key}:new"), "label": str(one.label)}
    return None


def _url(query: str, key: str = "", page: int = 1) -> str:
    parameters = {"q": query} | ({"type": key} if key else {}) | ({"page": str(page)} if page > 1 else {})
    return f"{reverse('search:results')}?{urlencode(parameters)}"


def _page_number(text: str) -> int:
    return min(int(text), 100) if text.isascii() and text.isdigit() and int(text) else 1
