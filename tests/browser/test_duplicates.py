"""The warning before one more of the same is made: open what is there, or make it all the same."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn
from tests.people import Firm

FORMS = {
    "leads": ("lead", {"Last name": "Twelve", "E-mail": "NINA@downs.example"}, "Nina Lead", "same e-mail"),
    "accounts": ("account", {"Name": "The Café Elan, Inc."}, "Café Élan", "same name"),
    "contacts": ("contact", {"Last name": "Dubois", "Mobile": "001 212 555 0142"}, "Claire Dubois", "same phone"),
}


@pytest.mark.parametrize("key", FORMS)
def test_one_is_warned_opens_the_match_or_goes_on(key: str, fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """D6, B7."""
    noun, typed, match, reason = FORMS[key]
    with tenant_context(fresh_firm.tenant):
        make.lead(fresh_firm.ana, first_name="Nina", last_name="Lead", email="nina@downs.example")
        make.account(fresh_firm.ana, name="Café Élan")
        make.contact(fresh_firm.ana, first_name="Claire", last_name="Dubois", phone="212 555 0142")
    sign_in(fresh_firm.ana)

    def fill_in() -> None:
        page.goto(fresh_firm.url(f"{key}:new"))
        for label, text in typed.items():
            page.get_by_role("main").get_by_role("textbox", name=re.compile(f"^{label}")).fill(text)
        page.get_by_role("button", name=f"Create {noun}", exact=True).click()
        warning = page.get_by_role("alert").filter(has_text="may be there already")
        expect(warning).to_be_focused()
        expect(warning.get_by_role("listitem")).to_contain_text(re.compile(f"{match}.*{reason}", re.S))

    fill_in()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("alert").get_by_role("link", name=match).click()
    expect(page.get_by_role("heading", name=match, level=1)).to_be_visible()

    fill_in()
    page.get_by_role("button", name="Create it all the same").click()
    expect(page.get_by_role("heading", name=next(iter(typed.values())), level=1)).to_be_visible()
    duplicates = page.locator("section.related", has=page.get_by_role("heading", name="Possible duplicates"))
    duplicates.get_by_role("link", name=match).click()
    expect(page.get_by_role("heading", name=match, level=1)).to_be_visible()


def test_what_was_typed_for_a_lead_goes_into_the_opportunity(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        account = make.account(fresh_firm.ana, name="Kestrel")
        make.contact(fresh_firm.ana, first_name="Ann", last_name="Bell", email="ann@kestrel.example", account=account)
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:new"))
    page.get_by_label("Last name").fill("Bell")
    page.get_by_label("E-mail").fill("ann@kestrel.example")
    page.get_by_label("Interested in").fill("Telemetry & more")
    page.get_by_label("Description").fill("Line one\nLine two")
    page.get_by_role("button", name="Create lead").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="New opportunity for Ann Bell").click()
    expect(page.get_by_label("Product", exact=True)).to_have_value("Telemetry & more")
    expect(page.get_by_label("Description")).to_have_value("Line one\nLine two")
    page.locator("#id_name").fill("Deal with Ann")
    page.get_by_role("button", name="Create opportunity").click()
    expect(page.get_by_role("heading", name="Deal with Ann", level=1)).to_be_visible()
