"""From a new lead to a customer, as a rep does it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from crm.events.delivery import deliver_due
from crm.tenants.context import tenant_context
from tests.browser.conftest import SignIn, settled
from tests.people import PASSWORD, Firm


def create_lead(firm: Firm, page: Page) -> None:
    page.goto(firm.url("leads:list"))
    page.get_by_role("main").get_by_role("link", name="New lead").first.click()
    page.get_by_label("First name").fill("Helena")
    page.get_by_label("Last name").fill("Brandt")
    page.get_by_label("Company").fill("Kestrel Logistics")
    page.get_by_label("E-mail").fill("helena@kestrel.example")
    page.locator("[name=estimated_value]").fill("22,000")
    page.get_by_role("button", name="Create lead").click()
    expect(page.get_by_role("heading", name="Helena Brandt", level=1)).to_be_visible()


def qualify(page: Page) -> None:
    status = page.get_by_role("list", name="Status")
    for step in ("Working", "Qualified"):
        status.get_by_role("button", name=step).click()
        expect(status.locator("[aria-current=step]")).to_contain_text(step)


def convert(page: Page) -> str:
    """Convert the lead that is shown; returns the address of its account."""
    page.get_by_role("main").get_by_role("link", name="Convert", exact=True).first.click()
    button = page.locator("#convert-foot").get_by_role("button")
    expect(button).to_have_text(re.compile("account, contact,? and opportunity", re.IGNORECASE))
    button.click()
    expect(page.get_by_role("heading", name="Helena Brandt was converted")).to_be_visible()
    page.get_by_role("listitem").filter(has_text="Account").get_by_role("link", name="Kestrel Logistics").click()
    expect(page.get_by_role("heading", name="Kestrel Logistics", level=1)).to_be_visible()
    expect(page.locator(".facts")).to_contain_text("Prospect")
    return page.url


def win_on_the_board(firm: Firm, page: Page) -> None:
    """Two stages further, one with the mouse and one with the keyboard; then the menu, for a column out of sight."""
    page.goto(firm.url("opportunities:board"))
    card = page.locator("article", has_text="Kestrel Logistics")
    second, third = page.locator("[data-board-column]").nth(1), page.locator("[data-board-column]").nth(2)
    with page.expect_response(re.compile("/stage/")):
        card.drag_to(second)
    expect(second.locator("article")).to_have_count(1)
    expect(second.locator("[data-board-count]")).to_have_text("1")
    expect(second.locator(".board-sum")).to_contain_text("22,000")
    card.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    with page.expect_response(re.compile("/stage/")):
        page.keyboard.press("Space")
    page.reload()
    expect(third.locator("article")).to_have_count(1)
    card.get_by_role("link", name=re.compile("^Move .* to…")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Stage").select_option("Won")
    dialog.get_by_role("button", name="Move").click()
    expect(page.locator("#toasts")).to_contain_text("is now in Won")
    expect(third.locator("article")).to_have_count(0)


def test_a_lead_becomes_a_customer(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    create_lead(fresh_firm, page)
    qualify(page)
    account_page = convert(page)
    win_on_the_board(fresh_firm, page)
    deliver_due(tenant=fresh_firm.tenant)
    page.goto(account_page)
    expect(page.locator(".facts")).to_contain_text("Customer")
    expect(page.locator("#related")).to_contain_text(re.compile("won Kestrel Logistics.* by Ana Owner"))
    page.goto(fresh_firm.url("accounts:list"))
    expect(page.get_by_role("row", name=re.compile("Kestrel Logistics"))).to_be_visible()


def test_signing_in_by_the_form_leads_to_the_page_that_was_asked_for(fresh_firm: Firm, page: Page) -> None:
    page.goto(fresh_firm.url("leads:new"))
    page.get_by_label("E-mail").fill(fresh_firm.ana.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="New lead")).to_be_visible()
    page.get_by_role("button", name="Ana Owner: your menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(fresh_firm.url("home:my_day"))
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_loss_asks_why_before_it_moves(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    from tests import make

    with tenant_context(fresh_firm.tenant):
        deal = make.opportunity(fresh_firm.ana, name="Big deal")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("opportunities:board"))
    page.set_viewport_size({"width": 2800, "height": 900})  # all columns in view: what is dragged does not scroll
    lost = page.locator("[data-board-column][data-ask]")
    page.locator("article", has_text="Big deal").drag_to(lost)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Why was Big deal lost?")
    expect(lost.locator("article")).to_have_count(0)
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(dialog.locator(".field-error").first).to_be_visible()
    dialog.locator("[name=loss_reason]").select_option("Price too high")
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(dialog).not_to_be_visible()
    settled(page)
    with tenant_context(fresh_firm.tenant):
        deal.refresh_from_db()
        assert str(deal.loss_reason) == "Price too high"
        assert deal.stage.meaning == "lost"
