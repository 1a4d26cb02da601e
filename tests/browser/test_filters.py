"""Filters of a list and of a board, by mouse and keyboard: the form stands under its chip and moves nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.picklists.selectors import choices
from crm.tenants.context import tenant_context
from crm.users.services import limit_fields
from opportunities.services import add_contact_role
from tests import make
from tests.browser.conftest import SignIn
from tests.people import Firm


@pytest.fixture
def at_list(fresh_firm: Firm, page: Page, sign_in: SignIn) -> Page:
    with tenant_context(fresh_firm.tenant):
        make.lead(fresh_firm.ana, first_name="", last_name="Anders", company="Ash")
        make.lead(fresh_firm.max, first_name="", last_name="Berg", company="Birch")
    sign_in(fresh_firm.ada)
    page.goto(fresh_firm.url("leads:list"))
    return page


def chip(page: Page, text: str) -> Locator:
    return page.locator(".chip > a:first-child", has_text=re.compile(text))


@pytest.mark.parametrize("layout", ["list", "board"])
def test_a_filter_is_changed_under_its_chip(at_list: Page, fresh_firm: Firm, layout: str) -> None:
    page = at_list
    if layout == "board":
        page.goto(fresh_firm.url("leads:board"))
    below = page.locator(".table-scroll, .board").bounding_box()
    chip(page, "^Status").click()
    form = page.locator("#filter")
    expect(form.get_by_role("checkbox", checked=True)).to_have_count(3)
    expect(form.get_by_role("checkbox").first).to_be_focused()
    assert page.locator(".table-scroll, .board").bounding_box() == below
    for status in ("New", "Working", "Qualified"):
        form.get_by_label(status, exact=True).uncheck()
    form.get_by_role("button", name="Filter").click()
    expect(form.get_by_role("alert")).to_have_text("Choose a value, or remove the filter.")
    form.get_by_label("Working", exact=True).check()
    form.get_by_role("button", name="Filter").click()
    expect(chip(page, "^Status is Working$")).to_be_visible()
    expect(form).to_have_count(0)


def test_escape_and_a_press_elsewhere_close_the_form(at_list: Page) -> None:
    page = at_list
    chip(page, "^Status").click()
    expect(page.locator("#filter")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#filter")).to_have_count(0)
    expect(chip(page, "^Status")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#filter")).to_be_visible()
    page.get_by_role("heading", level=1).click()
    expect(page.locator("#filter")).to_have_count(0)


def test_a_filter_is_added_and_removed(at_list: Page) -> None:
    page = at_list
    page.get_by_role("button", name="Filter", exact=True).click()
    menu = page.locator("#filter-add")
    expect(menu.get_by_role("searchbox", name="Filter by")).to_be_focused()
    page.keyboard.type("nonsense")
    expect(menu.get_by_text("No field is called that.")).to_be_visible()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("cömp")
    expect(menu.locator(".menu-item:visible").first).to_have_text("Company")
    page.keyboard.press("Enter")
    page.locator("#filter").get_by_label("Value").first.fill("Birch")
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader")).to_have_text([re.compile("Berg")])
    chip(page, "^Company").click()
    page.locator("#filter").get_by_role("link", name="Remove").click()
    expect(page.get_by_role("rowheader")).to_have_count(2)


def test_saving_to_everybodys_view_asks_first_and_can_be_undone(at_list: Page, fresh_firm: Firm) -> None:
    page = at_list
    page.goto(f"{page.url}?company=Birch&view={page.locator('.tab[aria-current]').get_attribute('href')[6:]}")  # type: ignore[index]
    page.get_by_role("link", name="Save to this view").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("people see this view")
    dialog.get_by_role("button", name="Change it for everyone").click()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(chip(page, "^Status")).to_be_visible()
    page.goto(f"{fresh_firm.url('leads:list')}?company=Birch&view={page.url.partition('view=')[2]}")
    page.get_by_role("link", name="Save to this view").click()
    dialog.get_by_role("link", name="Save as my own").click()
    expect(dialog.get_by_label("Name")).to_have_value("Open leads (mine)")
    dialog.get_by_role("button", name="Save view").click()
    expect(page.get_by_role("link", name="Open leads (mine)")).to_be_visible()


def test_the_form_stays_under_its_chip_and_takes_no_focus_back(at_list: Page) -> None:
    page = at_list
    form = page.locator("#filter")
    beside = """() => {
        const form = document.querySelector("#filter");
        const chip = document.querySelector(`[data-filter="${form.dataset.filterForm}"]`);
        return [form, chip].map((one) => one.getBoundingClientRect());
    }"""
    chip(page, "^Status").click()
    expect(form.get_by_role("checkbox").first).to_be_focused()
    other = page.get_by_role("button", name="Export")
    other.click()
    expect(form).to_have_count(0)
    expect(other).to_be_focused()
    page.keyboard.press("Escape")
    page.evaluate("document.documentElement.dir = 'rtl'")
    chip(page, "^Status").click()
    expect(form).to_be_visible()
    boxes = page.evaluate(beside)
    assert abs(boxes[0]["right"] - boxes[1]["right"]) < 30, "from right to left it begins at the right"
    page.evaluate("document.documentElement.dir = 'ltr'")
    page.set_viewport_size({"width": 1000, "height": 800})
    boxes = page.evaluate(beside)
    assert abs(boxes[0]["left"] - boxes[1]["left"]) < 30


@pytest.fixture
def rated(fresh_firm: Firm, page: Page, sign_in: SignIn) -> Page:
    """Three leads at the list of all: hot in Bonn, cold in Ulm, cold in Kiel."""
    with tenant_context(fresh_firm.tenant):
        hot, cold = choices("rating")[0], choices("rating")[-1]
        for name, rating, city in (("Anders", hot, "Bonn"), ("Berg", cold, "Ulm"), ("Clark", cold, "Kiel")):
            make.lead(fresh_firm.ana, first_name="", last_name=name, rating=rating, city=city)
    sign_in(fresh_firm.ada)
    page.goto(f"{fresh_firm.url('leads:list')}?filters=none&sort=name")
    return page


def shown(page: Page, *names: str) -> None:
    expect(page.get_by_role("rowheader")).to_have_text([re.compile(name) for name in names])


@pytest.mark.parametrize("layout", ["desktop", "phone"])
def test_conditions_of_which_any_is_enough_are_added_changed_and_removed(rated: Page, layout: str) -> None:
    page = rated
    if layout == "phone":
        page.set_viewport_size({"width": 390, "height": 844})
        page.reload()
    page.get_by_role("button", name="Filter", exact=True).click()
    page.locator("#filter-add").get_by_role("link", name="Rating", exact=True).click()
    form = page.locator("#filter")
    form.get_by_label("Hot", exact=True).check()
    form.get_by_role("button", name="Or…").click()
    group = page.get_by_role("group", name="Any of these")
    expect(form).to_contain_text("Choose a field for another condition.")
    expect(group).to_have_text(re.compile(r"^\s*Rating is Hot\s*or\s*$"))
    form.get_by_role("searchbox", name="Find a field").fill("city")
    page.keyboard.press("Enter")
    form.get_by_label("Value").first.fill("Ulm")
    form.get_by_role("button", name="Filter", exact=True).click()
    expect(group).to_have_text(re.compile(r"^\s*Rating is Hot\s*or\s*City is Ulm\s*or\s*$"))
    shown(page, "Anders", "Berg")

    group.get_by_role("link", name="City is Ulm", exact=True).click()
    form.get_by_label("Value").first.fill("Kiel")
    page.keyboard.press("Enter")
    shown(page, "Anders", "Clark")

    group.get_by_role("link", name="Add a condition to: Rating is Hot or City is Kiel").click()
    form.get_by_role("link", name="City", exact=True).click()
    form.get_by_label("Value").last.fill("Ulm")
    page.keyboard.press("Enter")
    expect(group).to_contain_text("City is Kiel or Ulm")
    shown(page, "Anders", "Berg", "Clark")

    group.get_by_role("link", name="Rating is Hot", exact=True).click()
    form.get_by_role("link", name="Remove", exact=True).click()
    expect(group).not_to_contain_text("Rating")
    shown(page, "Berg", "Clark")
    group.get_by_role("link", name="Remove filter: City is Kiel or Ulm").click()
    expect(group).to_have_count(0)
    shown(page, "Anders", "Berg", "Clark")


def test_any_of_several_can_be_begun_from_the_menu_and_left_again(rated: Page) -> None:
    page = rated
    button = page.get_by_role("button", name="Filter", exact=True)
    button.click()
    page.get_by_role("link", name="Any of several…").click()
    picker = page.locator("#filter")
    expect(picker).to_contain_text("Choose a field for the first.")
    expect(picker.get_by_role("searchbox", name="Find a field")).to_be_focused()
    page.keyboard.type("nonsense")
    expect(picker.get_by_text("No field is called that.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(picker).to_have_count(0)
    expect(button).to_be_focused()
    shown(page, "Anders", "Berg", "Clark")


def test_everybody_involved_and_a_team_with_those_below_it_are_asked_for(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    with tenant_context(fresh_firm.tenant):
        nora = make.contact(fresh_firm.ana, first_name="", last_name="Nordin")
        deal = make.opportunity(fresh_firm.ana, name="Alder")
        make.opportunity(fresh_firm.sam, name="Birch")
        add_contact_role(opportunity=deal, contact=nora, actor=fresh_firm.ana)
    sign_in(fresh_firm.ada)
    page.goto(fresh_firm.url("opportunities:list") + "?filters=none")
    shown_any = page.get_by_role("rowheader")
    expect(shown_any).to_have_count(2)
    form = page.locator("#filter")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.locator("#filter-add").get_by_role("link", name="Involved contact", exact=True).click()
    form.get_by_label("Value").first.fill("Nordin")
    form.get_by_role("button", name="Filter", exact=True).click()
    expect(chip(page, "^Involved contact is Nordin$")).to_be_visible()
    shown(page, "Alder")
    page.get_by_role("link", name="Remove filter: Involved contact is Nordin").click()
    expect(shown_any).to_have_count(2)
    page.get_by_role("button", name="Filter", exact=True).click()
    page.locator("#filter-add").get_by_role("link", name="Team", exact=True).click()
    form.get_by_label("Team: condition").select_option(label="is or is below")
    form.get_by_label("East", exact=True).check()
    form.get_by_role("button", name="Filter", exact=True).click()
    expect(chip(page, "^Team is or is below East$")).to_be_visible()
    shown(page, "Alder")


def test_a_form_tells_what_was_typed_into_a_field_that_was_closed_meanwhile(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    with tenant_context(fresh_firm.tenant):
        account = make.account(fresh_firm.ana, name="Kestrel")
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("accounts:edit", record_id=account.pk))
    page.get_by_label("Phone", exact=True).fill("+1 416 555 0142")
    page.get_by_label("City", exact=True).fill("Bonn")
    with tenant_context(fresh_firm.tenant):
        limit_fields(actor=fresh_firm.ada, role=fresh_firm.ana.role, key="accounts", limits={"phone": "read_only"})
    save = page.get_by_role("button", name="Save", exact=True)
    save.click()
    told = page.get_by_text("Your role may not change “Phone”")
    expect(told).to_contain_text("+1 416 555 0142")
    expect(page.get_by_label("City", exact=True)).to_have_value("Bonn")
    save.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kestrel")
    with tenant_context(fresh_firm.tenant):
        account.refresh_from_db()
        assert (account.city, account.phone) == ("Bonn", "")
