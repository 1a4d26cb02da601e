"""An admin renames and deactivates statuses and stages while leads are being converted: nothing breaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect

from crm.picklists.selectors import choices
from crm.tenants.context import tenant_context
from leads.services import set_lead_status
from tests import make
from tests.browser.conftest import SignIn, settled, watch
from tests.browser.walking import fact, fill, main_link, move, panel, shows, stands_at, worker_runs
from tests.people import Firm, client_of


@pytest.fixture
def leads(fresh_firm: Firm) -> dict[str, str]:
    """The addresses of three leads that are worked on, by name."""
    found = {}
    with tenant_context(fresh_firm.tenant):
        working = next(one for one in choices("lead_status") if one.label == "Working")
        for name in ("Ash", "Birch", "Cedar"):
            lead = make.lead(fresh_firm.ana, first_name="", last_name=name, company=f"{name} Ltd")
            set_lead_status(lead=lead, status=working, actor=fresh_firm.ana)
            found[name] = fresh_firm.url("leads:record", record_id=lead.pk)
    return found


@pytest.fixture
def admin(unblocked: None, fresh_firm: Firm, new_context: Callable[[], BrowserContext], server: str) -> Any:
    """The browser of the admin, beside the one of the test."""
    context = new_context()
    problems = watch(context)
    cookie = client_of(fresh_firm.ada).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server}])
    yield context.new_page()
    assert not problems, "\n".join(problems)


def edit_entry(firm: Firm, admin: Page, list: str, entry: str) -> None:
    """Go to the entry of a list in the setup."""
    admin.goto(firm.url("setup:index"))
    main_link(admin, list).click()
    shows(admin, re.compile(list if list != "Stages" else "."))
    admin.get_by_role("link", name=f"Edit {entry}", exact=True).click()
    shows(admin, entry)


def rename(firm: Firm, admin: Page, list: str, old: str, new: str) -> None:
    edit_entry(firm, admin, list, old)
    fill(admin.get_by_role("main"), "Name", new)
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("row", name=re.compile(new))).to_be_visible()


def deactivate(firm: Firm, admin: Page, list: str, entry: str) -> None:
    edit_entry(firm, admin, list, entry)
    admin.get_by_role("button", name="Deactivate").click()
    expect(admin.get_by_role("row", name=re.compile(entry))).to_contain_text("Inactive")


def press_convert(page: Page) -> None:
    page.locator("#convert-foot").get_by_role("button").click()


def test_6_lists_change_while_leads_are_converted(
    fresh_firm: Firm, leads: dict[str, str], page: Page, admin: Page, sign_in: SignIn
) -> None:
    sign_in(fresh_firm.ana)
    page.goto(leads["Ash"])
    main_link(page, "Convert").click()
    shows(page, "Convert Ash")
    rename(fresh_firm, admin, "Lead statuses", "Converted", "Done")
    rename(fresh_firm, admin, "Stages", "Qualifying", "First talks")
    rename(fresh_firm, admin, "Stages", "Won", "Signed")
    press_convert(page)  # in the page that still shows the old names
    shows(page, "Ash was converted")
    main_link(page, "Ash Ltd").click()
    account = page.url
    page.goto(leads["Ash"])
    stands_at(page, "Status", "Done")
    panel(page, "Converted into").get_by_role("listitem").filter(has_text="Opportunity").get_by_role("link").click()
    stands_at(page, "Stage", "First talks")
    opportunity = page.url

    page.goto(leads["Birch"])
    main_link(page, "Convert").click()
    shows(page, "Convert Birch")
    settled(page)
    deactivate(fresh_firm, admin, "Stages", "First talks")
    deactivate(fresh_firm, admin, "Lead statuses", "Working")
    press_convert(page)
    expect(page.get_by_role("alert")).to_contain_text("Stage")
    fill(page.get_by_role("group", name="Opportunity"), "Stage", "Requirements gathering")
    press_convert(page)
    shows(page, "Birch was converted")

    # What everything hangs on cannot be taken away.
    edit_entry(fresh_firm, admin, "Lead statuses", "Done")
    expect(admin.get_by_role("button", name="Deactivate")).to_have_count(0)
    expect(admin.get_by_role("main")).to_contain_text("This is the last active entry that means “Converted”")

    page.goto(leads["Cedar"])
    stands_at(page, "Status", "Working")
    page.get_by_role("list", name="Status").get_by_role("link", name="Done").click()
    press_convert(page)
    shows(page, "Cedar was converted")

    page.goto(opportunity)
    stands_at(page, "Stage", "First talks")
    move(page, "Stage", "Signed")
    worker_runs(fresh_firm)
    page.goto(account)
    expect(fact(page, "Type")).to_have_text("Customer")
