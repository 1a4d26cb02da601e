"""Every bulk action of every list, pressed where JavaScript runs (B1: each was posted to "[object RadioNodeList]")."""

from __future__ import annotations

import re
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
from playwright.sync_api import Locator, Page, expect

from crm import catalogue
from crm.bulk import outcomes
from crm.bulk.giving_back import RESTORE
from crm.bulk.models import BulkRun
from crm.mailing_lists.models import MailingList
from crm.mailing_lists.services import create_list, put_on_lists
from crm.pages import listing
from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn
from tests.people import Firm

MAKE: dict[str, Any] = {
    "leads": lambda firm, name: make.lead(firm.ada, last_name=name, company=f"{name} Works"),
    "accounts": lambda firm, name: make.account(firm.ada, name=name),
    "contacts": lambda firm, name: make.contact(firm.ada, last_name=name, account=make.account(firm.ada)),
    "opportunities": lambda firm, name: make.opportunity(firm.ada, name=name, contact=make.contact(firm.ada)),
    "vendors": lambda firm, name: make.vendor(firm.ada, name=name),
}


_turns = count(999, -1)  # the latest rows come first, and are not those that were closed or converted already
LAST = "close lose delete convert move_to_vendors"  # after which "all rows" holds some that can no longer be changed
REFUSED = {
    "set:closed_on": "an open opportunity has no closing day",
    "set:loss_reason": "only a lost opportunity has a loss reason",
}

# Controls in whose middle a toast is, but for the top line of a phone
LAIN_OVER = """() => [...document.querySelectorAll("a[href], button, input, select")].filter((one) => {
    if (!one.checkVisibility() || one.closest(".toast") || (innerWidth < 760 && one.closest(".top"))) return false;
    const box = one.getBoundingClientRect();
    return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.closest(".toasts");
}).map((one) => one.outerHTML.slice(0, 100))"""


def open_list(firm: Firm, page: Page, key: str, rows: int, action: str = "") -> Locator:
    """A list of three, with the first ``rows`` ticked, or (0) all of two pages; returns the bulk bar.

    Its pages are short, as the browser would draw all rows that the actions before have left.
    """
    with tenant_context(firm.tenant):
        made = [MAKE[key](firm, f"{next(_turns):03} {name}") for name in ("Ash", "Birch", "Cedar")]
        if action == "take_off_list":
            for record in made:
                put_on_lists(record=record, lists=list(MailingList.objects.all()), actor=firm.ada)
    with patch.object(listing, "PAGE_SIZE", 3 if rows else 2):
        page.goto(f"{firm.url(f'{key}:list')}?filters=none&sort=name")
    boxes = page.locator("[data-rows] tbody .row-select")
    bar = page.locator("[data-bulk-bar]")
    if rows:
        for number in range(rows):
            boxes.nth(number).check()
    else:
        page.locator("[data-select-all]").check()
        bar.locator("[data-select-matching]").click()
    expect(bar).to_be_visible()
    return bar


def fill_in(dialog: Locator) -> None:
    """Give each field a value that can be."""
    for control in dialog.locator("select, textarea, input:not([type=hidden])").all():
        kind = control.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
        if kind == "select":
            first = control.locator("option:not([value=''])").first.get_attribute("value")
            control.select_option(value=first)
        elif kind == "date":
            control.fill("2026-03-24")
        elif kind in ("text", "textarea"):
            control.fill("Fair")


def last_run(firm: Firm) -> BulkRun:
    with tenant_context(firm.tenant):
        return BulkRun.objects.latest("made_at")


def press(firm: Firm, page: Page, key: str, action: str, rows: int) -> BulkRun:
    """Press the action in the bar, and what follows until it is done."""
    bar = open_list(firm, page, key, rows, action)
    button = bar.locator(f"button[name=action][value='{action}']")
    if not button.is_visible():
        menu = bar.locator(f"[popover]:has(button[value='{action}'])").get_attribute("id")
        bar.locator(f"button[popovertarget='{menu}']").click()
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("button[name=go]")).to_be_visible()
    fill_in(dialog)
    dialog.locator("button[name=go]").click()
    with tenant_context(firm.tenant):
        is_tried = any(one.key == action and one.rehearse for one in catalogue.bulk_actions(key, firm.ada))
    if is_tried:
        page.get_by_role("main").locator("button.button-primary").click()
    if is_tried or action in REFUSED:  # the page of the run tells more than a toast
        expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    else:
        expect(page.locator(".toast")).to_be_visible()
    return last_run(firm)


@pytest.mark.long
@pytest.mark.parametrize(("key", "rows"), [("leads", 2), *((key, rows) for key in MAKE for rows in (1, 0))])
def test_every_bulk_action_is_done(key: str, rows: int, fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    firm = fresh_firm
    sign_in(firm.ada)
    with tenant_context(firm.tenant):
        create_list(actor=firm.ada, name="News")
        actions = [one.key for one in catalogue.bulk_actions(key, firm.ada) if one != RESTORE]
    assert {"owner", "tags", "delete"} <= set(actions)
    for action in sorted(actions, key=LAST.find):
        run = press(firm, page, key, action, rows)
        assert (run.action, run.record_type, run.state, run.is_dry_run) == (action, key, "done", False)
        assert run.total == rows if rows else run.total >= 3 and bool(run.view), action
        assert (run.done_count, run.refused_count) == ((0, run.total) if action in REFUSED else (run.total, 0)), action


def test_a_dialog_whose_rows_have_changed_comes_back_with_what_was_typed(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    """Four leads were taken where three had been confirmed."""
    firm = fresh_firm
    sign_in(firm.ada)
    bar = open_list(firm, page, "leads", 0)
    bar.locator("button[name=action][value=tags]").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tags to add").fill("Fair")
    with tenant_context(firm.tenant):
        make.lead(firm.ada, last_name="Late")
    confirm = dialog.locator("button[name=go]")
    expect(confirm).to_have_text("Tag 3 leads")
    confirm.click()
    expect(dialog.get_by_role("alert")).to_contain_text("3 then, 4 now. Check and confirm again.")
    expect(dialog.get_by_label("Tags to add")).to_have_value("Fair")
    expect(confirm).to_have_text("Tag 4 leads")
    confirm.click()
    expect(page.locator(".toast")).to_contain_text("4 leads tagged")
    assert last_run(firm).total == 4


def test_a_toast_lies_over_no_control(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """It stood over the bulk bar, whose buttons could not be pressed meanwhile."""
    sign_in(fresh_firm.ada)
    bar = open_list(fresh_firm, page, "contacts", 2)
    say(page)
    for button in bar.locator("button:visible").all():
        button.click(trial=True, timeout=2000)
    assert page.evaluate(LAIN_OVER) == []


def test_on_a_phone_a_toast_lies_over_no_control(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ada)
    page.set_viewport_size({"width": 390, "height": 844})
    for place in ("contacts:new", "contacts:list", "activities:tasks"):
        page.goto(fresh_firm.url(place))
        say(page)
        assert page.evaluate(LAIN_OVER) == []


def test_rows_are_ticked_and_changed_on_a_phone(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """There were no boxes, so that nothing could be done to many."""
    firm = fresh_firm
    sign_in(firm.ada)
    page.set_viewport_size({"width": 390, "height": 844})
    with tenant_context(firm.tenant):
        for name in ("Ash", "Birch", "Cedar"):
            MAKE["contacts"](firm, name)
    page.goto(f"{firm.url('contacts:list')}?filters=none&sort=name")
    bar = page.locator("[data-bulk-bar]")
    expect(bar).to_be_hidden()
    page.locator("[data-rows] tbody .col-select").first.click(position={"x": 4, "y": 4})  # a finger beside the box
    expect(bar).to_contain_text("1 selected")
    bar.get_by_role("button", name="Select all 3 on this page").click()
    expect(bar).to_contain_text("3 selected")
    expect(bar.locator("[data-select-matching]")).to_have_count(0)  # "3 selected · Select all 3"
    for button in bar.locator("button:visible").all():
        button.click(trial=True, timeout=2000)
    bar.locator("button[name=action][value=tags]").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tags to add").fill("Fair")
    dialog.locator("button[name=go]").click()
    expect(page.locator(".toast")).to_contain_text("3 contacts tagged")
    assert last_run(firm).done_count == 3


def say(page: Page) -> None:
    """Show a toast, by which nothing moves."""
    main = page.get_by_role("main")
    before = main.bounding_box()
    page.evaluate("document.dispatchEvent(new CustomEvent('angler:toast', { detail: { text: 'This is a toast.' } }))")
    expect(page.locator(".toast")).to_be_visible()
    assert main.bounding_box() == before


def test_a_bulk_conversion_is_looked_at_done_and_undone(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    firm = fresh_firm
    sign_in(firm.ada)
    bar = open_list(firm, page, "leads", 2)
    bar.locator("button[name=action][value=convert]").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Expected close")).not_to_have_value("")
    main, shown = page.get_by_role("main"), page.get_by_role("region", name="What becomes of each row")
    with patch.object(outcomes, "PAGE", 1):
        dialog.get_by_role("button", name="Preview…").click()
        expect(page.get_by_role("heading", name="Preview: Convert 2 leads")).to_be_visible()
        first = shown.locator("tbody th").inner_text()
        for turn, place in (("Next", "2–2 of 2"), ("Previous", "1–1 of 2")):
            main.get_by_role("link", name=turn).click()
            expect(main).to_contain_text(place)
            expect(page).to_have_url(re.compile("#outcomes$"))  # and not at the top, above all that is doubtful
            expect(shown.get_by_role("rowheader", name=first)).to_have_count(int(turn == "Previous"))
    page.get_by_role("button", name="Convert 2 leads").click()
    expect(page.get_by_role("heading", name="What was made")).to_be_visible()
    expect(main.locator("tbody a")).to_have_count(8)
    result = page.url
    main.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("The conversion of 2 leads was undone.")
    page.goto(result)
    expect(main.get_by_role("button", name="Undo")).to_have_count(0)
    main.get_by_role("link", name="Taken back").click()
    expect(page.get_by_role("heading", name="Undo the conversion of 2 leads")).to_be_visible()
