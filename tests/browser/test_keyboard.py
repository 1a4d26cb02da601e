"""The core tasks with the keyboard alone: these tests never touch the mouse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.picklists.selectors import stages
from crm.tenants.context import tenant_context
from opportunities.services import move_to_stage
from tests import make
from tests.browser.conftest import SignIn, settled
from tests.people import Firm


@pytest.fixture
def lead(fresh_firm: Firm) -> Any:
    with tenant_context(fresh_firm.tenant):
        return make.lead(fresh_firm.ana, last_name="Brandt", company="Kestrel", email="lena@kestrel.example")


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until the focus is on ``selector``, as somebody without a mouse does."""
    for _step in range(most):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with {most} tabs")


def test_a_lead_is_found_and_edited(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("home:my_day"))
    page.keyboard.press("/")
    palette = page.get_by_role("dialog", name="Search or jump")
    expect(palette).to_be_visible()
    page.keyboard.type("Brandt")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("Lena Brandt")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Lena Brandt", level=1)).to_be_visible()
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Edit Lena Brandt")).to_be_visible()
    tab_to(page, "#id_job_title")
    page.keyboard.type("Head of Sales")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#details")).to_contain_text("Head of Sales")


def test_a_call_is_logged_with_its_next_step(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    key = page.locator("[data-composer] input[value=call]").get_attribute("data-key")
    page.keyboard.press(key or "")
    expect(page.locator("[data-composer] textarea")).to_be_focused()
    page.keyboard.type("Wants a demo of the telemetry")
    tab_to(page, "[name=next_step]")
    page.keyboard.type("Send the agenda")
    with page.expect_response(re.compile("/activities/new/")):
        page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("Wants a demo of the telemetry")
    expect(page.locator("#related")).to_contain_text("Send the agenda")


def test_a_field_is_changed_in_place(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    page.get_by_role("link", name="Edit Job title").focus()
    page.keyboard.press("Enter")
    field = page.locator("#details #id_job_title")
    expect(field).to_be_visible()
    box = field.bounding_box()
    assert box and box["width"] > 200, "it was as narrow as what stands beside its label"
    field.focus()
    page.keyboard.type("Buyer")
    page.keyboard.press("Enter")
    expect(page.locator("#details")).to_contain_text("Buyer")
    expect(field).to_have_count(0)


def test_a_lead_is_converted(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    tab_to(page, "main a[href$='/conversion/']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Convert Lena Brandt")).to_be_visible()
    tab_to(page, "#id_opportunities-name")
    page.keyboard.press("Control+A")
    page.keyboard.type("Telemetry for Kestrel")
    tab_to(page, "#convert-foot button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("was converted"))).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Telemetry for Kestrel")


def test_a_deal_is_moved_on_the_board(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        deal = make.opportunity(fresh_firm.ana, name="Big deal")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("opportunities:board"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Pick up or drop the card")
    page.keyboard.press("Escape")
    tab_to(page, "[data-card]")
    page.keyboard.press("Space")
    expect(page.locator("#toasts")).to_contain_text("Picked up")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    with page.expect_response(re.compile("/stage/")):
        page.keyboard.press("Space")
    expect(page.locator("[data-board-column]").nth(2).locator("[data-board-count]")).to_have_text("1")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(page.locator("[data-board-column]").nth(2).get_by_role("link", name="Big deal", exact=True)).to_be_visible()
    settled(page)
    third = page.locator("[data-board-column]").nth(2).get_attribute("data-board-column")
    with tenant_context(fresh_firm.tenant):
        deal.refresh_from_db()
        assert str(deal.stage_id) == third
    card, dialog = page.locator("[data-card]"), page.locator("#dialog")
    page.keyboard.press("Space")
    while not page.locator("[data-board-column][data-ask]").get_by_role("link", name="Big deal", exact=True).count():
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")  # it asks why the deal was lost
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_focused()
    with tenant_context(fresh_firm.tenant):
        first = next(one for one in stages() if one.meaning == "open")
        move_to_stage(opportunity=deal, stage=first, actor=fresh_firm.max)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(dialog).to_contain_text("was moved meanwhile")
    expect(page.get_by_text("Dropped.")).to_have_count(0)


def test_a_list_is_walked_through(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        for name in ("Anders", "Berg"):
            make.lead(fresh_firm.ana, last_name=name)
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("home:my_day"))
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="Leads", level=1)).to_be_visible()
    page.goto(f"{page.url.partition('?')[0]}?filters=none&sort=name")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tbody tr").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Lena Berg", level=1)).to_be_visible()
    page.keyboard.press("?")
    help_dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_dialog).not_to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="New lead")).to_be_visible()
