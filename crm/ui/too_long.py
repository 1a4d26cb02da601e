"""The answer when the database stopped a statement: it took too long, or waited too long for somebody else's."""

from __future__ import annotations

from django.db import OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

QUERY_CANCELED, LOCK_NOT_AVAILABLE = "57014", "55P03"
RETRY_SECONDS = 30


def answer_too_long(error: OperationalError) -> HttpResponse | None:
    """Return the page that says so; None for errors of another kind. The transaction was undone: nothing was saved."""
    state = getattr(error.__cause__, "sqlstate", None)
    if state not in (QUERY_CANCELED, LOCK_NOT_AVAILABLE):
        return None
    page = render_to_string("too_long.html", {"waited": state == LOCK_NOT_AVAILABLE})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"})
