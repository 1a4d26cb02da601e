"""Forms under the hands of people: the keys that send them, what is typed and not sent, dialogs, toasts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from crm.imports.models import UPLOADED, Import
from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn
from tests.imports.steps import run_import
from tests.people import Firm, client_of

# What the finger reaches, and what of that lies under a toast
PRESSABLE = """() => {
    window.at = (one) => {
        const box = one.getBoundingClientRect();
        return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    };
    return [...document.querySelectorAll("a[href], button, input, select")].filter((one) => one.contains(at(one)));
}"""
COVERED = """found => found.filter((one) => !one.closest(".top") && at(one)?.closest(".toasts"))
    .map((one) => one.outerHTML.slice(0, 100))"""


class Asked(list[str]):
    """What the browser has asked: each question is answered with no, or with what ``answers`` says."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.answers = False
        page.on("dialog", self.hear)

    def hear(self, dialog: Dialog) -> None:
        self.append(dialog.type)
        dialog.accept() if self.answers else dialog.dismiss()

    def now(self) -> list[str]:
        found = list(self)
        self.clear()
        return found


@pytest.fixture
def asked(page: Page, fresh_firm: Firm, sign_in: SignIn) -> Asked:
    sign_in(fresh_firm.ada)
    return Asked(page)


def leave(page: Page) -> None:
    page.locator(".bar").get_by_role("link", name="Accounts", exact=True).click()


def stay(page: Page, asked: Asked) -> None:
    """Press a link, be asked, and stay."""
    with page.expect_event("dialog"):
        leave(page)
    assert asked.now() == ["beforeunload"]


def test_ctrl_enter_presses_the_main_button_and_imports_nothing_unasked(
    fresh_firm: Firm, page: Page, asked: Asked
) -> None:
    page.goto(fresh_firm.url("imports:new", key="accounts"))
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"Company,Head office\nAsh,Ulm\n"}
    page.get_by_label("File", exact=True).set_input_files(files=[file])  # type: ignore[list-item]
    page.get_by_role("button", name="Upload and choose columns").click()
    page.get_by_label("Head office").select_option("city")
    stay(page, asked)
    page.get_by_label("Head office").focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Dry run", exact=True)).to_be_visible()
    assert asked.now() == []
    with tenant_context(fresh_firm.tenant):
        job = Import.objects.get()
    run_import(fresh_firm.tenant, job.pk)
    page.get_by_role("button", name="Change the columns").focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Import without a dry run")).to_be_visible()
    with tenant_context(fresh_firm.tenant):
        assert Import.objects.get().state == UPLOADED


def test_enter_does_not_press_away_an_objection(fresh_firm: Firm, page: Page, asked: Asked) -> None:
    with tenant_context(fresh_firm.tenant):
        make.lead(fresh_firm.ada, last_name="Brandt", email="lena@kestrel.example")
    page.goto(fresh_firm.url("leads:new"))
    page.get_by_label("Last name").fill("Brandt")
    page.get_by_label("E-mail").fill("lena@kestrel.example")
    for _time in range(2):
        page.get_by_label("E-mail").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Create it all the same")).to_be_visible()
    page.get_by_role("button", name="Create it all the same").click()
    expect(page.get_by_role("heading", name="Brandt", level=1)).to_be_visible()
    assert asked.now() == []


def test_typed_text_is_not_left_without_a_question(fresh_firm: Firm, page: Page, asked: Asked) -> None:
    with tenant_context(fresh_firm.tenant):
        account = make.account(fresh_firm.ada, name="Kestrel Works")
        contact = make.contact(fresh_firm.ada, last_name="Brandt", account=account)
    page.goto(fresh_firm.url("contacts:record", record_id=contact.pk))
    text = page.locator("[data-composer] textarea")
    text.fill("A long note")
    stay(page, asked)
    with page.expect_response(re.compile("/activities/new/")):
        text.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("A long note")

    # Escape closes the suggestions first, then the edit
    page.get_by_role("link", name="Edit Account").press("Enter")
    field = page.locator(".value.is-editing [data-lookup]")
    field.fill("Kest")
    options = page.locator(".value.is-editing .lookup-options")
    expect(options).to_be_visible()
    field.press("Escape")
    expect(options).to_be_hidden()
    expect(field).to_have_value("Kest")
    stay(page, asked)
    field.press("Escape")
    expect(page.locator(".value.is-editing")).to_have_count(0)

    # What came back to be corrected is not saved
    page.goto(fresh_firm.url("leads:new"))
    page.get_by_label("E-mail").fill("no address")
    page.get_by_role("button", name="Create lead").click()
    expect(page.get_by_role("heading", name="something has to be corrected")).to_be_visible()
    stay(page, asked)
    page.get_by_label("Last name").fill("Brandt")
    page.get_by_label("E-mail").fill("lena@kestrel.example")
    page.get_by_role("button", name="Create lead").click()
    expect(page.get_by_role("heading", name="Brandt", level=1)).to_be_visible()
    leave(page)
    expect(page).to_have_url(re.compile("/accounts/"))
    assert asked.now() == []


def test_a_dialog_is_not_closed_by_a_slip_and_says_itself_what_went_wrong(
    fresh_firm: Firm, page: Page, asked: Asked
) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ada, last_name="Brandt")
    page.goto(fresh_firm.url("leads:record", record_id=lead.pk))
    opener = page.get_by_role("main").get_by_role("link", name=re.compile("Unqualified"))
    dialog = page.locator("#dialog")

    def open_dialog() -> None:
        opener.first.click()
        expect(dialog).to_be_visible()

    open_dialog()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert asked.now() == [], "nothing was typed"
    open_dialog()
    subject = dialog.locator("[name=task_subject]")
    subject.fill("Ask again")
    dialog.locator("[name=task_due_on]").fill("2027-01-05")
    page.keyboard.press("Escape")
    assert asked.now() == ["confirm"]
    box = subject.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(20, 20)
    page.mouse.up()
    assert asked.now() == [], "a text was marked, nothing pressed"
    expect(subject).to_have_value("Ask again")

    client_of(fresh_firm.ada).post(fresh_firm.url("leads:deletion", record_id=lead.pk))
    for select in dialog.locator("select[name=unqualified_reason]").all():
        select.select_option(index=1)
    for _time in range(2):
        dialog.locator(".button-primary, .button-danger").first.click()
        expect(dialog.get_by_role("alert")).to_have_count(1)
        expect(dialog.get_by_role("alert")).to_contain_text(re.compile("was deleted by .* meanwhile"))
    asked.answers = True
    page.mouse.click(20, 20)
    expect(dialog).to_be_hidden()
    expect(page.locator("#toasts")).to_contain_text("was deleted by")
    assert asked.now() == ["confirm"]


def test_toasts_wait_for_who_is_at_them_and_a_stopped_form_can_be_sent(
    fresh_firm: Firm, page: Page, asked: Asked
) -> None:
    page.clock.install()
    page.goto(fresh_firm.url("leads:new"))

    def say(text: str) -> Any:
        page.evaluate(
            "text => document.dispatchEvent(new CustomEvent('angler:toast', {detail: {text, tone: 'success'}}))", text
        )
        toast = page.locator(".toast", has_text=text)
        expect(toast).to_be_visible()
        return toast

    toast = say("Held")
    toast.get_by_role("button", name="Dismiss").focus()
    toast.hover()
    page.mouse.move(400, 300)
    page.clock.run_for(60_000)
    expect(toast).to_be_visible()
    page.get_by_label("Last name").focus()
    page.clock.run_for(10_000)
    expect(toast).to_have_count(0)

    page.get_by_label("Last name").fill("Stopped")
    page.get_by_label("E-mail").fill("stopped@kestrel.example")
    # As after the browser's Stop: sent, and the page stays
    page.route("**/leads/new/", lambda route: route.fulfill(status=204))
    button = page.get_by_role("button", name="Create lead")
    button.click()
    expect(page.locator("form[data-sent]")).to_have_count(1)
    page.unroute_all()
    page.clock.run_for(11_000)
    expect(page.locator("form[data-sent]")).to_have_count(0)
    button.click()
    expect(page.get_by_role("heading", name="Stopped", level=1)).to_be_visible()

    # On a phone, scrolled: it lies over the top line alone
    page.set_viewport_size({"width": 390, "height": 844})
    page.clock.run_for(20_000)
    expect(page.locator(".toast")).to_have_count(0)
    page.evaluate("scrollTo(0, 700)")
    seen = page.evaluate_handle(PRESSABLE)
    assert seen.evaluate("found => found.length") > 3
    say("Scrolled")
    covered = seen.evaluate(COVERED)
    assert covered == []
