"""Lists in a browser: the preview beside them, their columns, and what a phone reaches."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn
from tests.people import Firm


@pytest.fixture
def accounts(fresh_firm: Firm) -> list[Any]:
    with tenant_context(fresh_firm.tenant):
        return [make.account(fresh_firm.ana, name=name, city="Bonn") for name in ("Ash", "Birch", "Cedar")]


def test_space_previews_a_row_and_arrows_go_on(
    fresh_firm: Firm, accounts: list[Any], page: Page, sign_in: SignIn
) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("accounts:list") + "?filters=none&sort=name")
    preview = page.locator("#preview")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(preview.get_by_role("heading", name="Birch")).to_be_focused()
    expect(preview).to_contain_text("Ana Owner")
    page.keyboard.press("ArrowDown")
    expect(preview.get_by_role("heading", name="Cedar")).to_be_focused()
    page.keyboard.press("ArrowDown")  # the last one
    page.keyboard.press("ArrowUp")
    expect(preview.get_by_role("heading", name="Birch")).to_be_focused()
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    expect(page.get_by_role("row", name="Birch")).to_be_focused()
    page.keyboard.press("Space")
    expect(preview.get_by_role("heading", name="Birch")).to_be_focused()
    page.keyboard.press("Space")
    expect(preview).to_be_hidden()
    page.keyboard.press("k")
    page.keyboard.press("Space")
    expect(preview.get_by_role("heading", name="Ash")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(page.url.split("/accounts/")[0] + f"/accounts/{accounts[0].pk}/")
