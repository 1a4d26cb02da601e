"""What is drawn for small screens and the dark: found by looking, held by the words of the page."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.people import Firm, client_of


@pytest.mark.parametrize(
    ("path", "marked"), [("/acme/accounts/", True), ("/acme/reports/", True), ("/acme/leads/", False)]
)
def test_more_is_marked_where_its_menu_holds_the_page(firm: Firm, path: str, marked: bool) -> None:
    page = client_of(firm.ada).get(path).content.decode()
    (more,) = re.findall(r'<button class="bar-link"[^>]*popovertarget="menu-more"[^>]*>', page)
    assert ("aria-current" in more) is marked


def test_a_report_says_its_days_on_a_phone_too(firm: Firm) -> None:
    page = client_of(firm.ada).get("/acme/reports/funnel/?period=this_year").content.decode()
    assert '<span class="muted report-days">' in page
    assert "not-phone" not in page[page.index('class="report-bar"') : page.index('name="owner"')]


def test_the_field_about_looks_like_a_field(firm: Firm) -> None:
    page = client_of(firm.ada).get("/acme/activities/new/").content.decode()
    (about,) = re.findall(r'<input[^>]*name="about"[^>]*>', page)
    assert 'class="control"' in about


def test_who_has_forgotten_the_password_finds_the_way_below_the_form(db: None) -> None:
    page = Client().get("/auth/login/").content.decode()
    assert page.index("</form>") < page.index("Forgotten your password?") < page.index("plain-foot")
