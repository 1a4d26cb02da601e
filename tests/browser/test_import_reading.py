"""How a file is read, on the page: its sheet, the row that names the columns, its encoding."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from accounts.models import Account
from crm.tenants.context import tenant_context
from crm.users.services import update_member
from tests.browser.conftest import SignIn
from tests.browser.test_import import work_off
from tests.imports.test_files import case
from tests.imports.test_sheets import xlsx
from tests.people import Firm

TITLE = [["People of the fair"], [], ["First name", "Last name", "E-mail"]]
SHEET = xlsx(
    ("People", [*TITLE, ["Ann", "Bell", "ann@k.example"], ["Bo", "Fox", "bo@k.example"]]),
    ("Firms", [["Company"], ["Kestrel"]]),
)


def upload(page: Page, firm: Firm, name: str, content: bytes, key: str = "leads") -> Locator:
    """Choose the file; returns how it is read."""
    page.goto(firm.url("imports:new", key=key))
    page.get_by_label("File", exact=True).set_input_files(
        files=[{"name": name, "mimeType": "application/octet-stream", "buffer": content}]
    )
    page.get_by_role("button", name="Upload and choose columns").click()
    return page.locator("details").filter(has_text="How the file is read")


def read_again(part: Locator, page: Page, **chosen: str) -> None:
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    for label, value in chosen.items():
        part.get_by_label(label.replace("_", " ")).select_option(value)
    part.get_by_role("button", name="Read again").click()
    expect(page.get_by_text("The file was read again.").first).to_be_visible()


def test_a_sheet_and_the_row_that_names_its_columns_are_chosen(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ada)
    part = upload(page, fresh_firm, "fair.xlsx", SHEET)
    expect(part).to_contain_text("Sheet People · row 3 names the columns")
    expect(page.get_by_label("First name", exact=True).first).to_have_value("first_name")
    read_again(part, page, Sheet="Firms")
    expect(part).to_contain_text("Sheet Firms · row 1 names the columns")
    expect(page.get_by_label("Company", exact=True).first).to_have_value("company")
    read_again(part, page, Sheet="People")
    read_again(part, page, Names_of_the_columns="4")
    expect(part).to_contain_text("row 4 names the columns")
    expect(page.get_by_role("main")).to_contain_text("ann@k.example")


def test_the_encoding_of_a_file_is_chosen(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ada)
    part = upload(page, fresh_firm, "polish.csv", case("e06"))
    expect(part.locator("summary")).to_contain_text("Central European (Windows-1250): Łukasz, Wiśniewski")
    read_again(part, page, Encoding="cp1252")
    expect(part.locator("summary")).to_contain_text("Western European (Windows-1252): Wiœniewski")
    read_again(part, page, Encoding="cp1250")
    expect(page.get_by_role("main")).to_contain_text("Żaneta")


def test_a_file_that_is_no_table_is_refused_where_it_was_chosen(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ada)
    upload(page, fresh_firm, "open.csv", case("s08"))
    expect(page.get_by_text("A quotation mark opened in row 2 is never closed.").first).to_be_visible()
    upload(page, fresh_firm, "closed.csv", case("s07"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("closed.csv")


def test_what_is_in_doubt_about_a_file_is_answered_before_anything_comes_in(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    """Its encoding, and the order of its dates; those are days since which a customer is one, and no prospect."""
    rows = "Name,Type,Customer since,City\nMüller,Customer,01/02/2020,Köln\nBär,Prospect,03/04/2019,Köln\n"
    sign_in(fresh_firm.ada)
    upload(page, fresh_firm, "mac.csv", rows.encode("mac-roman"), key="accounts")
    asked = page.get_by_role("navigation", name="Questions about this file")
    expect(asked.get_by_role("link")).to_have_count(2)
    asked.get_by_role("link", name="In which encoding is this file?").click()
    expect(page.locator("[name=in_encoding]").first).to_be_focused()
    page.get_by_role("radio", name="Müller").check()
    page.get_by_role("button", name="Dry run of all 2 rows").click()
    expect(page.locator("table").first).to_contain_text("Köln")
    page.get_by_role("alert").get_by_role("link", name="“Customer since”").click()
    expect(page.locator("[name=style_customer_since]").first).to_be_focused()
    page.get_by_role("radio", name="Day first").check()
    page.get_by_role("button", name="Dry run of all 2 rows").click()
    work_off(fresh_firm, page)
    shown = page.get_by_role("main")
    expect(shown).to_contain_text("Type since: Feb 1, 2020")
    expect(shown).to_contain_text("“Customer since” Apr 3, 2019 was not taken: Type is Prospect.")
    page.get_by_role("button", name="Create 2 accounts").click()
    work_off(fresh_firm, page)
    expect(shown).to_contain_text("2 created")


def test_many_unknown_companies_are_looked_through_without_losing_what_was_said(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    """And two that are written alike become one, as was proposed."""
    sign_in(fresh_firm.ada)
    names = ["Smith & Co", "Smith and Co", *(f"{chr(97 + n % 26) * 5}{chr(97 + n // 26) * 5} Works" for n in range(50))]
    rows = "".join(f"P{n},p{n}@k.example,{name}\n" for n, name in enumerate(names))
    upload(page, fresh_firm, "people.csv", f"Last name,E-mail,Account\n{rows}".encode(), key="contacts")
    expect(page.get_by_label("What “Smith and Co” means", exact=True)).to_contain_text("The same as “Smith & Co”")
    page.get_by_role("button", name="Accept: The same as “Smith & Co”").click()
    page.get_by_label("What “Smith & Co” means", exact=True).select_option("Create the account")
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_text("41 to 52 of 52")).to_be_visible()
    page.get_by_label("Find one of these: Account").fill("smith")
    page.get_by_label("Find one of these: Account").press("Enter")
    expect(page.get_by_label("What “Smith & Co” means", exact=True)).to_have_value("add")
    expect(page.get_by_text("1 to 2 of 2")).to_be_visible()
    page.get_by_label("All others: Account").select_option("empty")
    page.get_by_role("button", name="Import without a dry run").click()
    work_off(fresh_firm, page)
    expect(page.get_by_role("main")).to_contain_text("52 created")
    expect(page.get_by_role("main")).to_contain_text("Smith & Co")


def test_who_has_left_and_a_shared_sign_are_answered_and_every_reason_is_shown(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    """The amounts can be read in one way, so that only their currency is asked."""
    firm = fresh_firm
    with tenant_context(firm.tenant):
        for one in (firm.max, firm.ana, firm.sam, firm.rita):
            update_member(actor=firm.ada, member=one, role=one.role, team=one.team, name=one.name, is_active=False)
    rows = 'Owl,Sam Seller,"12 500,00 kr",\nKite,Max Manager,700 kr,\nWren,Rita Reader,,\nSwan,Ana Owner,,\n'
    rows += "".join(f"Bird {number},,,{number} days ago\n" for number in range(12))
    sign_in(firm.ada)
    upload(page, firm, "birds.csv", f"Name,Owner,Annual revenue,Contract ends\n{rows}".encode(), key="accounts")
    asked, main = page.get_by_role("navigation", name="Questions about this file"), page.get_by_role("main")
    expect(asked.get_by_role("link")).to_have_count(2)
    asked.get_by_role("link", name="Owner").click()
    sam = page.get_by_label("What “Sam Seller” means", exact=True)
    expect(sam).to_be_focused()
    expect(main).to_contain_text("Sam Seller is deactivated.")
    for name, answer in (
        ("Max Manager", f"Ada Admin ({firm.ada.email})"),
        ("Rita Reader", "Leave the field empty"),
        ("Ana Owner", "Do not import these rows"),
    ):
        page.get_by_label(f"What “{name}” means", exact=True).select_option(label=answer)
    page.get_by_role("button", name="Accept all 4 proposals below").click()  # those that nothing else was chosen for
    asked.get_by_role("link", name="Annual revenue").click()
    sign = page.get_by_label("Currency that “kr” stands for")
    expect(sign).to_be_focused()
    expect(page.locator("[name^=style_]")).to_have_count(0)
    sign.select_option("SEK")
    page.get_by_role("button", name="Dry run of all 16 rows").click()
    reasons = page.get_by_role("region", name="Reasons")
    for pressed, told in (("", "SEK 12,500"), ("Create 3 accounts", "3 created")):
        if pressed:
            page.get_by_role("button", name=pressed).click()
        work_off(firm, page)
        expect(main).to_contain_text(told)
        expect(reasons).not_to_contain_text("11 days ago")
        page.get_by_role("link", name="Show all").click()
        for reason in ("11 days ago", "Ana Owner is deactivated."):
            expect(reasons).to_contain_text(reason)
        expect(page.get_by_role("link", name="Show all")).to_have_count(0)
        if not pressed:
            page.get_by_role("navigation", name="Outcomes").get_by_role("link", name="Would be refused").click()
            expect(page).to_have_url(re.compile("outcome=refused"))
            expect(reasons).to_contain_text("11 days ago")
    with tenant_context(firm.tenant):
        owners = dict(Account.objects.values_list("name", "owner__name"))
    assert owners == {"Owl": "Sam Seller", "Kite": "Ada Admin", "Wren": None}
