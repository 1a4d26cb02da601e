"""Where the form of a condition leads to that was filled in over a list or a board."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse

from crm.catalogue.types import RecordType
from crm.pages.board import board_page
from crm.pages.filter_form import address_with, read_form
from crm.pages.listing import list_page, read_listing
from crm.ui.http import go
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest


def list_filtered(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
    """``POST /<type>/``: to the list with the condition that was sent."""
    return _with_condition(request, record_type, list_page)


def board_filtered(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
    """``POST /<type>/board/``: to the board with it."""
    return _with_condition(request, record_type, board_page)


def _with_condition(
    request: WorkspaceRequest, record_type: RecordType, page: Callable[[WorkspaceRequest, RecordType], HttpResponse]
) -> HttpResponse:
    """The way to the page with the condition; a form that cannot be taken is shown there with what is wrong.

    It is posted, as what is ticked may be more than an address can hold. Problems of the address that it came from
    would be lost on the way: they are told.
    """
    listing = read_listing(request, record_type)
    form = read_form(request, listing.state)
    if form is None or "_field" not in request.POST or form.problem:
        return page(request, record_type)
    for problem in listing.problems:
        say(request, problem, tone="warning")
    address = address_with(listing.state, form, request.POST.get("_was", ""), more="_or" in request.POST)
    return go(request, f"{request.path}{address}")
