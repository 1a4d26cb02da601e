"""What the record's page says right after something was written down on it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from crm import catalogue
from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn
from tests.browser.walking import panel
from tests.people import Firm


@pytest.mark.parametrize(("key", "label"), [("leads", "Last contacted"), ("opportunities", "Last activity")])
def test_a_call_shows_at_once_when_it_was(key: str, label: str, fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """It stayed empty until the page was loaded again (B15), and the console told of a style (D16)."""
    with tenant_context(fresh_firm.tenant):
        record = make.lead(fresh_firm.ana) if key == "leads" else make.opportunity(fresh_firm.ana)
    sign_in(fresh_firm.ana)
    page.goto(f"/{fresh_firm.tenant.slug}/{key}/{record.pk}/")
    said = page.locator("#details .value", has=page.get_by_text(label, exact=True)).locator("dd")
    if key == "leads":
        expect(said).to_have_text("—")
    page.locator("#activity").get_by_text("Call", exact=True).click()
    page.locator("#activity textarea[name=body]").fill("She asked for the offer.")
    page.locator("#activity").get_by_role("button", name="Log call").click()
    expect(page.locator("#timeline")).to_contain_text("She asked for the offer.")
    expect(said).to_have_text("just now")
    assert page.evaluate("document.activeElement !== document.body"), "the focus falls to the page"
    page.reload()
    expect(said).to_have_text("just now")


def test_what_was_deleted_is_no_link(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """A converted lead led to its deleted opportunity, which answered 404 (D14)."""
    from leads.conversion import convert_lead, plan_for

    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, company="Downs AG")
        done = convert_lead(lead_id=lead.pk, actor=fresh_firm.ana, plan=plan_for(lead, fresh_firm.ana))
        opportunity = done.opportunity
        assert opportunity is not None
        catalogue.record_type("opportunities").delete(opportunity, actor=fresh_firm.ana)
    sign_in(fresh_firm.ana)
    for path in ("", "conversion/"):
        page.goto(f"/{fresh_firm.tenant.slug}/leads/{lead.pk}/{path}")
        main = page.get_by_role("main")
        expect(main.get_by_text("deleted").first).to_be_visible()
        assert main.locator(f"a[href*='{opportunity.pk}']").count() == 0
        assert main.locator(f"a[href*='{done.account_id}']").count() > 0
    page.goto(f"/{fresh_firm.tenant.slug}/leads/{lead.pk}/conversion/undo/")
    expect(page.get_by_role("main")).to_contain_text("Lies in the recycle bin already")


def test_the_part_that_a_deleted_contact_plays_is_no_link(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        contact = make.contact(fresh_firm.ana)
        deal = make.opportunity(fresh_firm.ana, contact=contact, account=make.account(fresh_firm.ana))
        catalogue.record_type("contacts").delete(contact, actor=fresh_firm.ana)
    sign_in(fresh_firm.ana)
    page.goto(f"/{fresh_firm.tenant.slug}/opportunities/{deal.pk}/")
    expect(panel(page, "Contacts")).to_be_visible()
    assert page.get_by_role("main").locator(f"a[href$='/contacts/{contact.pk}/']").count() == 0


@pytest.mark.parametrize("key", ["opportunities", "leads"])
def test_why_one_sees_a_record_names_what_it_is(key: str, fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """It said "opportunitys"."""
    with tenant_context(fresh_firm.tenant):
        record = make.lead(fresh_firm.ana) if key == "leads" else make.opportunity(fresh_firm.ana)
    sign_in(fresh_firm.ada)
    page.goto(f"/{fresh_firm.tenant.slug}/{key}/{record.pk}/access/")
    expect(page.get_by_role("main")).to_contain_text(f"may see all {key}.")


def test_what_is_placed_by_a_script_breaks_no_policy(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """htmx wrote the style of what it took away on what it brought (D16); the fixture fails on a report."""
    with tenant_context(fresh_firm.tenant):
        make.lead(fresh_firm.ana, last_name="Ash")
    sign_in(fresh_firm.ana)
    page.goto(f"/{fresh_firm.tenant.slug}/leads/")
    page.locator("[popovertarget=filter-add]").click()
    page.locator("#filter-add").get_by_role("link", name="Name", exact=True).click()
    form = page.locator("form[data-filter-form]")
    expect(form).to_have_attribute("style", re.compile("inset-inline-start"))
    form.get_by_role("button", name="Filter").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#filters")).to_be_visible()
