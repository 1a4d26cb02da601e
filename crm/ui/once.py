"""Views that make something: the same form sent twice (a double click, a lost answer) makes one.

What was made by which form is kept further up (``crm.pages.idempotency``), which says so here when it starts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.ui.http import go

PARAMETER = "idempotency_key"
View = Callable[..., HttpResponse]
_kept: list[tuple[Callable[[Any], str], Callable[[Any, str], None]]] = []


def keep_with(already_made: Callable[[Any], str], remember_made: Callable[[Any, str], None]) -> None:
    """``already_made`` tells the address of what the form has made, or ""; ``remember_made`` keeps it."""
    _kept[:] = [(already_made, remember_made)]


def once(view: View) -> View:
    """Do what a form asks for once; its template draws ``{{ once_key(request) }}``."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **options)
        [(already_made, remember_made)] = _kept
        if made := already_made(request):
            return go(request, made)
        response = view(request, *args, **options)
        if address := response.headers.get("Location") or response.headers.get("HX-Redirect"):
            remember_made(request, address)
        return response

    return checked


def key_input(request: HttpRequest) -> SafeString:
    """The hidden key of a form, the same one when it comes back to be corrected."""
    key = request.POST.get(PARAMETER) or uuid4().hex
    return format_html('<input type="hidden" name="{}" autocomplete="off" value="{}">', PARAMETER, key)
