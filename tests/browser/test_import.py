"""Bringing a file in: columns, dry run, progress that moves by itself, and what was refused."""

from __future__ import annotations

import re
from uuid import UUID

from playwright.sync_api import Page, expect

from crm.imports.running import run_import
from crm.tenants.context import tenant_context
from tests.browser.conftest import SignIn
from tests.people import Firm

ROWS = ["Company,Sector,Head office"]
ROWS += [f"Company {number},Software,Berlin" for number in range(40)]
ROWS += [",Software,Nowhere"]


def work_off(firm: Firm, page: Page) -> None:
    """What the worker does."""
    found = re.search(r"/imports/([0-9a-f-]{36})/", page.url)
    assert found
    run_import(firm.tenant, UUID(found[1]))


def test_a_file_comes_in(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ada)
    page.goto(fresh_firm.url("accounts:list"))
    page.get_by_role("main").get_by_role("link", name="Import").click()
    content = "\r\n".join(ROWS).encode()
    page.get_by_label("CSV file").set_input_files(
        files=[{"name": "companies.csv", "mimeType": "text/csv", "buffer": content}]
    )
    page.get_by_role("button", name="Upload and choose columns").click()
    expect(page.get_by_label("Company")).to_have_value("name")
    expect(page.get_by_label("Sector")).to_have_value("industry")
    page.get_by_label("Head office").select_option("city")
    page.get_by_role("button", name="Dry run of all 41 rows").click()

    progress = page.get_by_role("progressbar", name="Rows done")
    expect(progress).to_have_attribute("value", "0")
    expect(page.locator("#import-progress").get_by_role("button", name="Cancel")).to_be_visible()
    work_off(fresh_firm, page)
    expect(progress).to_have_attribute("value", "41")
    expect(page.locator("#import-progress")).to_contain_text("40 would be created")
    page.get_by_role("button", name="Create 40 accounts").click()
    expect(page.locator("#import-progress")).to_contain_text("0 of 41 rows")
    work_off(fresh_firm, page)
    expect(page.locator("#import-progress")).to_contain_text("40 created")
    expect(page.locator("#import-progress")).to_contain_text("1 refused")
    expect(page.get_by_role("table", name="Reasons").or_(page.locator("table").last)).to_contain_text("Name")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download 1 refused row")).click()
    assert "Nowhere" in download.value.path().read_text()
    page.get_by_role("link", name="Look at the accounts").click()
    expect(page.get_by_role("main")).to_contain_text("Company 39")


def test_an_import_is_cancelled(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    from accounts.models import Account

    sign_in(fresh_firm.ada)
    page.goto(fresh_firm.url("imports:new", key="accounts"))
    page.get_by_label("CSV file").set_input_files(
        files=[{"name": "companies.csv", "mimeType": "text/csv", "buffer": "\n".join(ROWS).encode()}]
    )
    page.get_by_role("button", name="Upload and choose columns").click()
    page.get_by_role("button", name="Import without a dry run").click()
    cancel = page.locator("#import-progress").get_by_role("button", name="Cancel")
    cancel.focus()
    for _poll in range(2):
        with page.expect_response(lambda answer: "hx-request" in answer.request.headers):
            pass
    expect(cancel).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stopping …")).to_be_disabled()
    work_off(fresh_firm, page)
    expect(page.locator("#import-progress")).to_contain_text("Cancelled")
    with tenant_context(fresh_firm.tenant):
        assert not Account.objects.exists()
