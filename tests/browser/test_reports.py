"""The filters on top of a report, by mouse."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from crm.picklists.services import create_pipeline
from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn
from tests.people import Firm


def test_products_and_a_pipeline_are_chosen(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        create_pipeline(actor=fresh_firm.ada, name="Renewals")
        for product in ("Pump", "Pump", "Valve", "Hose, long" + "g" * 90):
            make.opportunity(fresh_firm.ana, product=product)
    sign_in(fresh_firm.ada)
    page.goto(fresh_firm.url("reports:report", key="pipeline"))
    opened = page.locator(".stat", has_text="Open opportunities").locator(".stat-number")
    expect(opened).to_have_text("4")
    page.get_by_role("button", name="Product").click()
    menu = page.locator("#products")
    expect(menu.get_by_role("checkbox")).to_have_count(3)
    menu.get_by_label("Pump").check()
    menu.get_by_label("Hose, long").check()
    expect(opened).to_have_text("4")  # nothing is sent before all are ticked
    menu.get_by_role("button", name="Show").click()
    expect(opened).to_have_text("3")
    expect(page.get_by_role("button", name="Product")).to_contain_text("Hose, long")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1440, "height": 900})
    opened.click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.go_back(wait_until="commit")
    page.get_by_label("Pipeline").select_option(label="Renewals")
    expect(page.get_by_text("No open opportunities here")).to_be_visible()
