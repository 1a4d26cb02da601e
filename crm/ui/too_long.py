"""The answer when the database stopped a statement: it took too long, or waited too long for somebody else's."""

from __future__ import annotations

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

QUERY_CANCELED, LOCK_NOT_AVAILABLE = "57014", "55P03"
RETRY_SECONDS = 30


class TellTooLong:
    """Says so on the pages outside of a workspace; inside, ``EnterWorkspace`` does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer_too_long(error) if isinstance(error, OperationalError) else None


def answer_too_long(error: OperationalError) -> HttpResponse | None:
    """Return the page that says so; None for errors of another kind. The transaction was undone: nothing was saved."""
    state = getattr(error.__cause__, "sqlstate", None)
    if state not in (QUERY_CANCELED, LOCK_NOT_AVAILABLE):
        return None
    page = render_to_string("too_long.html", {"waited": state == LOCK_NOT_AVAILABLE})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"})
