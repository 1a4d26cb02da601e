"""What a browser is told beside the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from crm.pages.kept import SIGNED_OUT, keep_for_person
from crm.pages.kept_pages import shut_out, to_sign_in
from crm.ui.http import is_fragment

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


class KeepForms:
    """Of a form that comes from somebody who is no longer signed in, keeps what was typed, and asks who it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if request.method != "POST" or request.workspace_slug is None or request.user.is_authenticated:  # type: ignore[attr-defined]
            return None
        if is_fragment(request):  # the page keeps it
            return None
        if url := keep_for_person(request, SIGNED_OUT):
            return to_sign_in(request, url)
        return shut_out(request)
