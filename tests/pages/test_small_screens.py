"""The bar of small screens, whose "More" holds the pages that have no place in it."""

from __future__ import annotations

import re

import pytest

from tests.people import Firm, client_of


@pytest.mark.parametrize(
    ("path", "marked"), [("/acme/accounts/", True), ("/acme/reports/", True), ("/acme/leads/", False)]
)
def test_more_is_marked_where_its_menu_holds_the_page(firm: Firm, path: str, marked: bool) -> None:
    page = client_of(firm.ada).get(path).content.decode()
    (more,) = re.findall(r'<button class="bar-link"[^>]*popovertarget="menu-more"[^>]*>', page)
    assert ("aria-current" in more) is marked
