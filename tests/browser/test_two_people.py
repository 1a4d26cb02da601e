"""Two people at once, a session that ends, a record that goes: as it looks to the one who is late."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import Account
from crm.picklists.selectors import stages
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests import make
from tests.browser.conftest import SignIn, settled
from tests.forms import form_of
from tests.people import PASSWORD, Firm, client_of

# As a part of the page that asks by itself is answered when nobody is signed in any more
ANSWERED_401 = """document.body.dispatchEvent(new CustomEvent("htmx:beforeSwap", { bubbles: true, detail: {
  xhr: { status: 401, getResponseHeader: () => "/x" },
  requestConfig: { elt: document.body, verb: "get", formData: new FormData() },
} }))"""


@pytest.fixture
def me(fresh_firm: Firm, page: Page, sign_in: SignIn) -> Page:
    sign_in(fresh_firm.ana)
    return page


@pytest.fixture
def account(fresh_firm: Firm) -> Any:
    with tenant_context(fresh_firm.tenant):
        return make.account(fresh_firm.ana, name="Birch & Co", city="Bonn")


def colleague(firm: Firm, name: str, record: Any, /, field: str = "", **values: Any) -> None:
    """Max changes something meanwhile."""
    arguments = {"record_id": record.pk} | ({"name": field} if field else {})
    assert form_of(client_of(firm.max), firm.url(name, **arguments)).send(**values).status_code == 303


def now(firm: Firm, record: Any) -> Any:
    with tenant_context(firm.tenant):
        record.refresh_from_db()
    return record


def test_the_edit_page_asks_about_the_field_that_both_have_changed(fresh_firm: Firm, me: Page, account: Any) -> None:
    me.goto(fresh_firm.url("accounts:edit", record_id=account.pk))
    me.get_by_label("City").fill("Ulm")
    me.get_by_label("Postal code").fill("89073")
    colleague(fresh_firm, "accounts:edit", account, city="Berlin", region="BE")
    me.get_by_role("button", name="Save").click()
    question = me.get_by_role("group", name="City: which value counts?")
    expect(question).to_contain_text("Berlin")
    expect(question).to_contain_text("Max Manager")
    expect(me.get_by_label("Postal code")).to_have_value("89073")
    assert now(fresh_firm, account).city == "Berlin"
    question.get_by_label("Ulm").check()
    me.get_by_role("button", name="Save").click()
    expect(me.get_by_role("heading", name="Birch & Co", level=1)).to_be_visible()
    saved = now(fresh_firm, account)
    assert (saved.city, saved.postal_code, saved.region) == ("Ulm", "89073", "BE")


def test_back_after_a_conflict_brings_the_form_as_it_is_by_now(fresh_firm: Firm, me: Page, account: Any) -> None:
    me.goto(fresh_firm.url("accounts:record", record_id=account.pk))
    me.goto(fresh_firm.url("accounts:edit", record_id=account.pk))
    me.get_by_label("City").fill("Ulm")
    colleague(fresh_firm, "accounts:edit", account, city="Berlin")
    me.get_by_role("button", name="Save").click()
    me.get_by_role("group", name="City: which value counts?").get_by_label("Ulm").check()
    me.get_by_role("button", name="Save").click()
    expect(me).to_have_url(re.compile(f"{account.pk}/$"))  # the heading is that of the form, too
    me.evaluate("history.back()")
    expect(me.get_by_label("City", exact=True)).to_have_value("Ulm")
    expect(me.get_by_role("group", name="City: which value counts?")).to_have_count(0)
    me.get_by_label("City", exact=True).fill("Bonn")
    me.get_by_role("button", name="Save").click()
    expect(me).to_have_url(re.compile(f"{account.pk}/$"))
    assert now(fresh_firm, account).city == "Bonn"


def test_back_after_a_failure_brings_what_was_typed(fresh_firm: Firm, me: Page, account: Any) -> None:
    me.goto(fresh_firm.url("accounts:edit", record_id=account.pk))
    me.get_by_label("City").fill("Ulm")
    colleague(fresh_firm, "accounts:edit", account, city="Berlin")
    me.get_by_role("button", name="Save").click()
    me.get_by_role("group", name="City: which value counts?").get_by_label("Ulm").check()
    me.get_by_label("Description").fill("Typed after the question")
    me.route("**/edit/", lambda route: route.fulfill(content_type="text/html", body="<h1>Away</h1>"))  # of a proxy
    me.get_by_role("button", name="Save").click()
    expect(me.get_by_role("heading", name="Away")).to_be_visible()
    me.unroute("**/edit/")
    me.evaluate("history.back()")
    expect(me.get_by_label("Description")).to_have_value("Typed after the question")
    # The browser keeps no page in memory whose requests a test answers. So: as if it had come from there
    me.evaluate("""() => {
      document.body.dataset.posted = document.body.dataset.still = "";
      document.querySelector("main form[method=post]").dataset.sent = sessionStorage.unanswered = "yes";
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    }""")
    me.wait_for_load_state("networkidle")
    expect(me.locator("body[data-still]")).to_have_count(1)


def test_in_place_it_is_asked_where_one_is(fresh_firm: Firm, me: Page, account: Any) -> None:
    me.goto(fresh_firm.url("accounts:record", record_id=account.pk))
    me.get_by_role("link", name="Edit City").click()
    field = me.locator(".value.is-editing")
    field.get_by_label("City").fill("Ulm")
    colleague(fresh_firm, "accounts:field", account, field="city", city="Berlin")
    field.get_by_role("button", name="Save").click()
    question = me.get_by_role("group", name="City: which value counts?")
    question.get_by_label("Berlin").check()
    field.get_by_label("City", exact=True).fill("Kiel")  # after the choice: that is what counts
    expect(question.get_by_label("What is in the field now")).to_be_checked()
    field.get_by_role("button", name="Save").click()
    expect(me.locator(".value", has_text="City").first).to_contain_text("Kiel")
    assert now(fresh_firm, account).city == "Kiel"


def test_what_is_changed_in_place_shows_in_the_head_and_the_timeline(fresh_firm: Firm, me: Page) -> None:
    """The head kept the old owner, and the timeline knew nothing, until the page was loaded anew."""
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, company="Osprey")
    me.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    expect(me.locator("#record-head")).to_contain_text("Osprey")
    me.get_by_role("link", name="Edit Company", exact=True).click()
    field = me.locator("#details form [name=company]")
    field.fill("Kestrel")
    field.press("Enter")
    expect(me.locator("#record-head")).to_contain_text("Kestrel")
    expect(me.locator("#record-head")).not_to_contain_text("Osprey")
    expect(me.locator("#timeline")).to_contain_text("Kestrel")


def test_a_card_that_was_moved_meanwhile_is_asked_about(fresh_firm: Firm, me: Page) -> None:
    with tenant_context(fresh_firm.tenant):
        first, second, third = [one for one in stages() if one.meaning == "open"][:3]
        deal = make.opportunity(fresh_firm.ana, name="Big one", stage=first)
    me.goto(fresh_firm.url("opportunities:board"))
    address = fresh_firm.url("opportunities:stage", record_id=deal.pk)
    client_of(fresh_firm.max).post(address, {"stage": str(third.pk)})
    moved(me, "Big one")
    dialog = me.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Max Manager has changed it to “{third.label}” meanwhile")
    assert now(fresh_firm, deal).stage_id == third.pk
    dialog.get_by_role("button", name=f"Move it to {second.label}").click()
    expect(me.locator(f'[data-board-column="{second.pk}"]')).to_contain_text("Big one")
    assert now(fresh_firm, deal).stage_id == second.pk


def test_a_board_lets_go_of_a_card_that_was_deleted_and_is_found_again_after_signing_in(
    fresh_firm: Firm, me: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or that the move itself has taken out of one's sight: the old card stayed."""
    names = ("Gone one", "Other one", "Hidden one")
    with tenant_context(fresh_firm.tenant):
        first = next(one for one in stages() if one.meaning == "open")
        gone, stays, _hidden = (make.opportunity(fresh_firm.ana, name=name, stage=first) for name in names)
    board = fresh_firm.url("opportunities:board")
    me.goto(board)
    client_of(fresh_firm.max).post(fresh_firm.url("opportunities:deletion", record_id=gone.pk))
    count = me.locator(f'[data-board-column="{first.pk}"] [data-board-count]')
    expect(count).to_have_text("3")
    moved(me, "Gone one")
    expect(me.locator("#toasts")).to_contain_text("was deleted by Max Manager meanwhile")
    expect(me.locator("article", has_text="Gone one")).to_have_count(0)
    expect(count).to_have_text("2")
    expect(me.locator("article", has_text="Other one")).to_be_focused()
    with monkeypatch.context() as patch:
        patch.setattr("crm.pages.board._moved_card", lambda *args: None)
        moved(me, "Hidden one")
        expect(me.locator("#toasts")).to_contain_text("“Hidden one” was moved, and is no longer shared with you.")
    expect(me.locator("article", has_text="Hidden one")).to_have_count(0)
    expect(count).to_have_text("1")
    cookies: Any = me.context.cookies()
    me.context.clear_cookies()
    moved(me, "Other one")
    expect(me).to_have_url(re.compile(f"/auth/login/\\?next={re.escape(board)}$"))
    assert now(fresh_firm, stays).stage_id == first.pk
    me.context.add_cookies(cookies)
    me.goto(board)
    told = me.locator("#toasts")
    expect(told).to_contain_text("You were signed out, so “Other one” was not moved. Move it again.")
    me.reload()
    expect(told).not_to_contain_text("Other one")


def test_what_was_pressed_while_only_the_page_was_old_is_all_done_by_itself(fresh_firm: Firm, me: Page) -> None:
    names = ("Other one", "One more", "Asked one")
    with tenant_context(fresh_firm.tenant):
        first, second = [one for one in stages() if one.meaning == "open"][:2]
        deals = [make.opportunity(fresh_firm.ana, name=name, stage=first) for name in names]
    me.goto(fresh_firm.url("opportunities:board"))
    me.context.clear_cookies(name="csrftoken")
    asked: list[Route] = []
    me.route(f"**{fresh_firm.url('home:my_day')}", lambda route: asked.append(route))  # noqa: PLW0108 (Playwright wraps it)
    for name in names[:2]:
        with me.expect_response(lambda response: response.status == 401):
            moved(me, name)
    # A form that is sent meanwhile takes nothing away from the cards
    me.locator("article", has_text="Asked one").hover()
    me.get_by_role("link", name="Move Asked one to…").click()
    dialog = me.get_by_role("dialog")
    dialog.get_by_label("Stage", exact=True).select_option(str(second.pk))
    me.context.clear_cookies(name="csrftoken")  # the dialog has brought a new one
    with me.expect_response(lambda response: response.status == 401):
        dialog.get_by_role("button", name="Move", exact=True).click()
    asked[0].continue_()
    for name in names:
        expect(me.locator(f'[data-board-column="{second.pk}"]')).to_contain_text(name)
    expect(me.locator(f'[data-board-column="{second.pk}"] [data-board-count]')).to_have_text("3")
    assert {now(fresh_firm, deal).stage_id for deal in deals} == {second.pk}


def moved(page: Page, name: str) -> None:
    """Move a card to the column beside it."""
    page.locator("article", has_text=name).focus()
    for key in (" ", "ArrowRight", " "):
        page.keyboard.press(key)


def test_the_conversion_page_follows_the_lead_and_asks(fresh_firm: Firm, me: Page) -> None:
    """D3."""
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, company="Oldname SA", phone="")
    me.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    me.locator("#id_accounts-name, [name=accounts-name]").first.fill("Oldname S.A.")
    colleague(fresh_firm, "leads:edit", lead, company="Newname Holding", phone="+1 212 555 0100")
    me.locator("#convert-foot").get_by_role("button").click()
    question = me.get_by_role("group", name="which value counts?")
    expect(question).to_contain_text("Newname Holding")
    question.get_by_label("Newname Holding").check()
    me.locator("#convert-foot").get_by_role("button").click()
    expect(me.get_by_role("heading", name="was converted")).to_be_visible()
    with tenant_context(fresh_firm.tenant):
        assert Account.objects.get().name == "Newname Holding"
        assert Lead.objects.get().contact.phone == "+1 212 555 0100"


def test_a_session_that_ended_in_a_half_filled_form(fresh_firm: Firm, me: Page) -> None:
    me.goto(fresh_firm.url("leads:new"))
    me.get_by_label("Last name").fill("Half")
    me.get_by_label("E-mail").fill("half@typed.example")
    me.get_by_label("Description").fill("Two\nlines")
    me.context.clear_cookies(name="sessionid")
    me.get_by_role("button", name="Create lead").click()
    expect(me.get_by_text("what you entered is there")).to_be_visible()
    me.get_by_label("E-mail").fill(fresh_firm.ana.email)
    me.get_by_label("Password").fill(PASSWORD)
    me.get_by_role("button", name="Sign in").click()
    expect(me.get_by_text("You were signed out before this was saved")).to_be_visible()
    expect(me.get_by_label("Description")).to_have_value("Two\nlines")
    with tenant_context(fresh_firm.tenant):
        assert not Lead.objects.exists()
    expect(me.get_by_text("Not saved yet", exact=True)).to_be_visible()
    expect(me.get_by_role("button", name="Create lead")).to_be_focused()
    me.keyboard.press("Enter")
    expect(me.get_by_role("heading", name="Half", level=1)).to_be_visible()


def test_two_texts_on_a_page_whose_session_ended(fresh_firm: Firm, me: Page, account: Any) -> None:
    """In place and in the composer: both stay, one signs in beside them, and sends both."""
    me.goto(fresh_firm.url("accounts:record", record_id=account.pk))
    note = me.get_by_role("textbox", name="What should be remembered?")
    note.fill("They want it\nin May")
    me.get_by_role("link", name="Edit City").click()
    me.locator("[name=city]").fill("Ulm")
    me.context.clear_cookies()
    me.locator("[name=city]").press("Enter")
    told = me.get_by_role("alert").filter(has_text="You are signed out")
    expect(told).to_be_visible()
    expect(me.locator("[name=city]")).to_have_value("Ulm")
    expect(note).to_have_value("They want it\nin May")
    with me.context.expect_page() as opened:
        told.get_by_role("link", name="Sign in").click()
    beside = opened.value
    beside.get_by_label("E-mail").fill(fresh_firm.ana.email)
    beside.get_by_label("Password").fill(PASSWORD)
    beside.get_by_role("button", name="Sign in").click()
    expect(beside.get_by_role("heading", name=account.name, level=1)).to_be_visible()
    beside.close()
    me.evaluate("window.dispatchEvent(new Event('focus'))")  # a headless browser has no window to come back to
    expect(me.get_by_text("You are signed in again.")).to_be_visible()
    expect(told).to_have_count(0)
    expect(me.locator(".value.is-editing").get_by_role("button", name="Save")).to_be_focused()
    me.keyboard.press("Enter")
    expect(me.locator("[name=city]")).to_have_count(0)
    me.get_by_role("button", name="Save note").click()
    expect(me.locator("#activity-feed").get_by_text("They want it")).to_be_visible()
    settled(me)
    assert now(fresh_firm, account).city == "Ulm"


def test_what_was_pressed_with_an_old_token_is_sent_once_more_by_itself(
    fresh_firm: Firm, me: Page, account: Any
) -> None:
    """The same person has signed in again in another tab: there is nothing to do here; be it pressed while something
    else on the page has found out already, and asks who is signed in."""
    me.goto(fresh_firm.url("accounts:record", record_id=account.pk))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    for city, is_asking in (("Ulm", False), ("Kiel", True)):
        me.get_by_role("link", name="Edit City").click()
        me.locator("[name=city]").fill(city)
        me.context.clear_cookies(name="csrftoken")
        if is_asking:
            me.route(f"**/{fresh_firm.tenant.slug}/", hold)
            me.evaluate(ANSWERED_401)
        with me.expect_response(lambda answer: answer.status == 401):
            me.locator("[name=city]").press("Enter")
        for route in held:
            route.continue_()
        expect(me.locator("#value-city")).to_contain_text(city)
        expect(me.locator("[name=city]")).to_have_count(0)
        assert now(fresh_firm, account).city == city
    me.unroute_all()
    me.get_by_role("link", name="Edit City").click()
    me.locator("[name=city]").fill("Bern")
    me.evaluate("document.body.dispatchEvent(new CustomEvent('htmx:sendError', { bubbles: true }))")
    unreached = me.locator(".toast", has_text="The server cannot be reached")
    expect(unreached).to_be_visible()
    cookies: Any = me.context.cookies()
    me.context.clear_cookies()
    me.locator("[name=city]").press("Enter")
    expect(me.get_by_role("alert").filter(has_text="You are signed out")).to_be_visible()
    expect(unreached).to_have_count(0)
    me.context.add_cookies([one for one in cookies if one["name"] != "csrftoken"])  # signed in again, in another tab
    me.locator("[name=city]").press("Enter")  # once is enough
    expect(me.locator("#value-city")).to_contain_text("Bern")
    expect(me.locator("[name=city]")).to_have_count(0)


def test_a_dialog_whose_session_ended(fresh_firm: Firm, me: Page, account: Any) -> None:
    with tenant_context(fresh_firm.tenant):
        deal = make.opportunity(fresh_firm.ana, account=account)
        lost = make.stage("lost")
    me.goto(fresh_firm.url("opportunities:record", record_id=deal.pk))
    me.get_by_role("link", name=f"{lost.label}…").click()
    dialog = me.get_by_role("dialog")
    dialog.get_by_label("What happened?").fill("Too dear")
    me.route("**/stage/", lambda route: route.fulfill(status=409, content_type="text/plain", body="Not now."))
    dialog.get_by_role("button", name="Mark as lost").click()
    failed = dialog.locator(".toast", has_text="Not now.")
    expect(failed).to_be_visible()
    me.unroute_all()
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(dialog.get_by_role("heading", name="something has to be corrected")).to_be_visible()
    expect(failed).to_be_visible()
    me.context.clear_cookies()
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(dialog.get_by_role("alert").get_by_role("link", name="Sign in")).to_be_focused()
    failed.get_by_role("button", name="Dismiss").click()
    expect(failed).to_have_count(0)
    expect(dialog.get_by_role("alert").get_by_role("link", name="Sign in")).to_be_visible()
    expect(dialog.get_by_label("What happened?")).to_have_value("Too dear")


def test_a_record_that_goes_while_it_is_edited(fresh_firm: Firm, me: Page, account: Any) -> None:
    me.goto(fresh_firm.url("accounts:edit", record_id=account.pk))
    me.get_by_label("City").fill("Ulm")
    client_of(fresh_firm.ada).post(fresh_firm.url("accounts:deletion", record_id=account.pk))
    me.get_by_role("button", name="Save").click()
    expect(me.get_by_role("heading", name="Birch & Co was deleted")).to_be_visible()
    expect(me.get_by_text("Ada Admin deleted it")).to_be_visible()
    me.get_by_role("button", name="Bring it back and go on").click()
    expect(me.get_by_label("City")).to_have_value("Ulm")
    me.get_by_role("button", name="Save").click()
    expect(me.get_by_role("heading", name="Birch & Co", level=1)).to_be_visible()
    assert now(fresh_firm, account).city == "Ulm"
