"""Vetting a lead in a real browser: answers are kept as they are given, and nothing that was typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn, settled
from tests.browser.test_keyboard import tab_to
from tests.leads.vetting.asking import answer, held
from tests.people import Firm


@pytest.fixture
def lead(fresh_firm: Firm) -> Any:
    with tenant_context(fresh_firm.tenant):
        return make.lead(fresh_firm.ana, last_name="Brandt")


def group(page: Page, label: str) -> Locator:
    return page.get_by_role("radiogroup", name=label)


def evidence(page: Page, label: str) -> Locator:
    return page.get_by_label(f"How do you know? {label}")


def test_with_the_keyboard_alone(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    settled(page)
    tab_to(page, "[role=radiogroup] input")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("40,000 set aside, says the CFO")
    expect(page.locator("#vetting-summary")).to_contain_text("25%")
    expect(evidence(page, "Budget")).to_have_value("40,000 set aside, says the CFO")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")  # round the corner: no
    page.keyboard.press("Tab")
    page.keyboard.type("The board decides")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("vetted Authority: no")
    expect(page.locator(".vetting-row").nth(1)).to_contain_text("Ana Owner")
    page.reload()
    expect(group(page, "Budget").get_by_label("Yes")).to_be_checked()
    expect(evidence(page, "Budget")).to_have_value("40,000 set aside, says the CFO")
    expect(group(page, "Authority").get_by_label("No", exact=True)).to_be_checked()
    expect(evidence(page, "Authority")).to_have_value("The board decides")
    page.set_viewport_size({"width": 1280, "height": 800})
    box = evidence(page, "Authority").bounding_box()
    assert box and box["width"] > 300, "it was 80 pixels between the two other columns"


def test_two_people_at_once(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    settled(page)
    with tenant_context(fresh_firm.tenant):
        answer(lead, "budget", "no", "Frozen until May", by=fresh_firm.max)
    evidence(page, "Budget").fill("They told me")
    group(page, "Budget").get_by_text("Yes").click()
    row = page.locator(".vetting-row").first
    expect(row.get_by_role("alert")).to_contain_text("Max Manager answered this meanwhile")
    expect(row.get_by_role("alert")).to_contain_text("They told me")
    expect(group(page, "Budget").get_by_label("No", exact=True)).to_be_checked()
    expect(evidence(page, "Budget")).to_have_value("Frozen until May")
    group(page, "Budget").get_by_text("Yes").click()
    expect(page.locator("#vetting-summary")).to_contain_text("25%")
    expect(row.get_by_role("alert")).to_have_count(0)
    with tenant_context(fresh_firm.tenant):
        assert held(lead) == {"Budget": "yes"}


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    group(page, "Need").get_by_text("Yes").click()
    evidence(page, "Need").fill("Loses two trucks a week")
    page.get_by_role("button", name="Save Need").click()
    expect(page.locator("#vetting-summary")).to_contain_text("1 of 4 met")
    expect(evidence(page, "Need")).to_have_value("Loses two trucks a week")
