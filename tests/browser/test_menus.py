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
        account, other = (make.account(fresh_firm.ana) for _number in range(2))
        deal = make.opportunity(fresh_firm.ana, account=account)
        for first_name, theirs in (("Mona", account), ("Odo", other)):  # the first is the main one
            contact = make.contact(fresh_firm.ana, first_name=first_name, last_name="Kern", account=theirs)
            add_contact_role(opportunity=deal, contact=contact, actor=fresh_firm.ana)
    sign_in(fresh_firm.ana)
    page.goto(f"/{fresh_firm.tenant.slug}/opportunities/{deal.pk}/")
    rows = page.locator(".related-item", has=page.get_by_role("button", name="Actions for"))
    odo, mona = rows.filter(has_text="Odo Kern"), rows.filter(has_text="Mona Kern")
    odo.get_by_role("button", name="Actions for Odo Kern").click()
    page.get_by_role("button", name="Make main contact").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("Odo Kern belongs to the account")  # another one: it is asked
    asked.get_by_role("button", name="Make main contact").click()
    expect(odo.get_by_text("Main", exact=True)).to_be_visible()
    mona.get_by_role("button", name="Actions for Mona Kern").click()
    page.get_by_role("button", name="Make main contact").click()
    expect(mona.get_by_text("Main", exact=True)).to_be_visible()
    odo.get_by_role("button", name="Actions for Odo Kern").click()
    page.get_by_role("link", name="Change the role").click()
    asked.get_by_label("Main contact").check()
    asked.get_by_role("button", name="Save this part").click()
    asked.get_by_role("button", name="Save it all the same").click()
    expect(odo.get_by_text("Main", exact=True)).to_be_visible()
    mona.get_by_role("button", name="Actions for Mona Kern").click()
    page.get_by_role("button", name="Take off").click()
    expect(rows).to_have_count(1)
