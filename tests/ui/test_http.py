"""A page or a fragment, leaving after a write, the verb that was meant, toasts that outlive a redirect."""

from __future__ import annotations

import pytest
from django import forms
from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory, override_settings
from django_htmx.middleware import HtmxDetails
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader

from crm.ui import http, icons, toasts, vocabulary


def request_of(method: str = "get", htmx: bool = False, data: dict[str, str] | None = None) -> HttpRequest:
    headers = {"HX-Request": "true"} if htmx else {}
    request: HttpRequest = getattr(RequestFactory(headers=headers), method)("/acme/leads/", data or {})
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def test_leaving_is_a_303_for_a_page_and_a_header_for_htmx() -> None:
    page, fragment = http.go(request_of("post"), "/x/"), http.go(request_of("post", htmx=True), "/x/")
    assert (page.status_code, page.headers["Location"]) == (303, "/x/")
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (204, "/x/")
    assert "Location" not in fragment.headers


@pytest.mark.parametrize(
    ("shown", "url", "loads"),
    [
        ("/acme/board/?owner=me", "/acme/board/?owner=me#card-1", True),
        ("/acme/board/?owner=me#card-1", "/acme/board/?owner=me#card-1", True),
        ("/acme/board/?q=a%20b", "/acme/board/?q=a b#card-1", True),
        ("/acme/board/", "/acme/board/?owner=me#card-1", False),  # the browser loads it anyway
        ("/acme/board/", "/acme/board/", False),
    ],
    ids=["a-place", "the-same-place", "in-other-letters", "another-page", "no-place"],
)
def test_a_place_on_the_page_that_is_shown_is_loaded(shown: str, url: str, loads: bool) -> None:
    """By a "#" alone the browser stays on what it shows, which is old."""
    request = request_of("post", htmx=True)
    request.META["HTTP_HX_CURRENT_URL"] = f"http://testserver{shown}"
    left = http.go(request, url)
    assert (left.headers["HX-Redirect"], "HX-Refresh" in left.headers) == (url, loads)


@pytest.mark.parametrize(
    ("verb", "meant", "result"),
    [("post", "DELETE", "DELETE"), ("post", "", "POST"), ("post", "TRACE", "POST"), ("get", "DELETE", "GET")],
)
def test_a_form_can_mean_another_verb_but_only_by_post(verb: str, meant: str, result: str) -> None:
    assert http.method_of(request_of(verb, data={"_method": meant})) == result


def test_a_toast_keeps_its_undo() -> None:
    request = request_of()
    toasts.say(request, "Lead deleted.", undo_url="/acme/leads/1/deletion/")
    toasts.say(request, "Saved.")
    with_undo, without = get_messages(request)
    assert toasts.undo_of(with_undo) == {"method": "DELETE", "url": "/acme/leads/1/deletion/"}
    assert toasts.undo_of(without) is None


def test_a_toast_is_escaped_and_undo_is_a_form() -> None:
    request = request_of()
    toasts.say(request, "<b>x</b> deleted", undo_url="/undo/")
    drawn = engines["jinja"].from_string("{{ ui.toasts(messages, csrf_input) }}")
    html = drawn.render({"messages": get_messages(request)}, request)
    assert "&lt;b&gt;x&lt;/b&gt; deleted" in html
    assert '<form method="post" action="/undo/">' in html
    assert 'name="_method" value="DELETE"' in html


def test_icons_are_hidden_unless_labelled_and_an_unknown_one_is_a_circle() -> None:
    assert 'aria-hidden="true"' in icons.icon("phone")
    assert 'aria-label="&lt;hot&gt;"' in icons.icon("flame", label="<hot>")
    assert icons.icon("no-such-icon") == icons.icon("circle")
    assert icons.icon("phone") != icons.icon("mail")


def test_a_fragment_brings_the_toasts_and_a_page_shows_them_itself() -> None:
    source = "<html>{% block rows %}<p>rows</p>{% endblock %}</html>"
    with override_settings(TEMPLATES=templates_with({"list.html": source})):
        page = http.respond(with_toast(request_of()), "list.html", partial="rows")
        fragment = http.respond(with_toast(request_of(htmx=True)), "list.html", partial="rows")
        quiet = http.respond(request_of(htmx=True), "list.html", partial="rows")
    assert page.content == b"<html><p>rows</p></html>"
    assert fragment.content.startswith(b"<p>rows</p>")
    assert b'id="toasts" hx-swap-oob="beforeend"' in fragment.content
    assert b"Saved." in fragment.content
    assert quiet.content == b"<p>rows</p>"
    assert page.headers["Vary"] == "HX-Request"


def with_toast(request: HttpRequest) -> HttpRequest:
    toasts.say(request, "Saved.")
    return request


def templates_with(sources: dict[str, str]) -> list[dict[str, object]]:
    [ours, others] = settings.TEMPLATES
    loader = ChoiceLoader([DictLoader(sources), FileSystemLoader(ours["DIRS"])])
    return [{**ours, "OPTIONS": {**ours["OPTIONS"], "loader": loader}, "APP_DIRS": False}, others]


@pytest.mark.parametrize(
    ("required", "marks"),
    [([True, False, False], ["(required)", "", ""]), ([True, True, False], ["", "", "(optional)"]), ([True], [""])],
)
def test_a_form_marks_the_rarer_of_required_and_optional(required: list[bool], marks: list[str]) -> None:
    fields = {f"field{number}": forms.CharField(required=one) for number, one in enumerate(required)}
    form = type("Form", (forms.Form,), fields)()
    assert [vocabulary.mark(field) for field in form] == marks
