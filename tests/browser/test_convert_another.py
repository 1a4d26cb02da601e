"""Converting into an account that was not offered: it is named, picked from the list, compared and linked."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from crm.tenants.context import tenant_context
from leads.models import Conversion
from tests import make
from tests.browser.conftest import SignIn, settled
from tests.people import Firm


def test_an_account_is_picked_by_its_name(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, last_name="Brandt", company="Kestrel", email="lena@kestrel.example")
        account = make.account(fresh_firm.ana, name="Quite Otherwise", website="https://otherwise.example")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    column = page.get_by_role("group", name="Account")
    column.get_by_role("radio", name="Choose an existing account").check()
    name = column.get_by_role("textbox", name="Its name")
    expect(page.locator("#convert-foot")).to_contain_text("links another account, if you say which")
    name.fill("Nobody of that name")
    page.locator("#convert-foot").get_by_role("button").click()
    expect(column.get_by_role("radio", name="Choose an existing account")).to_be_checked()  # the form came back
    expect(name).to_have_value("Nobody of that name")
    expect(name).to_have_attribute("aria-invalid", "true")
    name.clear()
    name.press_sequentially("quite")
    page.get_by_role("option", name="Quite Otherwise").click()
    expect(column.get_by_role("radio", name="Quite Otherwise Prospect")).to_be_checked()
    expect(name).to_be_hidden()
    button = page.locator("#convert-foot").get_by_role("button")
    expect(button).to_contain_text("Link Quite Otherwise")
    button.click()
    expect(page.get_by_role("heading", name=re.compile("was converted"))).to_be_visible()
    settled(page)
    with tenant_context(fresh_firm.tenant):
        assert Conversion.objects.get().account_id == account.pk
