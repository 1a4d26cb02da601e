"""Bringing a file in: columns, dry run, progress that moves by itself, and what was refused."""

from __future__ import annotations

import re
from uuid import UUID

from playwright.sync_api import Page, expect

from crm.tenants.context import tenant_context
from tests.browser.conftest import SignIn
from tests.imports.steps import run_import, tenant_of
from tests.people import Firm

ROWS = ["Company,Sector,Head office"]
ROWS += [f"Company {number},Software,Berlin" for number in range(40)]
ROWS += [",Software,Nowhere"]


def work_off(firm: Firm, page: Page) -> None:
    """What the worker does."""
    found = re.search(r"/imports/([0-9a-f-]{36})/", page.url)
    assert found
    run_import(tenant_of(firm), UUID(found[1]))


def test_a_file_comes_in(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ada)
    page.goto(fresh_firm.url("accounts:list"))
    page.get_by_role("main").get_by_role("link", name="Import", exact=True).click()
    content = "\r\n".join(ROWS).encode()
    page.get_by_label("File", exact=True).set_input_files(
        files=[{"name": "companies.csv", "mimeType": "text/csv", "buffer": content}]
    )
    page.get_by_role("button", name="Upload and choose columns").click()
    expect(page.get_by_label("Company")).to_have_value("name")
    expect(page.get_by_label("Sector")).to_have_value("industry")
    page.get_by_label("Head office").select_option("city")
    page.get_by_role("button", name="Dry run of all 41 rows").click()

    progress = page.get_by_role("progressbar", name="Rows done")
    expect(progress).to_have_attribute("value", "0")
    expect(page.locator("#run-progress").get_by_role("button", name="Stop")).to_be_visible()
    work_off(fresh_firm, page)
    expect(progress).to_have_attribute("value", "41")
    expect(page.locator("#run-progress")).to_contain_text("40 would be created")
    page.get_by_role("button", name="Create 40 accounts").click()
    expect(page.locator("#run-progress")).to_contain_text("0 of 41 rows")
    work_off(fresh_firm, page)
    expect(page.locator("#run-progress")).to_contain_text("40 created")
    expect(page.locator("#run-progress")).to_contain_text("1 refused")
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
    page.get_by_label("File", exact=True).set_input_files(
        files=[{"name": "companies.csv", "mimeType": "text/csv", "buffer": "\n".join(ROWS).encode()}]
    )
    page.get_by_role("button", name="Upload and choose columns").click()
    page.get_by_role("button", name="Import without a dry run").click()
    cancel = page.locator("#run-progress").get_by_role("button", name="Stop")
    cancel.focus()
    for _poll in range(2):
        with page.expect_response(lambda answer: "hx-request" in answer.request.headers):
            pass
    expect(cancel).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#run-progress")).to_contain_text("Cancelled")
    with tenant_context(fresh_firm.tenant):
        assert not Account.objects.exists()


PEOPLE = """First name;Last name;E-mail;Company;Owner;Relationship
Ann;Bell;ann@falcon.example;Falcon Works;Ana Ownr;Prospct
Bo;Fox;bo@falcon.example;Falcon Works;Zelda Seal;Friend
Cy;Hill;not an address;Heron KG;;
"""


def choose(page: Page, word: str, label: str) -> None:
    page.get_by_label(f"What “{word}” means", exact=True).select_option(label=label)


def test_an_owners_file_is_asked_about_read_and_imported(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """Unknown words, people and companies are answered by click; the dry run is read before anything is written."""
    from accounts.models import Account
    from contacts.models import Contact
    from crm.users.models import Membership

    sign_in(fresh_firm.ada)
    page.goto(fresh_firm.url("imports:new", key="contacts"))
    page.locator("input[type=file]").set_input_files(
        files=[{"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode()}]
    )
    page.get_by_role("button", name="Upload and choose columns").click()
    columns = page.get_by_role("region", name="Columns")
    expect(columns).to_contain_text("Falcon Works asked below")
    expect(columns.get_by_role("row", name="E-mail E-mail")).to_contain_text("not an address")
    page.get_by_role("button", name="Dry run of all 3 rows").click()
    expect(page.get_by_role("alert")).to_contain_text("“Account”: something is asked below.")

    page.get_by_role("button", name="Accept: Ana Owner").click()
    page.get_by_role("button", name="Accept: Prospect").click()
    expect(page.get_by_label("What “Ana Ownr” means", exact=True)).to_have_value(f"use:{fresh_firm.ana.pk}")
    choose(page, "Zelda Seal", "Add as a member who cannot sign in yet")
    choose(page, "Friend", "Add to the list: Anything else: stays as it is")
    choose(page, "Falcon Works", "Create the account")
    choose(page, "Heron KG", "Create the account")
    page.get_by_role("button", name="Dry run of all 3 rows").click()
    work_off(fresh_firm, page)
    result = page.locator("#run-progress")
    expect(result).to_contain_text("2 would be created")
    expect(result).to_contain_text("Zelda Seal")
    expect(result).to_contain_text("Falcon Works")
    page.get_by_role("navigation", name="Outcomes").get_by_role("link", name="Refused").click()
    expect(page.get_by_role("region", name="Rows", exact=True)).to_contain_text("E-mail")
    expect(page.get_by_role("region", name="Rows", exact=True)).not_to_contain_text("Ann Bell")
    with tenant_context(fresh_firm.tenant):
        assert not Contact.objects.exists() and not Account.objects.exists()

    page.get_by_role("button", name="Create 2 contacts").click()
    work_off(fresh_firm, page)
    expect(page.locator("#run-progress")).to_contain_text("2 created")
    with tenant_context(fresh_firm.tenant):
        owners = dict(Contact.objects.values_list("first_name", "owner__name"))
        assert owners == {"Ann": "Ana Owner", "Bo": "Zelda Seal"}
        assert [one.name for one in Account.objects.all()] == ["Falcon Works"], "no company for a row that is refused"
        assert not Membership.objects.filter(name="Ana Ownr").exists()
