"""What becomes of an account, in a real browser: lost only, customer, past customer, and back."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import time_machine
from playwright.sync_api import Page, expect

from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from opportunities.services.lapsing import lapse_workspace
from tests import make
from tests.browser.conftest import SignIn, settled
from tests.browser.walking import (
    convert,
    fact,
    fill,
    life_of,
    main_link,
    move,
    new_opportunity,
    panel,
    reopen_opportunity,
    shows,
    stands_at,
    vet,
    worker_runs,
)
from tests.people import Firm


def is_now(page: Page, address: str, type: str, why: str | re.Pattern[str], *, lost_only: bool = False) -> None:
    """Go to the account; it is of that type, for that reason."""
    page.goto(address)
    expect(fact(page, "Type")).to_have_text(type)
    present = panel(page, "What it is to us").get_by_role("listitem").first
    expect(present).to_contain_text(f"{type} since")
    expect(present).to_contain_text(why)
    expect(page.locator(".page-title .badge", has_text="Lost only")).to_have_count(int(lost_only))


def listed(firm: Firm, page: Page, view: str) -> list[str]:
    """The accounts in the view that is called so."""
    page.goto(firm.url("accounts:list"))
    page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()
    expect(page.get_by_role("navigation", name="Views").locator("[aria-current=page]")).to_contain_text(view)
    return page.get_by_role("main").locator("tbody th").all_inner_texts()


def test_3_lost_for_want_of_budget_then_won_then_taken_back(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """A vetting loss: prospect, lost only. Another opportunity clears the mark, winning it makes a customer."""
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, last_name="Brandt", company="Kestrel Ltd", product_interest="First try")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    settled(page)
    vet(page, "Budget", "Yes", "They said so on the phone")
    convert(page)
    main_link(page, "Kestrel Ltd").click()
    shows(page, "Kestrel Ltd")
    account = page.url
    panel(page, "Opportunities").get_by_role("link", name=re.compile("First try")).click()
    lose_for_vetting(page)

    worker_runs(fresh_firm)
    is_now(page, account, "Prospect", "came from Lena Brandt", lost_only=True)
    expect(panel(page, "Opportunities").get_by_role("listitem")).to_contain_text(re.compile("First try.*Lost", re.S))
    expect(page.locator("#timeline")).to_contain_text(
        "because Ana Owner marked the opportunity as lost: No budget after all"
    )
    assert listed(fresh_firm, page, "Lost only") == ["Kestrel Ltd"]

    page.goto(account)
    new_opportunity(page, "Second try")
    expect(page.locator("#details").get_by_role("link", name="Kestrel Ltd", exact=True)).to_be_visible()
    second = page.url
    is_now(page, account, "Prospect", "came from Lena Brandt")
    page.goto(second)
    move(page, "Stage", "Won")
    worker_runs(fresh_firm)
    is_now(page, account, "Customer", re.compile("won Second try on .*, by Ana Owner"))
    expect(panel(page, "Opportunities").get_by_role("listitem").filter(has_text="First try")).to_contain_text("Lost")
    assert listed(fresh_firm, page, "Active customers") == ["Kestrel Ltd"]

    page.goto(second)
    main_link(page, "Reopen").click()
    expect(page.get_by_role("dialog")).to_contain_text("Kestrel Ltd is a customer because this was won.")
    page.get_by_role("dialog").get_by_role("link", name="Cancel").click()
    reopen_opportunity(page, "Negotiation")
    worker_runs(fresh_firm)
    is_now(page, account, "Prospect", "came from Lena Brandt")
    assert [one.split(" since")[0] for one in life_of(page)] == ["Prospect"]


def lose_for_vetting(page: Page) -> None:
    page.get_by_role("list", name="Stage").get_by_role("link", name="Lost").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say why it was lost.")
    fill(dialog, "Reason", "No budget after all")
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(dialog).not_to_be_visible()
    stands_at(page, "Stage", "Lost")
    vetting = panel(page, "Vetting")
    expect(vetting).to_contain_text("Lost for “No budget after all”: vetting should have found that.")
    expect(vetting.get_by_role("listitem").first).to_have_text(re.compile(r"Budget: Yes\s+· Ana Owner"))


def test_4_thirteen_months_without_a_purchase_and_the_next_win(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    account = a_customer_lapses(fresh_firm, page, sign_in)
    and_comes_back(fresh_firm, page, sign_in, account)


def a_customer_lapses(firm: Firm, page: Page, sign_in: SignIn) -> str:
    """Returns the address of the account."""
    with time_machine.travel(datetime(2025, 5, 3, 15, tzinfo=UTC)):
        with tenant_context(firm.tenant):
            record = make.account(firm.ana, name="Kestrel Ltd")
        account = firm.url("accounts:record", record_id=record.pk)
        sign_in(firm.ana)
        page.goto(account)
        new_opportunity(page, "First deal")
        move(page, "Stage", "Won")
        worker_runs(firm)
        is_now(page, account, "Customer", "won First deal on")

    with time_machine.travel(datetime(2026, 5, 3, 15, tzinfo=UTC)):
        sign_in(firm.ada)
        wait_a_month_longer(firm, page)
    with time_machine.travel(datetime(2026, 6, 4, 3, 30, tzinfo=UTC)):  # still the evening of 3 June in New York
        lapse_workspace(Tenant.objects.get(pk=firm.tenant.pk))
        sign_in(firm.ana)
        is_now(page, account, "Customer", "won First deal on")
    with time_machine.travel(datetime(2026, 6, 4, 4, 30, tzinfo=UTC)):
        lapse_workspace(Tenant.objects.get(pk=firm.tenant.pk))
        sign_in(firm.ana)
        is_now(page, account, "Past customer", "nothing was won for 13 months; the last was First deal on May 3, 2025")
        assert listed(firm, page, "Past customers") == ["Kestrel Ltd"]
        assert listed(firm, page, "Active customers") == []
    return account


def and_comes_back(firm: Firm, page: Page, sign_in: SignIn, account: str) -> None:
    with time_machine.travel(datetime(2026, 6, 10, 15, tzinfo=UTC)):
        sign_in(firm.ana)
        page.goto(account)
        new_opportunity(page, "Second deal")
        second = page.url
        worker_runs(firm)
        is_now(page, account, "Past customer", "nothing was won for 13 months")
        page.goto(second)
        move(page, "Stage", "Won")
        worker_runs(firm)
        is_now(page, account, "Customer", "won Second deal on Jun 10, 2026, by Ana Owner")
        assert life_of(page) == [
            "Customer since Jun 10, 2026",
            "Past customer since Jun 4, 2026",
            "Customer since May 3, 2025",
            "Prospect since May 3, 2025",
        ]

    with time_machine.travel(datetime(2026, 6, 11, 12, tzinfo=UTC)):
        lapse_workspace(Tenant.objects.get(pk=firm.tenant.pk))
        sign_in(firm.ana)
        is_now(page, account, "Customer", "won Second deal on")
        page.goto(second)
        reopen_opportunity(page, "Negotiation")
        worker_runs(firm)
        is_now(page, account, "Past customer", "nothing was won for 13 months; the last was First deal on May 3, 2025")


def wait_a_month_longer(firm: Firm, page: Page) -> None:
    """An admin lets customers stay ones for thirteen months instead of twelve, and sees what that does tonight."""
    page.goto(firm.url("setup:index"))
    main_link(page, "Past customers").click()
    settled(page)
    effect = page.locator("#life-effect")
    expect(effect).to_contain_text("1 customer would become a past customer tonight.")
    expect(effect.get_by_role("link")).to_have_text("Kestrel Ltd")
    fill(page.get_by_role("main"), "Months without a won opportunity", "13")
    page.keyboard.press("Tab")
    expect(effect).to_contain_text("0 customers would become past customers tonight.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("was saved")
