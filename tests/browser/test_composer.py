"""What is logged on a record shows at once, also in its head and its fields."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from crm.picklists.selectors import choices
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from crm.users.services import create_role
from leads.services import close_as_unqualified
from opportunities.models import Opportunity
from opportunities.services import update_opportunity
from tests import make
from tests.browser.conftest import SignIn, settled
from tests.people import Firm


def test_a_logged_next_step_shows_without_a_reload(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        deal = make.opportunity(fresh_firm.ana, name="Big one")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("opportunities:record", record_id=deal.pk))
    expect(page.locator("#record-head")).to_contain_text("No next step")
    composer = page.locator(".composer")
    composer.get_by_text("Call", exact=True).click()
    composer.get_by_label("What was said?").fill("Good talk")
    composer.get_by_label("Next step").fill("Send revised offer")
    composer.get_by_role("button", name="Log call").click()
    expect(page.locator("#timeline")).to_contain_text("Good talk")
    expect(page.locator("#details")).to_contain_text("Send revised offer")
    expect(page.locator("#record-head")).not_to_contain_text("No next step")
    with tenant_context(fresh_firm.tenant):  # a colleague has another idea meanwhile, which the page does not show
        values = {"next_step": "Lunch with Lena"}
        update_opportunity(Opportunity.objects.get(pk=deal.pk), actor=fresh_firm.max, values=values)
    composer.get_by_text("Call", exact=True).click()
    composer.get_by_label("What was said?").fill("Once more")
    composer.get_by_label("Next step").fill("Call on Monday")
    composer.get_by_role("button", name="Log call").click()
    expect(composer.get_by_role("alert")).to_contain_text("Lunch with Lena")
    expect(page.locator("#timeline")).not_to_contain_text("Once more")
    composer.get_by_role("button", name="Log call").click()
    expect(page.locator("#details")).to_contain_text("Call on Monday")
    expect(page.locator("#timeline")).to_contain_text("Once more")
    page.get_by_role("link", name="Edit Next step", exact=True).click()  # what came in works
    field = page.locator("#details form [name=next_step]")
    field.fill("Still being typed")
    composer.get_by_text("Call", exact=True).click()
    composer.get_by_label("What was said?").fill("Third talk")
    composer.get_by_label("Next step").fill("Send a letter")
    composer.get_by_role("button", name="Log call").click()
    expect(page.locator("#timeline")).to_contain_text("Third talk")
    expect(field).to_have_value("Still being typed")


@pytest.mark.parametrize("width", [390, 1440])
def test_after_logging_one_is_where_one_was_and_a_note_outlives_the_deal_that_is_handed_over(
    fresh_firm: Firm, page: Page, sign_in: SignIn, width: int
) -> None:
    """The page jumped down to the field "Next step"; and what was typed was lost with the deal."""
    with tenant_context(fresh_firm.tenant):
        deal = make.opportunity(fresh_firm.ana, name="Big one", team=fresh_firm.ana.team)
        access = {"opportunities": {"view": "all", "edit": "own", "create": "own"}}
        Membership.objects.filter(pk=fresh_firm.ana.pk).update(
            role=create_role(actor=fresh_firm.ada, name="Own", access=access)
        )
    sign_in(fresh_firm.ana)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(fresh_firm.url("opportunities:record", record_id=deal.pk))
    composer = page.locator(".composer")
    composer.locator("textarea").fill("Good talk")
    log = composer.locator("button.button-primary")
    log.click(trial=True)  # it scrolls there
    before = page.evaluate("scrollY")
    log.click()
    expect(page.locator("#timeline")).to_contain_text("Good talk")
    expect(page.locator(".composer :focus")).to_have_count(1)
    assert abs(page.evaluate("scrollY") - before) < 200
    composer.locator("textarea").fill("Not yet logged")
    page.get_by_role("link", name="Edit Owner", exact=True).click()
    page.locator("#details [name=owner]").select_option(str(fresh_firm.max.pk))
    page.locator("#details").get_by_role("button", name="Save").click()
    note = page.get_by_role("alert").filter(has_text="what else you typed here is not saved")
    expect(note.get_by_role("link")).to_be_focused()
    expect(composer.locator("textarea")).to_have_value("Not yet logged")
    note.get_by_role("link").click()
    expect(page.locator(".toast")).to_contain_text("You can still see Big one, but no longer change it.")


def test_a_task_from_home_is_about_what_one_picks(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        make.opportunity(fresh_firm.ana, name="Big one", account=make.account(fresh_firm.ana, name="Big one"))
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("activities:tasks"))
    page.get_by_role("link", name="New task").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What is to be done?").fill("Send the offer")
    dialog.get_by_label("About").press_sequentially("big")
    dialog.get_by_role("option", name=re.compile("Opportunity")).click()
    dialog.get_by_role("button", name="Add task").click()
    row = page.locator(".task-row", has_text="Send the offer")
    expect(row.get_by_role("link", name="Big one")).to_have_attribute("href", re.compile("/opportunities/"))
    page.get_by_role("link", name="New task").click()
    dialog.get_by_label("What is to be done?").fill("Of nothing yet")
    dialog.get_by_role("button", name="Add task").click()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#main [name=body]")).to_have_value("Of nothing yet")
    page.locator("#main").get_by_role("button", name="Add task").click()
    expect(page.locator("#main")).to_contain_text("Of nothing yet")
    settled(page)


def test_a_meeting_to_come_is_planned_and_not_logged(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        deal = make.opportunity(fresh_firm.ana)
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("opportunities:record", record_id=deal.pk))
    composer = page.locator(".composer")
    composer.get_by_text("Meeting", exact=True).click()
    expect(composer.get_by_role("button", name="Log meeting")).to_be_visible()
    composer.get_by_text("At another time").click()
    when = composer.get_by_label("When", exact=True)
    when.fill("2099-03-02T10:00")
    composer.get_by_label("What is it about?").fill("Contract")
    composer.get_by_text("Call", exact=True).click()
    expect(composer.get_by_role("button", name="Log call")).to_be_visible()
    composer.get_by_text("Meeting", exact=True).click()
    when.fill("2020-03-02T10:00")
    expect(composer.get_by_role("button", name="Log meeting")).to_be_visible()
    composer.get_by_text("Task", exact=True).click()  # which has no such time: it is shown again, to be left out
    expect(when).to_be_hidden()
    composer.get_by_role("button", name="Add task").click()
    expect(composer.get_by_role("alert")).to_contain_text("A task has not been yet")
    expect(when).to_be_visible()
    composer.get_by_text("Meeting", exact=True).click()
    when.fill("2099-03-02T10:00")
    composer.get_by_role("button", name="Plan meeting").click()
    expect(page.get_by_text("Planned.")).to_be_visible()
    expect(page.locator("#timeline")).to_contain_text("plans a meeting")
    settled(page)


def test_a_day_whose_next_step_was_erased_is_shown_and_asked_about(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana)
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    composer = page.locator(".composer")
    composer.locator("textarea").fill("Good talk")
    composer.get_by_label("Then").fill("Call")
    composer.locator("[name=due_on]").fill("2099-03-02")
    composer.get_by_label("Then").fill("")
    expect(composer.locator("[name=due_on]")).to_be_hidden()
    composer.locator("[type=submit]").click()
    expect(composer.get_by_role("alert")).to_contain_text("Say what is to be done on that day")
    expect(composer.locator("[name=due_on]")).to_be_visible()
    composer.locator("[name=due_on]").fill("")
    composer.locator("[type=submit]").click()
    expect(page.locator("#timeline")).to_contain_text("Good talk")


def test_neither_focus_nor_text_is_lost_after_adding_a_task_undoing_and_reopening(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, last_name="Brandt")
        close_as_unqualified(lead=lead, reason=choices("unqualified_reason")[0], actor=fresh_firm.ana)
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:closing", record_id=lead.pk))
    page.get_by_role("button", name="Reopen the lead").press("Enter")
    expect(page.locator(".toast")).to_contain_text("is open again")
    expect(page.locator("main")).to_be_focused()
    composer = page.locator(".composer")
    composer.locator("label", has_text="Task").click()
    composer.locator("textarea").fill("Send offer")
    composer.get_by_role("button", name="Add task").press("Enter")
    toast = page.locator(".toast").filter(has_text="Task added.")
    expect(toast).to_be_visible()
    page.wait_for_function("() => document.activeElement !== document.body")
    toast.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator(".toast")).to_contain_text("was deleted")
    expect(composer.locator("textarea")).to_be_focused()
    expect(composer.locator("textarea")).to_have_value("Send offer")  # what was typed is not lost
    composer.locator("textarea").fill("Send another offer")
    composer.get_by_role("button", name="Add task").press("Enter")
    expect(page.locator(".toast").filter(has_text="Task added.")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/leads/{lead.pk}/$"))
    page.reload()
    expect(composer.locator("textarea")).to_have_value("")
