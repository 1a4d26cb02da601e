"""Controls that are pressed nowhere else, in one workspace: each test leaves alone what the others look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from crm.activities.models import Activity
from crm.activities.services import create_activity
from crm.picklists.selectors import stages
from crm.picklists.services import create_pipeline
from crm.tenants.clock import start_of, today
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from opportunities.services import update_opportunity
from tests import make
from tests.browser.conftest import SignIn, settled
from tests.people import Firm, make_firm


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Firm]:
    """A workspace with two pipelines."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        firm = make_firm("pressed", "Pressed")
        with tenant_context(firm.tenant):
            create_pipeline(actor=firm.ada, name="Renewals")
        yield firm


def deal_of(firm: Firm, name: str) -> Any:
    with tenant_context(firm.tenant):
        return make.opportunity(firm.ana, name=name)


def test_another_pipeline_is_chosen_with_its_stage(shared: Firm, page: Page, sign_in: SignIn) -> None:
    deal = deal_of(shared, "Old one")
    sign_in(shared.ana)
    page.goto(shared.url("opportunities:record", record_id=deal.pk))
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Change pipeline").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Stage")).to_be_visible()
    offered = dialog.get_by_label("Stage").locator("option").all_text_contents()
    renewal = next(one.strip() for one in offered if one.strip().startswith("Renewals"))
    dialog.get_by_label("Stage").select_option(label=renewal)
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Old one is now in")
    expect(page.locator("#details")).to_contain_text("Renewals")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Undone: Old one is as it was.")
    expect(page.locator("#details")).not_to_contain_text("Renewals")
    settled(page)


def test_a_run_that_looks_for_past_customers_is_asked_about_and_started(
    shared: Firm, page: Page, sign_in: SignIn
) -> None:
    sign_in(shared.ada)
    page.goto(shared.url("setup:account_life"))
    page.get_by_role("link", name="Run now").click()
    dialog = page.get_by_role("dialog", name="Look for past customers now")
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Run now").click()
    dialog.get_by_role("button", name="Run anyway").click()
    expect(page.locator("#toasts")).to_contain_text("Looking for past customers.")
    settled(page)


def test_a_planned_meeting_is_opened_from_my_day_and_moved(shared: Firm, page: Page, sign_in: SignIn) -> None:
    deal = deal_of(shared, "Met one")
    with tenant_context(shared.tenant):
        at = timezone.now() + timedelta(days=2)
        create_activity(kind="meeting", records=[deal], actor=shared.ana, subject="Contract", occurred_at=at)
    sign_in(shared.ana)
    for place in ("home:my_day", "activities:tasks"):
        page.goto(shared.url(place))
        row = page.get_by_role("main").get_by_role("listitem").filter(has_text="Contract")
        expect(row.get_by_role("link", name="Met one")).to_have_attribute("href", re.compile(str(deal.pk)))
        row.get_by_role("link", name="Contract").click()
        dialog = page.get_by_role("dialog", name="Meeting")
        dialog.get_by_label("Text").fill(f"Bring the offer, {place}")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_be_hidden()
        expect(row).to_be_visible()
        expect(page).to_have_url(re.compile(f"{shared.url(place)}$"))
    settled(page)


def test_a_task_gets_something_else_to_be_about(shared: Firm, page: Page, sign_in: SignIn) -> None:
    first, second = deal_of(shared, "First one"), deal_of(shared, "Second one")
    with tenant_context(shared.tenant):
        create_activity(kind="task", records=[first], actor=shared.ana, subject="Send the offer")
    sign_in(shared.ana)
    page.goto(shared.url("activities:tasks"))
    row = page.locator(".task-row", has_text="Send the offer")
    row.get_by_role("link", name=re.compile("Send the offer|Edit")).first.click()
    dialog = page.get_by_role("dialog")
    about = dialog.get_by_label("About")
    expect(about).to_have_value("First one")
    about.fill("")
    about.press_sequentially("second")
    dialog.get_by_role("option", name=re.compile("Second one")).click()
    dialog.get_by_role("button", name="Save").click()
    expect(row.get_by_role("link", name="Second one")).to_have_attribute("href", re.compile(str(second.pk)))
    settled(page)


def test_a_card_of_somebody_who_is_there_warns_and_goes_on(shared: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(shared.tenant):
        make.lead(shared.ana, first_name="Nina", last_name="Lead", email="nina@downs.example")
    sign_in(shared.ana)
    page.goto(shared.url("leads:card"))
    page.get_by_label("Name", exact=True).fill("Nina Twelve")
    page.get_by_label("E-mail").fill("NINA@downs.example")
    page.get_by_role("button", name="Create lead", exact=True).click()
    warning = page.get_by_role("alert").filter(has_text="may be there already")
    expect(warning).to_be_focused()
    expect(warning.get_by_role("link", name="Nina Lead")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Nina Twelve")
    warning.get_by_role("button", name="Create it all the same").click()
    expect(page.get_by_role("heading", name="Nina Twelve", level=1)).to_be_visible()
    settled(page)


def test_a_card_dragged_to_the_wrong_column_is_put_back_by_undo(shared: Firm, page: Page, sign_in: SignIn) -> None:
    deal = deal_of(shared, "Dragged one")
    with tenant_context(shared.tenant):
        type(deal).objects.filter(pk=deal.pk).update(stage_since=start_of(today() - timedelta(days=28)))
    sign_in(shared.ana)
    page.goto(shared.url("opportunities:board") + "?filters=none")
    columns = page.locator("[data-board-column]")
    card = columns.nth(0).locator("[data-card]", has_text="Dragged one")
    card.focus()
    card.evaluate("card => { window.lifted = card }")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    toast = page.locator("[data-toast]").filter(has_text="Dragged one is now in")
    moved = columns.nth(1).locator("[data-card]", has_text="Dragged one")
    expect(moved).to_contain_text("today")
    expect(moved).not_to_contain_text("28 days")
    expect(moved).to_be_focused()
    assert moved.evaluate("card => card === window.lifted"), "who has lifted it again meanwhile goes on"
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Undone: Dragged one is as it was.")
    expect(columns.nth(0)).to_contain_text("Dragged one")
    expect(card).to_be_focused()  # and so in sight, however far to the right its column is
    settled(page)


def test_a_stage_asks_for_its_own_fields_only(shared: Firm, page: Page, sign_in: SignIn) -> None:
    """The reason of a loss was asked for whatever the stage."""
    deal = deal_of(shared, "Asked one")
    with tenant_context(shared.tenant):
        further = [one for one in stages() if one.meaning == "open"][1]
        won, lost = make.stage("won"), make.stage("lost")
    sign_in(shared.ana)
    page.goto(shared.url("opportunities:board") + "?filters=none")
    page.locator(f"#card-{deal.pk}").hover()
    page.get_by_role("link", name="Move Asked one to…").click()
    dialog = page.get_by_role("dialog")
    stage, reason, day = (dialog.get_by_label(label, exact=True) for label in ("Stage", "Reason", "Closed on"))
    for chosen, asks in ((further, ()), (won, (day,)), (lost, (reason, day)), (further, ())):
        stage.select_option(str(chosen.pk))
        for field in (reason, day):
            expect(field).to_be_visible(visible=field in asks)
    stage.select_option(str(lost.pk))
    reason.select_option(index=1)
    dialog.get_by_label("Follow up on").fill("2030-05-03")
    stage.select_option(str(further.pk))
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text(f"Asked one is now in {further.label}")
    expect(page.locator(f"#card-{deal.pk}")).to_be_focused()
    page.goto(shared.url("opportunities:new"))
    reason = page.get_by_label("Loss reason")
    expect(reason).to_be_hidden()
    page.get_by_label("Stage").select_option(str(lost.pk))
    expect(reason).to_be_visible()
    settled(page)


def test_a_card_that_one_may_not_move_says_why(shared: Firm, page: Page, sign_in: SignIn) -> None:
    deal = deal_of(shared, "Fast one")
    sign_in(shared.rita)
    page.goto(shared.url("opportunities:board") + "?filters=none")
    card, told = page.locator(f"#card-{deal.pk}"), page.locator("#toasts .toast")
    away = page.locator("[data-board-column]").nth(2)

    def by_its_link() -> None:
        card.get_by_role("link").first.drag_to(away)

    def by_its_middle() -> None:
        card.drag_to(away)

    def by_the_keyboard() -> None:
        card.focus()
        page.keyboard.press("Space")

    for attempt in (card.get_by_role("button", name="Why Fast one").click, by_the_keyboard, by_its_link, by_its_middle):
        attempt()
        expect(told).to_have_text(re.compile("You may not move this one. The role “Read-only” may not change"))
        told.get_by_role("button", name="Dismiss").click()
        expect(told).to_have_count(0)
    settled(page)


def test_which_of_two_equal_hours_it_was_is_answered_in_the_form(shared: Firm, page: Page, sign_in: SignIn) -> None:
    """The clock of New York showed 01:30 twice on 2 November 2025."""
    deal = deal_of(shared, "Odd hour")
    sign_in(shared.ana)
    page.goto(shared.url("opportunities:record", record_id=deal.pk))
    composer = page.locator("[data-composer]")
    composer.get_by_text("Call", exact=True).click()
    composer.locator("textarea").fill("Late talk")
    composer.get_by_text("At another time").click()
    composer.locator("[name=occurred_at]").fill("2025-11-02T01:30")
    composer.locator("button.button-primary").click()
    error = composer.get_by_role("alert")
    expect(error).to_contain_text("The clock shows 01:30 twice on")
    found = re.search(r"“([^”]+)” or “([^”]+)”", error.inner_text())
    assert found
    when = composer.locator("[name=occurred_at]")
    expect(when).to_have_value("2025-11-02T01:30")
    expect(composer.locator("textarea")).to_have_value("Late talk")
    when.fill(found[2])
    composer.locator("button.button-primary").click()
    expect(page.locator("#timeline")).to_contain_text("Late talk")
    with tenant_context(shared.tenant):
        assert Activity.objects.get(body="Late talk").occurred_at.isoformat() == "2025-11-02T06:30:00+00:00"
    settled(page)


def test_many_are_given_away_and_back_and_a_field_of_them_is_cleared(shared: Firm, page: Page, sign_in: SignIn) -> None:
    deals = [deal_of(shared, f"Bulk {number}") for number in (1, 2)]
    with tenant_context(shared.tenant):
        for deal in deals:
            update_opportunity(deal, actor=shared.ada, values={"expected_close_on": date(2031, 5, 6)})
    sign_in(shared.ada)
    toasts, dialog, bar = page.locator("#toasts"), page.get_by_role("dialog"), page.locator("[data-bulk-bar]")

    def choose(action: str) -> None:
        page.goto(
            f"{shared.url('opportunities:list')}?name__starts=Bulk&sort=name&columns=name,expected_close_on,owner"
        )
        page.locator("[data-select-all]").check()
        button = bar.locator(f"button[name=action][value='{action}']")
        if not button.is_visible():
            bar.get_by_role("button", name="Set…").click()
        button.click()

    def now() -> set[Any]:
        with tenant_context(shared.tenant):
            rows = Opportunity.objects.filter(pk__in=[deal.pk for deal in deals])
            return set(rows.values_list("owner__name", "expected_close_on"))

    choose("owner")
    dialog.get_by_label("Owner").select_option(label="Sam Seller")
    dialog.locator("button[name=go]").click()
    expect(toasts).to_contain_text("2 opportunities assigned to Sam Seller")
    assert now() == {("Sam Seller", date(2031, 5, 6))}
    toasts.get_by_role("button", name="Undo").click()
    expect(page.locator("body")).to_contain_text("The change of 2 opportunities was undone")
    assert now() == {("Ana Owner", date(2031, 5, 6))}
    choose("set:expected_close_on")
    dialog.get_by_label("Clear the field").check()
    dialog.locator("button[name=go]").click()
    expect(toasts).to_contain_text("“Expected close” of 2 opportunities cleared")
    assert now() == {("Ana Owner", None)}
    settled(page)


def test_a_lookup_of_a_parent_does_not_offer_the_account_itself(shared: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(shared.tenant):
        account = make.account(shared.ada, name="Selfish One")
        make.account(shared.ada, name="Selfish Two")
    sign_in(shared.ada)
    page.goto(f"{shared.url('accounts:record', record_id=account.pk)}fields/parent/")
    page.get_by_role("main").locator("[data-lookup]").press_sequentially("Selfish")
    options = page.locator(".lookup-options [data-id]")
    expect(options).to_have_count(1)
    expect(options).to_contain_text("Selfish Two")
    options.click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("main").get_by_role("link", name="Selfish Two")).to_be_visible()
    settled(page)


def test_the_button_beside_a_possible_duplicate_goes_on_with_that_one(
    shared: Firm, page: Page, sign_in: SignIn
) -> None:
    people = {"last_name": "Dove", "email": "office@dove.example"}
    with tenant_context(shared.tenant):
        account = make.account(shared.ana, name="Dovecote")
        for first, more in (("Ann", {}), ("Bea", {"account": account})):
            make.contact(shared.ana, first_name=first, **people, **more)
        for first in ("Otto", "Paul"):
            make.lead(shared.ana, first_name=first, **people)
    sign_in(shared.ana)
    page.on("dialog", lambda dialog: dialog.accept())

    def asked(key: str, noun: str) -> Locator:
        page.goto(shared.url(f"{key}:new"))
        page.get_by_label("Last name").fill("Dove")
        page.get_by_label("E-mail").fill(people["email"])
        page.get_by_role("button", name=f"Create {noun}", exact=True).click()
        return page.get_by_role("alert").get_by_role("listitem")

    rows = asked("leads", "lead")
    expect(rows.get_by_role("link", name="New opportunity for")).to_have_count(2)
    rows.filter(has_text="Bea Dove").get_by_role("link", name="New opportunity for Bea Dove").click()
    expect(page.get_by_label("Account", exact=True)).to_have_value("Dovecote")
    expect(page.get_by_label("Main contact", exact=True)).to_have_value("Bea Dove")
    rows = asked("contacts", "contact")
    expect(rows.get_by_role("link", name="Convert the lead")).to_have_count(2)
    rows.filter(has_text="Paul Dove").get_by_role("link", name="Convert the lead Paul Dove").click()
    expect(page.get_by_role("heading", name="Convert Paul Dove", level=1)).to_be_visible()
    settled(page)


def test_the_tasks_of_somebody_who_leaves_are_looked_through(shared: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(shared.tenant):
        lead = make.lead(shared.max, last_name="Swift")
        create_activity(kind="task", records=[lead], actor=shared.max, subject="Ask Swift")
    sign_in(shared.ada)
    page.goto(shared.url("setup:person_deactivation", id=shared.max.pk))
    uses = page.get_by_role("main").locator(".callout")
    expect(uses).to_contain_text("Open tasks 1")
    uses.get_by_role("link").last.click()
    whose, days = page.get_by_role("group", name="Whose"), page.get_by_role("navigation", name="Due")
    row = page.locator(".task-row", has_text="Ask Swift")
    for day, is_there in (("Overdue", False), ("Without a day", True)):
        days.get_by_role("link", name=day).click()
        expect(days.locator("[aria-current]")).to_have_text(day)
        expect(whose.locator("[aria-current]")).to_have_text("Max Manager")
        expect(row).to_have_count(int(is_there))
    row.get_by_role("button", name=re.compile("Ask Swift")).first.click()
    expect(row.get_by_role("button", name="Reopen: Ask Swift")).to_be_visible()
    days.get_by_role("link", name="Done").click()
    expect(row).to_have_count(1)
    whose.get_by_role("link", name="My tasks").click()
    expect(whose.get_by_role("link")).to_have_text(["My tasks", "Team's tasks"])
    expect(row).to_have_count(0)
    settled(page)
