"""Answering a request: a whole page, or the fragment that htmx asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

METHODS = frozenset({"DELETE", "PATCH", "PUT"})


def is_fragment(request: HttpRequest) -> bool:
    """Whether the browser will put the answer into a page that it already shows."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def respond(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    partial: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render ``template``, or only its block ``partial`` when htmx (or a dialog) asks."""
    fragment = bool(partial) and is_fragment(request)
    response = render(request, f"{template}#{partial}" if fragment else template, context, status=status)
    if fragment and (messages := list(get_messages(request))):
        # The fragment lands somewhere in the page; the toasts find their own place in it.
        response.write(render_to_string("parts/toasts_beside.html", {"messages": messages}, request))
    if partial:
        response.headers.setdefault("Vary", "HX-Request")
    return response


def respond_polled(
    request: HttpRequest, template: str, context: dict[str, Any], *, running: bool, element: str
) -> HttpResponse:
    """Render a page that polls for how far something is.

    While it is ``running`` the poll gets the partial ``counts``: what stands around it, and whoever is typing there,
    is left in peace. When it is over it gets the partial ``progress``, in place of the element of the id ``element``.
    """
    if running or not is_fragment(request):
        return respond(request, template, context, partial="counts")
    response = respond(request, template, context, partial="progress")
    response["HX-Retarget"], response["HX-Reswap"] = f"#{element}", "outerHTML"
    return response


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Leave for ``url`` after a write (303). In a dialog or an htmx request the whole page leaves, messages kept."""
    if is_fragment(request):
        headers = {"HX-Redirect": url}
        if _is_place_on_page(request, url):
            headers["HX-Refresh"] = "true"
        return HttpResponse(status=204, headers=headers)
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def _is_place_on_page(request: HttpRequest, url: str) -> bool:
    """Whether ``url`` names a place on the page that htmx asks from: the browser would go there without loading it."""
    page, _sharp, place = url.partition("#")
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    shown = (htmx.current_url_abs_path or "").partition("#")[0]
    return bool(place) and unquote(page) == unquote(shown)


def back_to(request: HttpRequest, default: str) -> str:
    """Where a form goes afterwards: the page of this workspace that it was opened from, or ``default``.

    Forms name it ``back``, those of activities ``next``.
    """
    named = (sent.get(name) for sent in (request.POST, request.GET) for name in ("back", "next"))
    back = next(filter(None, named), "")
    inside = back.startswith(f"{request.META['SCRIPT_NAME']}/")
    path = back.partition("?")[0]  # the check refuses all that is longer than 2,048 characters: many ticked values are
    return back if inside and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else default


def sign_in_beside(url: str) -> HttpResponse:
    """Tell a page that asked for a part of itself that nobody is signed in any more.

    It keeps what is typed there, and offers to sign in at ``url`` (session.js).
    """
    return HttpResponse(status=401, headers={"X-Sign-In": url})


def method_of(request: HttpRequest) -> str:
    """The HTTP method that was meant: a form can only POST, so it names another one in ``_method``."""
    if request.method == "POST":
        meant = request.POST.get("_method", "").upper()
        return meant if meant in METHODS else "POST"
    return request.method or "GET"


def by_method(**views: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """One address with a view for each method: ``by_method(GET=page, POST=save)``. Others are answered by 405."""

    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method = method_of(request)
        found = views.get("GET" if method == "HEAD" else method)
        return found(request, *args, **kwargs) if found else HttpResponseNotAllowed(views)

    return view
