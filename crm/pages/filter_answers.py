"""What the bar of filters over a list or a board asks for, before the page itself is."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse

from crm.catalogue.types import RecordType
from crm.pages.filter_form import address_with, read_form
from crm.pages.filtering import FilterBar
from crm.pages.listing import Listing, read_listing
from crm.ui.http import go, is_fragment, respond
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest

BAR = "filters"  # the id of the part of the page that holds the chips
TypePage = Callable[[WorkspaceRequest, RecordType], HttpResponse]


def with_filters(page: TypePage) -> TypePage:
    """``page`` with the bar over it: a chip that is pressed gets the bar alone, the form of a condition leads on.

    A form that cannot be taken is shown again with what is wrong.
    """

    @wraps(page)
    def view(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
        is_of_bar = is_fragment(request) and request.htmx.target == BAR
        if not is_of_bar and "_field" not in request.POST:
            return page(request, record_type)
        listing = read_listing(request, record_type)
        if (address := _address_with_what_was_sent(request, listing)) is not None:
            return go(request, f"{request.path}{address}")
        if not is_of_bar:
            return page(request, record_type)
        context = {"type": record_type, "state": listing.state, "bar": FilterBar(request, listing.state)}
        return respond(request, "pages/filters.html", context)

    return view


def _address_with_what_was_sent(request: WorkspaceRequest, listing: Listing) -> str | None:
    """The way to the page with the condition that was sent; None: there is none, or it cannot be taken.

    It is posted, as what is ticked may be more than an address can hold. Problems of the address that it came from
    would be lost on the way: they are told.
    """
    form = read_form(request, listing.state) if "_field" in request.POST else None
    if form is None or form.problem:
        return None
    for problem in listing.problems:
        say(request, problem, tone="warning")
    return address_with(listing.state, form, request.POST.get("_was", ""), more="_or" in request.POST)
