"""Converting in the browser: impatient people, two windows, and an undo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from crm.tenants.context import tenant_context
from leads.conversion import convert_lead
from leads.conversion.defaults import plan_for
from tests import make
from tests.browser.conftest import SignIn, cookies_of, settled, watch
from tests.people import Firm


@pytest.fixture
def lead(fresh_firm: Firm) -> Any:
    with tenant_context(fresh_firm.tenant):
        return make.lead(fresh_firm.ana, last_name="Brandt", company="Kestrel", email="lena@kestrel.example")


def counts(firm: Firm) -> tuple[int, int, int]:
    from accounts.models import Account
    from contacts.models import Contact
    from opportunities.models import Opportunity

    with tenant_context(firm.tenant):
        return Account.objects.count(), Contact.objects.count(), Opportunity.objects.count()


def test_a_double_click_converts_once(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    role = page.get_by_label("Role in the opportunity")
    expect(role).to_be_visible()
    page.get_by_label("No opportunity").check()
    expect(role).to_be_hidden()
    page.get_by_label("New opportunity").check()
    page.locator("[name=accounts-name]").fill("Kestrel Holding")
    page.locator("[name=accounts-name]").press("Tab")
    expect(page.locator("[name=opportunities-name]")).to_have_value("Kestrel Holding")
    page.locator("#convert-foot").get_by_role("button").dblclick()
    expect(page.get_by_role("heading", name=re.compile("was converted"))).to_be_visible()
    settled(page)
    assert counts(fresh_firm) == (1, 1, 1)


def test_two_windows_convert_once_and_show_the_same(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    other = page.context.new_page()
    for window in (page, other):
        window.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    for window in (page, other):
        window.locator("#convert-foot").get_by_role("button").click(no_wait_after=True)
    shown = []
    for window in (page, other):
        expect(window.get_by_role("heading", name=re.compile("was converted"))).to_be_visible()
        shown.append(window.get_by_role("main").get_by_role("link").evaluate_all("all => all.map(one => one.href)"))
    assert shown[0] == shown[1]
    assert counts(fresh_firm) == (1, 1, 1)


def test_long_names_leave_room_for_the_rest(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """D13: they made the foot 240 px high, over the form, and ran out of their card on the board."""
    with tenant_context(fresh_firm.tenant):
        name = "Wagenwerk" * 20
        other = make.account(fresh_firm.ana, name=f"{name} Holding")
        make.contact(fresh_firm.ana, first_name="Lena", last_name=name[:90], email="l@k.example", account=other)
        lead = make.lead(fresh_firm.ana, first_name="Lena", last_name=name[:90], company=name, email="l@k.example")
    sign_in(fresh_firm.ana)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    page.get_by_label("New account").check()
    expect(page.locator("#convert-foot")).to_contain_text("stays there")
    assert (page.locator("#convert-foot").bounding_box() or {})["height"] < 900 / 5
    page.goto(fresh_firm.url("leads:board") + "?filters=none")
    card = page.locator(".board-card").first
    expect(card).to_contain_text(name)
    assert card.evaluate("one => one.scrollWidth <= one.clientWidth && one.clientHeight < 160")


@pytest.fixture
def mine(fresh_firm: Firm, page: Page, sign_in: SignIn) -> Page:
    """The window of Ana, whose lead it is."""
    sign_in(fresh_firm.ana)
    return page


@pytest.fixture
def colleague(
    fresh_firm: Firm, unblocked: None, browser: Browser, browser_context_args: dict[str, Any], server: str
) -> Iterator[Page]:
    """The window of Max, who manages, in a browser of his own."""
    context = browser.new_context(**browser_context_args)
    problems = watch(context)
    context.add_cookies(cookies_of(fresh_firm.max, server))
    yield context.new_page()
    context.close()
    assert not problems, "\n".join(problems)


def shown(window: Page) -> list[str]:
    """What the page says that the lead became."""
    expect(window.get_by_role("heading", name=re.compile("was converted"))).to_be_visible()
    return window.locator(".card-list a").evaluate_all("all => all.map(one => one.href)")


def drag_to_converted(window: Page) -> None:
    """Drop the lead's card on the column of converted leads."""
    column = window.locator("[data-board-column]", has=window.get_by_role("heading", name="Converted"))
    window.locator("article", has_text="Brandt").drag_to(column)


def test_one_drags_it_on_the_board_while_another_presses_the_button(
    fresh_firm: Firm, lead: Any, mine: Page, colleague: Page
) -> None:
    colleague.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    mine.goto(fresh_firm.url("leads:board"))
    drag_to_converted(mine)
    expect(mine.get_by_role("heading", name="Convert Lena Brandt")).to_be_visible()
    for window in (colleague, mine):
        window.locator("#convert-foot").get_by_role("button").click(no_wait_after=True)
    for window in (colleague, mine):
        expect(window.get_by_role("main")).to_contain_text(re.compile("was converted|converted it on"))
    told = [window.get_by_role("main").inner_text() for window in (colleague, mine)]
    assert sorted("converted it on" in text for text in told) == [False, True], "the slower one is told who was quicker"
    assert counts(fresh_firm) == (1, 1, 1)


def test_what_is_typed_stays_when_a_colleague_has_converted_the_lead(fresh_firm: Firm, lead: Any, mine: Page) -> None:
    mine.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    with tenant_context(fresh_firm.tenant):
        convert_lead(lead_id=lead.pk, actor=fresh_firm.max, plan=plan_for(lead, fresh_firm.max))
    box = mine.locator("[name=contacts-job_title]")
    box.fill("Head of things")
    box.press("Tab")
    expect(mine.get_by_text("This lead was converted on")).to_be_visible()
    expect(box).to_have_value("Head of things")
    mine.locator("#convert-foot").get_by_role("button").click()
    expect(mine.get_by_role("main")).to_contain_text("Head of things")
    expect(mine.get_by_role("main")).to_contain_text("Nothing was saved.")


def test_who_drags_a_lead_that_was_converted_meanwhile_is_told_so(
    fresh_firm: Firm, lead: Any, mine: Page, colleague: Page
) -> None:
    mine.goto(fresh_firm.url("leads:board"))
    colleague.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    colleague.locator("#convert-foot").get_by_role("button").click()
    became = shown(colleague)
    drag_to_converted(mine)
    expect(mine.get_by_role("dialog")).to_contain_text("This lead was converted on")
    mine.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    assert shown(mine) == became
    assert counts(fresh_firm) == (1, 1, 1)


@pytest.mark.parametrize("lost", ["the request", "the answer"])
def test_the_network_breaks_after_the_click(
    fresh_firm: Firm, lead: Any, mine: Page, colleague: Page, lost: str
) -> None:
    """Whether the request still came through or not: who tries again gets one set of records, and others see it."""
    path = fresh_firm.url("leads:conversion", record_id=lead.pk)
    mine.goto(path)
    settled(mine)

    def breaks(route: Route) -> None:
        if route.request.method == "POST" and lost == "the answer":
            route.fetch(max_redirects=0)
        route.abort("connectionreset")

    mine.route(f"**{path}", breaks)
    with mine.expect_event("requestfailed"):
        mine.locator("#convert-foot").get_by_role("button").click(no_wait_after=True)
    assert counts(fresh_firm) == ((1, 1, 1) if lost == "the answer" else (0, 0, 0))
    mine.unroute(f"**{path}")
    mine.goto(path)
    if lost == "the request":
        mine.locator("#convert-foot").get_by_role("button").click()
    became = shown(mine)
    mine.go_back(wait_until="commit")
    mine.goto(path)
    colleague.goto(path)
    assert shown(colleague) == shown(mine) == became
    assert counts(fresh_firm) == (1, 1, 1)


def test_another_account_brings_its_open_opportunities(
    fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn
) -> None:
    with tenant_context(fresh_firm.tenant):
        make.account(fresh_firm.ana, name="Kestrel")
        air = make.account(fresh_firm.ana, name="Kestrel Air")
        deal = make.opportunity(fresh_firm.ana, account=air, name="Radar")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    offer, foot = page.locator("#offer-opportunities"), page.locator("#convert-foot")
    expect(offer).not_to_contain_text("Radar")
    page.get_by_role("radio", name="Kestrel Air").check(force=True)
    expect(offer).to_contain_text("Radar")
    expect(page.locator("#count-opportunities")).to_have_text("1 match")
    offer.get_by_role("radio", name="Radar").check(force=True)
    expect(foot).to_contain_text("links the opportunity “Radar”")
    foot.get_by_role("button").click()
    expect(page.get_by_role("heading", name=re.compile("was converted"))).to_be_visible()
    with tenant_context(fresh_firm.tenant):
        lead.refresh_from_db()
        assert (lead.account_id, lead.opportunity_id) == (air.pk, deal.pk)


def test_what_is_chosen_is_announced_before_it_is_done(
    fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn
) -> None:
    with tenant_context(fresh_firm.tenant):
        make.account(fresh_firm.ana, name="Kestrel", city="Bremen", website="https://kestrel.example")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    foot = page.locator("#convert-foot")
    expect(foot).to_contain_text("links the account “Kestrel”")
    page.locator("#id_opportunities_none").check(force=True)
    expect(foot).to_contain_text("makes no opportunity")
    page.locator("#id_accounts_new").check(force=True)
    expect(foot).to_contain_text("creates the account “Kestrel”")
    foot.get_by_role("button").click()
    expect(page.get_by_role("heading", name=re.compile("was converted"))).to_be_visible()
    assert counts(fresh_firm) == (2, 1, 0)


def test_undo_brings_the_lead_back(fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    page.locator("#convert-foot").get_by_role("button").click()
    page.get_by_role("link", name="Undo conversion").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo the conversion").click()
    expect(page.get_by_role("heading", name="Lena Brandt", level=1)).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Convert", exact=True).first).to_be_visible()
    assert counts(fresh_firm) == (0, 0, 0)


def test_what_was_built_on_it_while_the_dialog_was_open_is_named_there(
    fresh_firm: Firm, lead: Any, page: Page, sign_in: SignIn
) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("leads:conversion", record_id=lead.pk))
    page.locator("#convert-foot").get_by_role("button").click()
    page.get_by_role("link", name="Undo conversion").click()
    undo = page.get_by_role("dialog").get_by_role("button", name="Undo the conversion")
    expect(undo).to_be_visible()
    with tenant_context(fresh_firm.tenant):
        lead.refresh_from_db()
        make.opportunity(fresh_firm.ana, account=lead.account, name="Second deal")
    undo.click()
    expect(page.get_by_role("dialog").get_by_role("link", name=re.compile("Second deal"))).to_be_visible()
    expect(undo).to_have_count(0)
    assert counts(fresh_firm) == (1, 1, 2)
