"""What signing up shows beforehand is what it makes."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from crm.users.signing_up import free_slug
from tests.browser.conftest import SignIn
from tests.people import Firm


def test_the_address_that_a_name_suggests_is_the_one_that_is_made(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    sign_in(fresh_firm.ada)
    page.goto("/workspaces/new/")
    name, address = page.locator("[name=name]"), page.locator("[name=slug]")
    for text in ("Weiß & Söhne’s Optik – Werkstatt für Präzision", "Łódź Ørsted Æther", "x" * 60, "AB", "日本", "Öl"):
        name.fill(text)
        for language in ("en-de", "en"):
            page.locator("[name=language]").select_option(language)
            expect(address).to_have_attribute("placeholder", free_slug(text, language))
