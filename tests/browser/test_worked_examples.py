"""Stories from a lead to a customer and on, as people click through them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import time_machine
from playwright.sync_api import Page, expect

from crm.mailing_lists.services import create_list
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn, settled
from tests.browser.walking import fact, fill, labelled, main_link, new_lead, panel, shows, stands_at, vet, worker_runs
from tests.leads.vetting.asking import ask_for
from tests.people import Firm


def test_1_a_connector_names_the_decision_maker(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """Met at a trade show, Lena does not decide but names Dora: both are on the opportunity, each in her part."""
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("home:my_day"))
    meet_lena_at_the_trade_show(page)
    convert_her_as_the_connector(page)
    add_her_colleague(page)
    fact(page, "Account").get_by_role("link").click()
    panel(page, "Opportunities").get_by_role("link", name=re.compile("Telematics")).click()
    stands_at(page, "Stage", "Qualifying")
    expect(fact(page, "Account")).to_have_text("Kestrel Ltd")
    expect(panel(page, "Converted from the lead")).to_contain_text("Trade show/event")
    expect(page.locator("#timeline")).to_contain_text("Does not decide.")
    let_her_colleague_decide(page)
    panel(page, "Contacts").get_by_role("link", name="Dora Decides").click()
    shows(page, "Dora Decides")
    expect(panel(page, "Opportunities")).to_contain_text("Telematics")


def meet_lena_at_the_trade_show(page: Page) -> None:
    person = {"First name": "Lena", "Last name": "Lead", "Company": "Kestrel Ltd", "E-mail": "lena@kestrel.example"}
    new_lead(page, **person, Source="Trade show/event", **{"Interested in": "Telematics"})
    shows(page, "Lena Lead")
    expect(fact(page, "Source")).to_have_text("Trade show/event")
    note = page.locator("[data-composer]")
    note.get_by_text("Note", exact=True).click()
    note.locator("textarea").fill("Does not decide. Dora Decides does, she says.")
    note.locator("[type=submit]").click()
    expect(page.locator("#timeline")).to_contain_text("Does not decide.")


def convert_her_as_the_connector(page: Page) -> None:
    """Ends on the page of the account."""
    main_link(page, "Convert").click()
    shows(page, "Convert Lena Lead")
    fill(page.locator(".convert-page"), "Role in the opportunity", "Connector/referrer")
    page.locator("#convert-foot").get_by_role("button").click()
    shows(page, "Lena Lead was converted")
    main_link(page, "Kestrel Ltd").click()
    shows(page, "Kestrel Ltd")
    expect(fact(page, "Type")).to_have_text("Prospect")
    expect(panel(page, "What it is to us")).to_contain_text("came from Lena Lead, converted on")


def add_her_colleague(page: Page) -> None:
    """From the page of the account; ends on that of the colleague."""
    panel(page, "Contacts").get_by_role("link", name="Add contact").click()
    expect(page.get_by_label("Account", exact=True)).to_have_value("Kestrel Ltd")
    fill(page.get_by_role("main"), "First name", "Dora")
    fill(page.get_by_role("main"), "Last name", "Decides")
    page.get_by_role("button", name="Create contact").click()
    shows(page, "Dora Decides")
    expect(fact(page, "Account")).to_have_text("Kestrel Ltd")


def let_her_colleague_decide(page: Page) -> None:
    panel(page, "Contacts").get_by_role("link", name="Add contact").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("link", name="Dora Decides").click()
    expect(labelled(dialog, "Contact")).to_have_value("Dora Decides")
    fill(dialog, "Role", "Decision maker")
    dialog.get_by_label("Main contact").check()
    dialog.get_by_role("button", name="Save this part").click()
    expect(dialog).not_to_be_visible()
    parts = panel(page, "Contacts").get_by_role("listitem")
    expect(parts.filter(has_text="Dora Decides")).to_contain_text("Decision maker")
    expect(parts.filter(has_text="Dora Decides")).to_contain_text("Main")
    expect(parts.filter(has_text="Lena Lead")).to_contain_text("Connector/referrer")
    expect(parts.filter(has_text="Lena Lead")).not_to_contain_text("Main")


def test_2_no_budget_now_budget_in_six_months(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """Closed with reason, follow-up and newsletter in one dialog; the task falls due; reopened; budget; converted."""
    ask_for(fresh_firm, "budget", unmet="block")
    with tenant_context(fresh_firm.tenant):
        create_list(actor=fresh_firm.ada, name="Newsletter")
        lead = make.lead(fresh_firm.ana, last_name="Brandt", company="Kestrel Logistics", product_interest="Telematics")
        due = today() + timedelta(days=182)
    address = fresh_firm.url("leads:record", record_id=lead.pk)
    sign_in(fresh_firm.ana)
    page.goto(address)
    settled(page)
    vet(page, "Need", "Yes", "Loses two trucks a week")
    vet(page, "Budget", "No", "Nothing before summer")
    close_with_all_three(page, due)
    worker_runs(fresh_firm)

    with time_machine.travel(datetime.combine(due + timedelta(days=1), time(9), fresh_firm.tenant.zone)):
        sign_in(fresh_firm.ana)
        page.goto(fresh_firm.url("home:my_day"))
        expect(page.get_by_role("main")).not_to_contain_text("Ask again about the budget")
        sign_in(fresh_firm.max)
        the_task_is_overdue(fresh_firm, page)
        reopen_and_find_the_budget(page)
        convert_for_sam(page)
        worker_runs(fresh_firm)
        sign_in(fresh_firm.sam)
        sam_finds_what_was_vetted(fresh_firm, page)


def close_with_all_three(page: Page, due: date) -> None:
    page.get_by_role("main").get_by_role("link", name="Close as unqualified").click()
    dialog = page.get_by_role("dialog")
    fill(dialog, "Reason", "No budget")
    fill(dialog, "Follow up on", due.isoformat())
    fill(dialog, "What to do then", "Ask again about the budget")
    fill(dialog, "Who does it", "Max Manager")
    dialog.get_by_label("Newsletter").check()
    dialog.get_by_role("button", name="Close as unqualified").click()
    expect(dialog).not_to_be_visible()
    stands_at(page, "Status", "Unqualified")
    expect(page.locator("#details")).to_contain_text("No budget")
    expect(page.locator("#timeline")).to_contain_text("closed this as unqualified: No budget")
    expect(page.locator("#open-tasks")).to_contain_text("Ask again about the budget")
    expect(page.locator("#open-tasks")).to_contain_text("Max Manager")
    expect(page.locator("#mailing-lists")).to_contain_text("Newsletter")
    expect(page.locator("#vetting")).to_contain_text("Nothing before summer")
    expect(main_link(page, "Convert")).to_have_count(0)
    expect(main_link(page, "Reopen")).to_be_visible()


def the_task_is_overdue(firm: Firm, page: Page) -> None:
    """Although its lead is closed. Ends on the lead's page, with the task done."""
    page.goto(firm.url("home:my_day"))
    task = page.locator("#overdue").get_by_role("listitem").filter(has_text="Ask again about the budget")
    expect(task.locator(".badge")).to_have_class(re.compile("tone-danger"))
    expect(task.get_by_label("Overdue")).to_be_visible()
    task.get_by_role("link", name="Lena Brandt").click()
    shows(page, "Lena Brandt")
    page.get_by_role("button", name="Complete: Ask again about the budget").click()
    expect(page.locator("#timeline")).to_contain_text("completed")


def reopen_and_find_the_budget(page: Page) -> None:
    main_link(page, "Reopen").click()
    page.get_by_role("dialog").get_by_role("button", name="Reopen the lead").click()
    expect(main_link(page, "Convert")).to_be_visible()
    stands_at(page, "Status", "Working")
    expect(page.locator("#vetting")).to_contain_text("Round 2")
    expect(page.locator("#vetting")).to_contain_text("Nothing before summer")
    expect(page.locator("#mailing-lists")).to_contain_text("Newsletter")

    main_link(page, "Convert").click()
    expect(page.locator("#gate")).to_contain_text("Not vetted yet: Budget")
    expect(page.locator("#convert-foot").get_by_role("button")).to_have_count(0)
    page.locator("#convert-foot").get_by_role("link", name="Vet the lead first").click()
    shows(page, "Lena Brandt")
    settled(page)
    vet(page, "Budget", "Yes", "60,000 approved on Monday")


def convert_for_sam(page: Page) -> None:
    main_link(page, "Convert").click()
    fill(page.locator(".convert-page"), "Owner of what is new", "Sam Seller")
    page.locator("#convert-foot").get_by_role("button").click()
    shows(page, "Lena Brandt was converted")


def sam_finds_what_was_vetted(firm: Firm, page: Page) -> None:
    page.goto(firm.url("home:my_day"))
    page.get_by_role("link", name="1 unread notification").click()
    page.get_by_role("link", name=re.compile("Max Manager converted a lead for you: .*Lena Brandt")).click()
    shows(page, re.compile("Telematics"))
    expect(fact(page, "Owner")).to_contain_text("Sam Seller")
    vetting = panel(page, "Vetting")
    expect(vetting).to_contain_text("Round 2")
    expect(vetting).to_contain_text("60,000 approved on Monday")
    panel(page, "Contacts").get_by_role("link", name="Lena Brandt").click()
    expect(page.locator("#mailing-lists")).to_contain_text("Newsletter")
