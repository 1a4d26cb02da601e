"""Lists in a browser: the preview beside them, their columns, and what a phone reaches."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.fields.money import Money
from crm.picklists.selectors import default_pipeline, stages
from crm.picklists.services import deactivate
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from tests import make
from tests.browser.conftest import SignIn
from tests.fields.own import field_of
from tests.fields.test_setup import add_field, address
from tests.people import Firm, client_of


@pytest.fixture
def accounts(fresh_firm: Firm) -> list[Any]:
    with tenant_context(fresh_firm.tenant):
        return [make.account(fresh_firm.ana, name=name, city="Bonn") for name in ("Ash", "Birch", "Cedar")]


def test_space_previews_a_row_and_arrows_go_on(
    fresh_firm: Firm, accounts: list[Any], page: Page, sign_in: SignIn
) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("accounts:list") + "?filters=none&sort=name")
    preview = page.locator("#preview")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(preview.get_by_role("heading", name="Birch")).to_be_focused()
    expect(preview).to_contain_text("Ana Owner")
    page.keyboard.press("ArrowDown")
    expect(preview.get_by_role("heading", name="Cedar")).to_be_focused()
    page.keyboard.press("ArrowDown")  # the last one
    page.keyboard.press("ArrowUp")
    expect(preview.get_by_role("heading", name="Birch")).to_be_focused()
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    expect(page.get_by_role("row", name="Birch")).to_be_focused()
    page.keyboard.press("Space")
    expect(preview.get_by_role("heading", name="Birch")).to_be_focused()
    page.keyboard.press("Space")
    expect(preview).to_be_hidden()
    page.keyboard.press("k")
    page.keyboard.press("Space")
    expect(preview.get_by_role("heading", name="Ash")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(page.url.split("/accounts/")[0] + f"/accounts/{accounts[0].pk}/")


def heads(page: Page) -> list[str]:
    return page.locator("thead [data-column]").evaluate_all("all => all.map(one => one.dataset.column)")


def test_columns_are_chosen_moved_and_dragged(
    fresh_firm: Firm, accounts: list[Any], page: Page, sign_in: SignIn
) -> None:
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("accounts:list") + "?filters=none&columns=name,city,owner,phone")
    page.get_by_role("link", name="Columns").click()
    dialog = page.get_by_role("dialog", name="Columns")
    dialog.get_by_role("button", name="Move City down").click()
    lines = dialog.locator("[data-sortable] > [data-column]")
    expect(lines.first).to_contain_text("Owner")
    expect(dialog.get_by_role("button", name="Move City down")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Move City up")).to_be_focused()
    dialog.get_by_role("checkbox", name="Website").check()
    lines.nth(0).drag_to(lines.nth(1), target_position={"x": 40, "y": 30})
    dialog.get_by_role("button", name="Show these").click()
    expect(page.locator("thead [data-column=website]")).to_be_visible()
    assert heads(page) == ["phone", "owner", "city", "website"]
    page.locator("thead [data-column=city]").drag_to(
        page.locator("thead [data-column=phone]"), target_position={"x": 5, "y": 10}
    )
    page.wait_for_url("**columns=name%2Ccity%2Cphone%2Cowner%2Cwebsite")
    assert heads(page) == ["city", "phone", "owner", "website"]
    expect(page.get_by_role("row", name="Ash")).to_be_visible()


def test_a_column_whose_field_is_put_away_stays_until_it_is_unticked(
    fresh_firm: Firm, accounts: list[Any], page: Page, sign_in: SignIn
) -> None:
    """Dragging another column took it out of the list without a word."""
    ada = client_of(fresh_firm.ada)
    code = add_field(ada, fresh_firm, "text", "Code")
    ada.post(address(fresh_firm, "field_deactivation", field_of(fresh_firm, "Code")))
    sign_in(fresh_firm.ada)
    page.goto(fresh_firm.url("accounts:list") + f"?filters=none&columns=name,{code},city,phone")
    told = page.get_by_text("Columns left out, as there are no such fields now: “Code”.")
    expect(told).to_be_visible()
    page.locator("thead [data-column=phone]").drag_to(
        page.locator("thead [data-column=city]"), target_position={"x": 5, "y": 10}
    )
    page.wait_for_url(f"**columns=name%2Cphone%2Ccity%2C{code}")
    dialog = page.get_by_role("dialog", name="Columns")
    left_out = dialog.get_by_role("group", name="Left out while their fields are not in use").get_by_label("Code")
    for is_kept in (True, False):
        expect(told).to_be_visible()
        page.get_by_role("link", name="Columns").click()
        expect(left_out).to_be_checked()
        if is_kept:
            dialog.get_by_role("button", name="Move City up").click()
            expect(dialog.get_by_role("button", name="Move City down")).to_be_focused()
        left_out.set_checked(is_kept)
        dialog.get_by_role("button", name="Show these").click()
        expect(dialog).to_be_hidden()
    expect(told).to_have_count(0)
    assert heads(page) == ["city", "phone"]


def test_no_column_of_a_list_as_it_opens_is_cut_on_a_laptop(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    """With names and words as long as they usually are, beside the navigation of a window 1440 wide."""
    ana, name = fresh_firm.ana, "Meridian Manufacturing"
    with tenant_context(fresh_firm.tenant):
        account = make.account(ana, name=name, city="Friedrichshafen", country="Switzerland", phone="+49 40 66969627")
        person = {"first_name": "Alexandra", "last_name": "Hoffmann", "job_title": "Business Development Manager"}
        mail = {"email": "alexandra.hoffmann@meridianmanufacturing.example", "phone": "+49 40 66969627"}
        contact = make.contact(ana, account=account, **person, **mail)
        words = {"next_step": "Call about the proposal", "next_step_on": today(), "expected_close_on": today()}
        late = [one for one in stages() if one.meaning == "open"][-1]
        deal = {"name": f"Driver safety kit for {name}", "account": account, "contact": contact, "stage": late}
        make.opportunity(ana, **deal, **words, amount=Money(12_345_600, "EUR"))
        make.lead(ana, company=name, product_interest="Driver safety kit", **person, **mail)
    sign_in(ana)
    for key in ("leads", "accounts", "contacts", "opportunities"):
        page.goto(fresh_firm.url(f"{key}:list") + ("?filters=none" if key == "accounts" else ""))
        box = page.locator(".table-scroll")
        expect(box.locator("tbody tr")).to_have_count(1)
        shown, whole = box.evaluate("box => [box.clientWidth, box.scrollWidth]")
        assert whole <= shown, f"{key}: {whole} of {shown}"
        lines = box.locator("table").evaluate("one => getComputedStyle(one).borderCollapse")
        assert lines == "separate", "shared lines scroll away from under the columns that stand still"


def test_a_phone_reaches_board_columns_and_export(
    fresh_firm: Firm, accounts: list[Any], page: Page, sign_in: SignIn
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(fresh_firm.ada)
    page.goto(fresh_firm.url("opportunities:list"))
    page.get_by_role("link", name="Board", exact=True).click()
    expect(page.locator("[data-board]")).to_be_visible()
    page.get_by_role("link", name="Table", exact=True).click()
    page.get_by_role("button", name="More actions").click()
    expect(page.get_by_role("link", name="Import", exact=True)).to_be_visible()
    for name in ("Export as CSV", "Export as Excel"):
        expect(page.get_by_role("link", name=name)).to_be_visible()
    page.get_by_role("link", name="Columns").click()
    expect(page.get_by_role("dialog", name="Columns")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_card_passes_over_an_inactive_stage(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        first, second, third = [one for one in stages(default_pipeline()) if one.meaning == "open"][:3]
        make.opportunity(fresh_firm.ana, name="Left behind", stage=second)
        make.opportunity(fresh_firm.ana, name="On its way", stage=first)
        deactivate(entry=second, actor=fresh_firm.ada)
    sign_in(fresh_firm.ana)
    page.goto(fresh_firm.url("opportunities:board") + "?filters=none")
    card = page.get_by_role("article").filter(has_text="On its way")
    card.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    with page.expect_response("**/stage/**") as moved:
        page.keyboard.press("Space")
    assert moved.value.ok
    expect(page.locator(f"[data-board-column='{third.pk}']")).to_contain_text("On its way")
    card = page.get_by_role("article").filter(has_text="Left behind")
    closed = page.locator(f"[data-board-column='{second.pk}']")
    with page.expect_response("**/stage/**"):
        card.drag_to(page.locator(f"[data-board-column='{first.pk}'] [data-board-cards]"))
    expect(page.locator(f"[data-board-column='{first.pk}']")).to_contain_text("Left behind")
    expect(closed.locator("[data-board-count]")).to_have_text("0")
    moves: list[str] = []
    page.on("request", lambda request: moves.append(request.url) if request.method == "POST" else None)
    card.hover()
    page.mouse.down()
    for column in (third, third, second, second):  # the first move only lifts it
        page.locator(f"[data-board-column='{column.pk}'] [data-board-cards]").hover()
    page.mouse.up()
    expect(page.locator(f"[data-board-column='{first.pk}']")).to_contain_text("Left behind")
    with page.expect_response("**/stage/**"):
        card.drag_to(page.locator(f"[data-board-column='{third.pk}'] [data-board-cards]"))
    assert len(moves) == 1


def test_a_list_is_exported_as_csv_and_for_excel(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        make.opportunity(fresh_firm.ada, name="Kiln")
    sign_in(fresh_firm.ada)
    page.goto(f"/{fresh_firm.tenant.slug}/opportunities/?filters=none")
    names = ("Export as CSV", "Export as Excel", "All fields as CSV", "All fields as Excel")
    for name, end in zip(names, (".csv", ".xlsx") * 2, strict=True):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as found:
            page.get_by_role("link", name=name).click()
        assert found.value.suggested_filename.endswith(end)
        assert found.value.path().stat().st_size > 100
        if name == "All fields as CSV":
            assert "requirements" in found.value.path().read_text("utf-8-sig").splitlines()[0].split(",")
