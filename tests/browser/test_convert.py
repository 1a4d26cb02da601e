"""Converting in the browser: impatient people, two windows, and an undo."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn, settled
from tests.people import Firm


@pytest.fixture
def lead(fresh_firm: Firm) -> Any:
    with tenant_context(fresh_firm.tenant):
        return make.lead(fresh_firm.ana, last_name="Brandt", company="Kestrel", email="lena@kestrel.example")


def counts(firm: Firm) -> tuple[int, int, int]:
    from accounts.models import Account
    from contacts.models import Contact
    from opportunities.models import Opportunity

    with tenant_context(firm.tenant):
        return Account.objects.count(), Contact.objects.count(), Opportunity.objects.count()


def test_a_double_click_converts_once(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    page.locator("#convert-foot").get_by_role("button").dblclick()
    expect(page.get_by_role("heading", name=re.compile("was converted"))).to_be_visible()
    settled(page)
    assert counts(fresh_firm) == (1, 1, 1)


def test_two_windows_convert_once_and_show_the_same(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    other = page.context.new_page()
    for window in (page, other):
        window.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    for window in (page, other):
        window.locator("#convert-foot").get_by_role("button").click(no_wait_after=True)
    shown = []
    for window in (page, other):
        expect(window.get_by_role("heading", name=re.compile("was converted"))).to_be_visible()
        shown.append(window.get_by_role("main").get_by_role("link").evaluate_all("all => all.map(one => one.href)"))
    assert shown[0] == shown[1]
    assert counts(fresh_firm) == (1, 1, 1)


def test_what_is_chosen_is_announced_before_it_is_done(
    fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn
) -> None:
    with tenant_context(fresh_firm.tenant):
        make.account(fresh_firm.ana, name="Kestrel", city="Bremen")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    foot = page.locator("#convert-foot")
    expect(foot).to_contain_text("links the account “Kestrel”")
    page.locator("#id_opportunities_none").check(force=True)
    expect(foot).to_contain_text("makes no opportunity")
    page.locator("#id_accounts_new").check(force=True)
    expect(foot).to_contain_text("creates the account “Kestrel”")
    foot.get_by_role("button").click()
    expect(page.get_by_role("heading", name=re.compile("was converted"))).to_be_visible()
    assert counts(fresh_firm) == (2, 1, 0)


def test_undo_brings_the_lead_back(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    page.locator("#convert-foot").get_by_role("button").click()
    page.get_by_role("link", name="Undo conversion").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo the conversion").click()
    expect(page.get_by_role("heading", name="Lena Brandt", level=1)).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Convert", exact=True).first).to_be_visible()
    assert counts(fresh_firm) == (0, 0, 0)
