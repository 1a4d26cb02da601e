"""A day's tasks with the keyboard alone: logged, reminded of, postponed, handed on and done without the mouse."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect

from crm.activities.models import Activity
from crm.activities.services import create_activity
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn, settled
from tests.browser.test_keyboard import tab_to
from tests.people import Firm


def lead_of(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.lead(firm.ana, last_name="Brandt", company="Kestrel")


def task_of(firm: Firm, lead: Any, subject: str, distance: int = 0) -> Activity:
    with tenant_context(firm.tenant):
        due_on = today() + timedelta(days=distance)
        return create_activity(kind="task", records=[lead], actor=firm.ana, subject=subject, due_on=due_on)


def fresh(firm: Firm, task: Activity) -> Activity:
    with tenant_context(firm.tenant):
        return Activity.objects.select_related("owner").get(pk=task.pk)


def test_a_call_of_yesterday_with_its_next_step_and_a_reminder(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    lead = lead_of(fresh_firm)
    with tenant_context(fresh_firm.tenant):
        day = today() + timedelta(days=3)
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    page.keyboard.press("p")
    expect(page.locator("[data-composer] textarea")).to_be_focused()
    page.keyboard.type("Wants a demo")
    tab_to(page, "[name=next_step]")
    page.keyboard.type("Send the agenda")
    tab_to(page, "[name=due_on]")
    page.keyboard.type(day.strftime("%m%d%Y"))
    tab_to(page, "[name=reminder]")
    expect(page.locator("[name=remind_at]")).to_be_hidden()
    page.keyboard.type("The morning before")
    tab_to(page, ".composer-when summary")
    expect(page.locator("[name=occurred_at]")).to_be_hidden()
    page.keyboard.press("Enter")
    tab_to(page, "[name=occurred_at]")
    page.keyboard.type("01052026")
    page.keyboard.press("Tab")  # from the date to the hour
    page.keyboard.type("0930AM")
    with page.expect_response(re.compile("/activities/new/")):
        page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("Wants a demo")
    expect(page.locator("#open-tasks")).to_contain_text("Send the agenda")
    expect(page.locator("#open-tasks").get_by_role("img", name=re.compile("^Reminder: "))).to_be_visible()
    with tenant_context(fresh_firm.tenant):
        call, task = Activity.objects.get(kind="call"), Activity.objects.get(kind="task")
    assert call.occurred_at.isoformat() == "2026-01-05T14:30:00+00:00"
    assert (task.due_on, task.reminder) == (day, "day_before")


def test_postponed_and_handed_on_where_it_stands(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    lead = lead_of(fresh_firm)
    old, now = task_of(fresh_firm, lead, "Old one", -2), task_of(fresh_firm, lead, "Of today")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("home:my_day"))
    overdue, soon, today_ = page.locator("#overdue"), page.locator("#soon"), page.locator("#today")
    expect(overdue.locator(".count")).to_have_text("1")

    tab_to(page, f"#later-{old.pk}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("^Tomorrow"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(soon).to_contain_text("Old one")
    expect(overdue).to_contain_text("Nothing is overdue.")
    expect(soon.locator(".count")).to_have_text("1")
    numbers = page.locator("#numbers .stat-number")
    expect(numbers.nth(0)).to_have_text("0")
    expect(page.locator(f"#later-{old.pk}")).to_be_focused()  # one goes on from where the task went
    expect(page.locator("#toasts")).to_contain_text("“Old one” is due now: Tomorrow.")

    page.evaluate("document.activeElement.blur()")
    tab_to(page, f"#owner-{now.pk}")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Who is to do “Of today”?")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(f"#owner-{now.pk}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Who is to do “Of today”?")).to_be_focused()
    page.keyboard.type("Sam")
    page.keyboard.press("Control+Enter")
    expect(today_).to_contain_text("Nothing is due today.")
    expect(page.locator("#toasts")).to_contain_text("Sam Seller is to do “Of today” now.")
    expect(page.locator("#my-tasks")).to_be_focused()
    assert page.url.endswith(fresh_firm.url("home:my_day"))
    settled(page)
    assert fresh(fresh_firm, now).owner == fresh_firm.sam

    page.locator("[data-toast]").filter(has_text="Of today").get_by_role("button", name="Undo").press("Enter")
    expect(today_).to_contain_text("Of today")
    tab_to(page, f"#check-{now.pk}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Reopen: Of today")).to_be_focused()
    expect(today_.locator(".count")).to_have_text("0")  # though it stands there until one looks again
    expect(numbers.nth(1)).to_have_text("0")
    assert fresh(fresh_firm, now).completed_at is not None


def test_beside_its_record_it_keeps_its_place(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    lead = lead_of(fresh_firm)
    task = task_of(fresh_firm, lead, "Of today")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    page.locator(f"#owner-{task.pk}").press("Enter")
    expect(page.get_by_label("Who is to do “Of today”?")).to_be_focused()
    page.keyboard.type("Sam")
    with page.expect_response(re.compile("/owner/")):
        page.keyboard.press("Control+Enter")
    expect(page.locator("#open-tasks")).to_contain_text("Sam Seller")
    expect(page.locator(f"#owner-{task.pk}")).to_be_focused()
