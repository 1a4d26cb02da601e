"""Back, with the back/forward cache that people's browsers have: what was typed after it is saved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.tenants.context import tenant_context
from leads.models import Lead
from tests import make
from tests.browser.conftest import SignIn
from tests.people import Firm


@pytest.fixture(scope="module")
def browser(whole_browser: Browser) -> Browser:
    return whole_browser


def names(firm: Firm) -> list[str]:
    with tenant_context(firm.tenant):
        return sorted(Lead.objects.values_list("last_name", flat=True))


def back(page: Page) -> None:
    """As the button does; ``Page.go_back`` waits for a load that a page out of the cache does not have."""
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile("/leads/new/$"))


@pytest.fixture
def form(page: Page, fresh_firm: Firm, sign_in: SignIn) -> Page:
    """The form for a new lead, filled in; the page notes whether it was kept in the cache."""
    sign_in(fresh_firm.ana)
    page.add_init_script("addEventListener('pageshow', (event) => (window.wasKept = event.persisted))")
    page.goto(fresh_firm.url("leads:new"))
    page.get_by_label("Last name").fill("UniqA")
    page.get_by_label("E-mail").fill("uniqa@u.example")
    return page


def test_what_is_typed_after_back_becomes_a_record_of_its_own(form: Page, fresh_firm: Firm) -> None:
    """H2: UniqA saved, Back, UniqB typed, Save."""
    form.get_by_role("button", name="Create lead").click()
    expect(form.get_by_role("heading", name="UniqA", level=1)).to_be_visible()
    back(form)
    expect(form.get_by_label("Last name")).to_have_value("UniqA")
    assert form.evaluate("window.wasKept"), "the page was loaded anew, so that this tries nothing"
    form.get_by_label("Last name").fill("UniqB")
    form.get_by_label("E-mail").fill("uniqb@u.example")
    form.get_by_role("button", name="Create lead").click()
    expect(form.get_by_role("heading", name="UniqB", level=1)).to_be_visible()
    assert names(fresh_firm) == ["UniqA", "UniqB"]


def test_a_form_that_was_answered_takes_another_key(form: Page, fresh_firm: Firm) -> None:
    key = form.locator("[name=idempotency_key]").first.input_value()
    form.get_by_role("button", name="Create lead").click()
    expect(form.get_by_role("heading", name="UniqA", level=1)).to_be_visible()
    back(form)
    expect(form.locator("[name=idempotency_key]").first).not_to_have_value(key)


def test_a_form_whose_answer_was_lost_is_sent_again_without_a_second_record(form: Page, fresh_firm: Firm) -> None:
    """The record is made, the answer never comes: Back, and Save again."""
    lost = []

    def lose(route: object) -> None:
        lost.append(route.fetch(max_redirects=0))  # type: ignore[attr-defined]
        route.fulfill(status=200, body="<p>Bad gateway", content_type="text/html")  # type: ignore[attr-defined]

    form.route("**/leads/new/", lambda route: lose(route) if route.request.method == "POST" else route.continue_())
    form.get_by_role("button", name="Create lead").click()
    expect(form.get_by_text("Bad gateway")).to_be_visible()
    assert names(fresh_firm) == ["UniqA"]
    form.unroute_all()
    form.context.clear_cookies(name="angler_made")  # the browser has not got the answer's cookie either
    back(form)
    form.get_by_label("Last name").fill("UniqA")
    form.get_by_label("E-mail").fill("uniqa@u.example")
    form.get_by_role("button", name="Create lead").click()
    expect(form.get_by_role("heading", name="UniqA", level=1)).to_be_visible()
    assert names(fresh_firm) == ["UniqA"]


def test_a_double_click_makes_one(form: Page, fresh_firm: Firm) -> None:
    form.get_by_role("button", name="Create lead").dblclick()
    expect(form.get_by_role("heading", name="UniqA", level=1)).to_be_visible()
    assert names(fresh_firm) == ["UniqA"]


def test_a_dialog_is_busy_until_its_answer_is_there_and_closed_after_back(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    asked: list[str] = []
    page.on("dialog", lambda one: [asked.append(one.type), one.dismiss()])
    sign_in(fresh_firm.ada)
    with tenant_context(fresh_firm.tenant):
        other = make.lead(fresh_firm.ada, last_name="Otto")
    dialog = page.locator("#dialog")
    page.add_init_script("addEventListener('pageshow', (event) => (window.wasKept = event.persisted))")
    page.goto(fresh_firm.url("leads:record", record_id=other.pk))
    opener = page.get_by_role("main").get_by_role("link", name=re.compile("Unqualified")).first
    opener.click()
    expect(dialog).to_be_visible()
    page.evaluate("address => location.assign(address)", fresh_firm.url("accounts:list"))
    expect(page).to_have_url(re.compile("/accounts/"))
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile("/leads/"))
    assert page.evaluate("window.wasKept"), "the page was loaded anew, so that this tries nothing"
    expect(dialog).to_be_hidden()
    opener.click()
    expect(dialog).to_be_visible()
    for select in dialog.locator("select[name=unqualified_reason]").all():
        select.select_option(index=1)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    # Pressed again and again, until the page has gone
    page.evaluate("setInterval(() => document.querySelector('#dialog .button-primary')?.click(), 5)")
    expect(page.get_by_text("was closed as unqualified").first).to_be_visible()
    with tenant_context(fresh_firm.tenant):
        assert Lead.objects.get(pk=other.pk).status.meaning == "unqualified"
    assert asked == []
    assert len(sent) == 1
