"""What a browser is told beside the page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

MADE_COOKIE = "angler_made"  # the idempotency key that was answered last


class TellAnsweredKey:
    """Names the key that was answered, so that a form which Back brings out of the cache takes another (page.js).

    A form whose answer never came keeps its key: sending it again is then safe.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if key := getattr(request, "answered_key", ""):
            path = f"{request.META['SCRIPT_NAME']}/"
            response.set_cookie(MADE_COOKIE, key, path=path, secure=request.is_secure(), samesite="Lax")
        return response
