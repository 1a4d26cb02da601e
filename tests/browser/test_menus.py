"""Menus inside of rows."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from crm.tenants.context import tenant_context
from opportunities.services import add_contact_role
from tests import make
from tests.browser.conftest import SignIn
from tests.people import Firm


def test_a_rows_link_does_not_cover_its_menu(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """The link that stretches over the row had its like in the menu: “Make main contact” opened another dialog."""
    with tenant_context(fresh_firm.tenant):
        account = make.account(fresh_firm.ana)
        deal = make.opportunity(fresh_firm.ana, account=account)
        for first_name in ("Mona", "Odo"):  # the first is the main one
            contact = make.contact(fresh_firm.ana, first_name=first_name, last_name="Kern", account=account)
            add_contact_role(opportunity=deal, contact=contact, actor=fresh_firm.ana)
    sign_in(fresh_firm.ana)
    page.goto(f"/{fresh_firm.tenant.slug}/opportunities/{deal.pk}/")
    rows = page.locator(".related-item", has=page.get_by_role("button", name="Actions for"))
    odo = rows.filter(has_text="Odo Kern")
    odo.get_by_role("button", name="Actions for Odo Kern").click()
    page.get_by_role("button", name="Make main contact").click()
    expect(odo.get_by_text("Main", exact=True)).to_be_visible()
    rows.filter(has_text="Mona Kern").get_by_role("button", name="Actions for Mona Kern").click()
    page.get_by_role("button", name="Take off").click()
    expect(rows).to_have_count(1)
