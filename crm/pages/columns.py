"""Choosing the columns of a list, and their order."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.urls import reverse

from crm.catalogue.types import RecordType
from crm.fields.spec import FieldSpec
from crm.pages.listing import read_listing
from crm.ui.http import go, respond
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest

FIRST = "name"  # stays where it is: a row opens by it


def columns_page(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
    """``GET /<type>/columns/?<the list's query>``: asks; ``up`` and ``down`` name a column to move, ``show`` ends.

    What was ticked and moved stands in the query, as everywhere: nothing is kept before a view is saved.
    """
    listing = read_listing(request, record_type)
    state, query = listing.state, listing.query
    chosen = [spec for spec in query.specs if spec.name != FIRST]
    list_url = reverse(f"{record_type.key}:list")
    if "show" in request.GET:
        for problem in listing.problems:
            say(request, problem, tone="warning")
        unseen = (name for name in query.columns if name in record_type.hidden)  # others may see them in the view
        names = (FIRST, *(spec.name for spec in chosen), *(spec.name for spec in query.resting), *unseen)
        return go(request, list_url + state.address(replace(query, columns=names)))
    moved = request.GET.get("up") or request.GET.get("down") or ""
    _move(chosen, moved, -1 if "up" in request.GET else 1)
    context = {
        "type": record_type,
        "first": record_type.spec(FIRST),
        "chosen": chosen,
        "others": [spec for spec in record_type.specs_now() if spec.name != FIRST and spec not in chosen],
        "resting": query.resting,
        "kept": state.pairs(replace(query, columns=())),
        "moved": moved,
        "moved_up": "up" in request.GET,
        "back": list_url + state.address(),
        "usual": list_url + state.address(replace(query, columns=())),
    }
    return respond(request, "pages/columns.html", context, partial="form")


def _move(specs: list[FieldSpec], name: str, step: int) -> None:
    at = next((index for index, spec in enumerate(specs) if spec.name == name), None)
    if at is not None and 0 <= at + step < len(specs):
        specs.insert(at + step, specs.pop(at))
