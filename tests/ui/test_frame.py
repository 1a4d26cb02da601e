"""The frame: who sees which place, which one is current, and that a remembered frame holds nobody's token."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path

from crm.ui import nav
from crm.ui.context import frame
from crm.ui.nav import NavItem, NewItem


def page(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


urlpatterns = [
    path("", page, name="f-home"),
    path("leads/", page, name="f-leads"),
    path("leads/new/", page, name="f-new"),
]
urlpatterns += [path("setup/", page, name="f-setup"), path("search/", page, name="f-search")]

ANA = SimpleNamespace(name="Ana <b>", initials="AB", role=SimpleNamespace(name="Rep"), can_set_up=False)
ADA = SimpleNamespace(name="Ada", initials="A", role=SimpleNamespace(name="Admin"), can_set_up=True)


@pytest.fixture
def places(settings: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]
    for name in ("_places", "_new", "_links", "_facts"):
        monkeypatch.setattr(nav, name, {})
    nav.register(NavItem("setup", "Setup", "settings", "f-setup", order=9, visible=lambda actor: actor.can_set_up))
    nav.register(NavItem("leads", "Leads", "user-plus", "f-leads", order=2, phone=True))
    nav.register(NavItem("home", "Home", "house", "f-home", order=1, phone=True))
    nav.register(NavItem("gone", "Gone", "house", "no-such-url"))
    nav.register_new(NewItem("leads", "Lead", "user-plus", "f-new", shortcut="l"))
    nav.register_link("search", "f-search")


def request_of(actor: SimpleNamespace, url: str = "/", **cookies: str) -> HttpRequest:
    request = RequestFactory().get(url)
    request.COOKIES.update(cookies)
    request.actor = actor  # type: ignore[attr-defined]
    request.tenant = SimpleNamespace(name="Acme", slug="acme")  # type: ignore[attr-defined]
    return request


def test_places_come_in_order_and_only_those_one_may_see(places: None) -> None:
    assert [place.key for place in frame(request_of(ADA))["frame"].nav] == ["home", "leads", "setup"]
    assert [place.key for place in frame(request_of(ANA))["frame"].nav] == ["home", "leads"]


@pytest.mark.parametrize(
    ("url", "current"), [("/", ["home"]), ("/leads/", ["leads"]), ("/leads/new/", ["leads"]), ("/search/", [])]
)
def test_the_place_that_one_is_in_is_marked(places: None, url: str, current: list[str]) -> None:
    found = frame(request_of(ANA, url))["frame"].nav
    assert [place.key for place in found if place.current] == current


def test_a_remembered_frame_is_one_persons_own(places: None) -> None:
    nav.register_link("sign_out", "f-home")
    first, second = frame(request_of(ANA))["frame"].top(), frame(request_of(ADA))["frame"].top()
    assert "Ana &lt;b&gt;" in first
    assert "Ada" in second
    assert "Ana" not in second
    again = frame(request_of(ANA))["frame"].top()
    token, other = (html.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0] for html in (first, again))
    assert len(token) == len(other) == 64
    assert token != other


def test_what_has_no_link_is_not_drawn(places: None) -> None:
    assert 'role="search"' in frame(request_of(ANA))["frame"].top()
    assert 'aria-label="Notifications"' not in frame(request_of(ANA))["frame"].top()
    nav.register_link("notifications", "f-home")
    assert 'aria-label="Notifications"' in frame(request_of(ANA))["frame"].top()


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("", ""), ('"><script>', "")])
def test_only_a_known_theme_is_taken_from_the_cookie(cookie: str, theme: str) -> None:
    assert frame(request_of(ANA, angler_theme=cookie))["frame"].theme == theme
