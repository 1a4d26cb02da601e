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


def test_what_is_proposed_fits_the_browsers_zone_and_language(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ada)
    for here, languages, proposed in (
        ("Europe/Amsterdam", ["en-GB"], ("EUR", "en-gb")),
        ("Europe/Amsterdam", ["C", "en-US", "en"], ("EUR", "en-nl")),
        ("Europe/Istanbul", ["tr-TR"], ("TRY", "en")),
        ("America/New_York", ["en-US"], ("USD", "en")),
    ):
        page.add_init_script(f"""
            Object.defineProperty(navigator, 'languages', {{ value: {languages}, configurable: true }});
            Intl.DateTimeFormat.prototype.resolvedOptions = () => ({{ timeZone: '{here}' }});
        """)
        page.goto("/workspaces/new/")
        expect(page.locator("[name=time_zone]")).to_have_value(here)
        expect(page.locator("[name=currency]")).to_have_value(proposed[0])
        expect(page.locator("[name=language]")).to_have_value(proposed[1])
