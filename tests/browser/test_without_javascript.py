"""The core tasks in a browser that runs no script: find, make, edit, convert, move, look after tasks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from crm.activities.services import create_activity
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn
from tests.people import PASSWORD, Firm

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def test_signing_in_and_a_new_lead(fresh_firm: Firm, page: Page) -> None:
    page.goto(fresh_firm.url("leads:new"))
    page.get_by_label("E-mail").fill(fresh_firm.ana.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Create lead").click()
    expect(page.get_by_role("alert")).to_contain_text("Give an e-mail address or a phone number")
    page.get_by_label("Last name").fill("Brandt")
    page.get_by_label("E-mail").fill("helena@kestrel.example")
    page.get_by_role("button", name="Create lead").click()
    expect(page.get_by_role("heading", name="Brandt", level=1)).to_be_visible()


def test_finding_and_editing(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        make.lead(fresh_firm.ana, last_name="Brandt", company="Kestrel")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("home:my_day"))
    page.keyboard.press("/")
    expect(page.get_by_role("dialog")).to_have_count(0)  # no script runs
    page.get_by_role("search").get_by_label("Search").fill("Brandt")
    page.get_by_role("search").get_by_label("Search").press("Enter")
    page.get_by_role("main").get_by_role("link", name=re.compile("Lena Brandt")).first.click()
    page.get_by_role("main").get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Job title").fill("Head of Sales")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#details")).to_contain_text("Head of Sales")
    page.get_by_role("link", name="Edit Company").click()
    page.locator("[name=company]").fill("Kestrel Logistics")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#details")).to_contain_text("Kestrel Logistics")


def test_filtering_and_sorting_a_list(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        make.lead(fresh_firm.ana, last_name="Anders")
        make.lead(fresh_firm.max, last_name="Berg")
    sign_in(fresh_firm.ana)
    page.goto(f"{fresh_firm.url('leads:list')}?filters=none")
    page.get_by_role("table").get_by_role("link", name="Name", exact=True).click()
    rows = page.get_by_role("table").get_by_role("rowheader")
    expect(rows).to_have_text([re.compile("Anders"), re.compile("Berg")])
    page.goto(f"{page.url}&edit=owner#filter")
    page.locator("#filter").get_by_label("me", exact=True).check()
    page.locator("#filter").get_by_role("button", name="Filter", exact=True).click()
    expect(rows).to_have_text([re.compile("Anders")])
    page.get_by_role("link", name="Owner is me", exact=True).click()
    page.locator("#filter").get_by_role("button", name="Or…").click()
    page.locator("#filter").get_by_role("link", name="Name", exact=True).click()
    page.locator("#filter").get_by_label("Value").first.fill("Lena Berg")
    page.locator("#filter").get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_role("group", name="Any of these")).to_contain_text("Name is Lena Berg")
    expect(rows).to_have_text([re.compile("Anders"), re.compile("Berg")])
    page.get_by_role("link", name=re.compile("^Remove filter: Owner is me or Name")).click()
    expect(rows).to_have_count(2)


def test_converting_and_undoing(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, last_name="Brandt", company="Kestrel")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    page.get_by_role("list", name="Status").get_by_role("button", name="Qualified").click()
    page.get_by_role("main").get_by_role("link", name="Convert", exact=True).first.click()
    page.locator("#id_opportunities-name").fill("Telemetry for Kestrel")
    page.locator("#convert-foot").get_by_role("button").click()
    expect(page.get_by_role("heading", name="Lena Brandt was converted")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Telemetry for Kestrel")
    page.get_by_role("link", name="Undo conversion").click()
    page.get_by_role("button", name="Undo the conversion").click()
    expect(page.get_by_role("list", name="Status").locator("[aria-current=step]")).to_contain_text("Qualified")


def test_moving_a_deal(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        make.opportunity(fresh_firm.ana, name="Big deal")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("opportunities:board"))
    page.get_by_role("link", name="Move Big deal to…").click()
    page.get_by_label("Stage").select_option("Negotiation")
    page.get_by_role("main").get_by_role("button", name="Move").click()
    expect(page.get_by_role("region", name="Negotiation").get_by_role("article")).to_have_count(1)
    page.get_by_role("link", name="Big deal", exact=True).click()
    page.get_by_role("list", name="Stage").get_by_role("link", name=re.compile("Lost")).click()
    page.locator("[name=loss_reason]").select_option("Price too high")
    page.get_by_role("button", name="Mark as lost").click()
    expect(page.get_by_role("list", name="Stage").locator("[aria-current=step]")).to_contain_text("Lost")


def test_notes_and_tasks(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana)
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    composer = page.locator("[data-composer]")
    composer.locator("input[value=call]").check(force=True)
    composer.locator("textarea").fill("Wants a demo")
    composer.locator("[name=next_step]").fill("Send the agenda")
    composer.locator("[type=submit]").click()
    expect(page.locator("#timeline")).to_contain_text("Wants a demo")
    page.get_by_role("button", name="Complete: Send the agenda").click()
    page.goto(f"{fresh_firm.url('activities:tasks')}?due=done")
    expect(page.get_by_role("main")).to_contain_text("Send the agenda")


def test_a_days_tasks(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana)
        for subject in ("Postpone me", "Hand me on"):
            create_activity(kind="task", records=[lead], actor=fresh_firm.ana, subject=subject, due_on=today())
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("home:my_day"))
    page.get_by_role("button", name="Postpone: Postpone me").click()
    page.get_by_role("button", name=re.compile("^Tomorrow")).click()
    expect(page.locator("#soon")).to_contain_text("Postpone me")
    page.locator("#today").get_by_role("link", name="Reassign: Hand me on").click()
    page.get_by_label("Who is to do “Hand me on”?").select_option("Sam Seller")
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("#today")).to_contain_text("Nothing is due today.")
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator("#today")).to_contain_text("Hand me on")


def test_deleting_and_bringing_back(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, last_name="Brandt")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:deletion", record_id=lead.pk))
    page.get_by_role("button", name="Delete this lead").click()
    expect(page.locator("#toasts")).to_contain_text("Lena Brandt was deleted")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Lena Brandt", level=1)).to_be_visible()
