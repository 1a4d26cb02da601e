"""What a dialog, a board, a lookup and the palette do with the answers that they had not hoped for."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from crm.picklists.selectors import stages
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests import make
from tests.browser.conftest import SignIn, settled
from tests.people import Firm

AWAY = "The server cannot be reached"


def closing(firm: Firm, page: Page) -> tuple[Any, Locator]:
    """A lead, and the dialog on its page that asks why it is closed, filled in but for the task."""
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, last_name="Brandt")
    page.goto(firm.url("leads:record", record_id=lead.pk))
    page.get_by_role("main").get_by_role("link", name=re.compile("Unqualified")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("select[name=unqualified_reason]").first).to_be_visible()
    for select in dialog.locator("select[name=unqualified_reason]").all():
        select.select_option(index=1)
    return lead, dialog


def test_a_dialog_keeps_what_is_typed_while_the_server_cannot_be_reached(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    sign_in(fresh_firm.ana)
    lead, dialog = closing(fresh_firm, page)
    note = page.get_by_role("textbox", name="What should be remembered?")
    note.evaluate("one => { one.value = 'They may come back'; one.dispatchEvent(new Event('input', {bubbles: true})) }")
    subject = dialog.locator("[name=task_subject]")
    subject.fill("Ask again")
    dialog.locator("[name=task_due_on]").fill("2027-01-05")
    page.context.set_offline(True)
    dialog.locator(".button-primary, .button-danger").first.click()
    expect(dialog.get_by_role("alert")).to_contain_text(AWAY)
    expect(subject).to_have_value("Ask again")
    page.context.set_offline(False)
    dialog.locator(".button-primary, .button-danger").first.click()
    # It is done, and what else is typed on the page keeps one there
    told = page.locator("[data-typed-here]")
    expect(told).to_contain_text("This is done, but what else you typed here is not saved.")
    expect(dialog).to_be_hidden()
    expect(page.get_by_text(AWAY)).to_have_count(0)
    expect(told.get_by_role("link", name="Go on without it")).to_be_focused()
    expect(note).to_have_value("They may come back")
    with tenant_context(fresh_firm.tenant):
        assert Lead.objects.get(pk=lead.pk).status.meaning == "unqualified"
    told.get_by_role("link").click()
    expect(page.locator("#toasts")).to_contain_text("was closed as unqualified")


def test_a_page_that_comes_where_a_part_was_asked_for_is_gone_to(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """As where a view leads on to another page."""
    sign_in(fresh_firm.ana)
    _lead, dialog = closing(fresh_firm, page)
    dialog.locator("[name=task_subject]").fill("Typed, and taken")
    tasks = fresh_firm.url("activities:tasks")

    def lead_on(route: Route) -> None:
        route.fulfill(status=303, headers={"Location": tasks}) if route.request.method == "POST" else route.continue_()

    page.route("**/closing/", lead_on)
    page.on("dialog", lambda one: one.dismiss())  # nothing is to be asked
    dialog.locator(".button-primary, .button-danger").first.click()
    expect(page).to_have_url(re.compile(f"{tasks}$"))
    expect(page.get_by_role("heading", name="Tasks", level=1)).to_be_visible()


def test_a_card_goes_back_where_it_was_refused(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    with tenant_context(fresh_firm.tenant):
        first, second = [one for one in stages() if one.meaning == "open"][:2]
        make.opportunity(fresh_firm.ana, name="Big one", stage=first)
    page.goto(fresh_firm.url("opportunities:board"))
    columns = [page.locator(f'[data-board-column="{stage.pk}"]') for stage in (first, second)]
    card, told = page.locator("article", has_text="Big one"), page.locator("#toasts")
    stands_in(columns, 0)
    refusals = ["Not into this one.", "Nor now."]

    def refuse(route: Route) -> None:
        route.fulfill(status=422, content_type="text/plain", body=refusals[0])

    page.route("**/stage/*", refuse)
    move(page, card)
    expect(told).to_contain_text(refusals.pop(0))
    stands_in(columns, 0)
    expect(card).to_be_focused()
    card.drag_to(columns[1])
    expect(told).to_contain_text(refusals[0])
    expect(told.locator(".tone-danger")).to_have_count(1)
    stands_in(columns, 0)
    page.unroute_all()
    page.context.set_offline(True)
    move(page, card)
    expect(told).to_contain_text(AWAY)
    stands_in(columns, 0)
    page.context.set_offline(False)
    move(page, card)
    expect(page.get_by_text("Dropped.")).to_be_visible()
    expect(page.get_by_text(AWAY)).to_have_count(0)
    expect(card).to_be_focused()
    stands_in(columns, 1)


def test_moves_of_a_card_that_is_moved_on_arrive_one_after_the_other(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    """Each names the column that the one before has brought the card to."""
    sign_in(fresh_firm.ana)
    with tenant_context(fresh_firm.tenant):
        found = [one for one in stages() if one.meaning == "open"][:4]
        deal = make.opportunity(fresh_firm.ana, name="Big one", stage=found[0])
    page.goto(fresh_firm.url("opportunities:board"))
    held: list[Route] = []

    def hold(route: Route) -> None:
        route.continue_() if held else held.append(route)

    page.route("**/stage/*", hold)
    card = page.locator("article", has_text="Big one")
    columns = [page.locator(f'[data-board-column="{stage.pk}"]') for stage in found]
    with page.expect_request(re.compile("/stage/")):
        for _time in range(3):
            move(page, card)
    stands_in(columns, 3)
    held[0].continue_()
    expect(page.get_by_text("Dropped.")).to_be_visible()
    settled(page)
    stands_in(columns, 3)
    with tenant_context(fresh_firm.tenant):
        deal.refresh_from_db()
        assert deal.stage_id == found[3].pk
    expect(page.locator("#dialog")).to_be_hidden()  # nobody else has moved it


def test_a_move_that_waits_behind_a_refused_one_is_dropped(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """It began in the column that the card never came to, and left it there."""
    sign_in(fresh_firm.ana)
    with tenant_context(fresh_firm.tenant):
        found = [one for one in stages() if one.meaning == "open"][:3]
        deal = make.opportunity(fresh_firm.ana, name="Big one", stage=found[0])
    page.goto(fresh_firm.url("opportunities:board"))
    held: list[Route] = []

    def refuse(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            route.fulfill(status=422, content_type="text/plain", body="It is not there.")

    page.route("**/stage/*", refuse)
    card = page.locator("article", has_text="Big one")
    columns = [page.locator(f'[data-board-column="{stage.pk}"]') for stage in found]
    with page.expect_request(re.compile("/stage/")):
        for _time in range(2):
            move(page, card)
    stands_in(columns, 2)
    held[0].fulfill(status=422, content_type="text/plain", body="Not into this one.")
    expect(page.locator("#toasts")).to_contain_text("Not into this one.")
    settled(page)
    stands_in(columns, 0)
    assert len(held) == 1, "what waited behind it is not sent"
    page.unroute_all()
    move(page, card)
    expect(page.get_by_text("Dropped.")).to_be_visible()
    stands_in(columns, 1)
    with tenant_context(fresh_firm.tenant):
        deal.refresh_from_db()
        assert deal.stage_id == found[1].pk


def test_who_looks_for_something_is_told_that_nobody_is_signed_in(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    """A lookup offered nothing, and the palette said that nothing was found."""
    sign_in(fresh_firm.ana)
    with tenant_context(fresh_firm.tenant):
        make.account(fresh_firm.ana, name="Birch & Co")
    page.goto(fresh_firm.url("contacts:new"))
    page.get_by_label("Last name").fill("Half")
    lookup = page.get_by_role("main").locator("[data-lookup]").first
    offered = page.get_by_role("option", name="Birch & Co")
    lookup.press_sequentially("birch")
    expect(offered).to_be_visible()
    lookup.press("Escape")
    expect(offered).to_be_hidden()
    cookies: Any = page.context.cookies()
    page.context.clear_cookies()
    lookup.press("ArrowDown")
    expect(page.get_by_role("alert").get_by_role("link", name="Sign in")).to_be_visible()
    expect(page.get_by_label("Last name")).to_have_value("Half")
    page.context.add_cookies(cookies)
    page.goto(fresh_firm.url("accounts:list"))
    page.keyboard.press("/")
    found = page.locator("#palette").get_by_role("option", name="Birch & Co")
    page.keyboard.type("birch")
    expect(found.first).to_be_visible()
    expect(found.first).to_have_attribute("aria-selected", "true")
    page.context.clear_cookies()
    page.keyboard.type(" c")
    expect(page).to_have_url(re.compile("/auth/login/"))


def test_rows_that_were_chosen_stay_so_for_who_is_signed_out(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ada)
    with tenant_context(fresh_firm.tenant):
        for name in ("Ash", "Birch"):
            make.lead(fresh_firm.ada, last_name=name)
    page.goto(f"{fresh_firm.url('leads:list')}?filters=none")
    page.locator("[data-rows] tbody .row-select").first.check()
    tag = page.locator("[data-bulk-bar] button[name=action][value=tags]")
    cookies: Any = page.context.cookies()
    page.context.clear_cookies()
    tag.click()
    told = page.get_by_role("alert").filter(has_text="You are signed out")
    expect(told.get_by_role("link", name="Sign in")).to_be_focused()
    page.context.add_cookies(cookies)
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # a headless browser has no window to come back to
    expect(told).to_have_count(0)
    tag.click()
    expect(page.get_by_role("dialog").locator("button[name=go]")).to_have_text("Tag 1 lead")


def move(page: Page, card: Locator) -> None:
    """To the column beside it."""
    card.focus()
    for key in (" ", "ArrowRight", " "):
        page.keyboard.press(key)


def stands_in(columns: list[Locator], place: int) -> None:
    """The card stands there, and the heads count it there."""
    for number, column in enumerate(columns):
        expect(column.locator("article")).to_have_count(int(number == place))
        expect(column.locator("[data-board-count]")).to_have_text(str(int(number == place)))
