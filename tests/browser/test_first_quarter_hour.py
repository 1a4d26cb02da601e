"""The first quarter of an hour of a firm's owner: two sheets of a spreadsheet become accounts and their people."""

from __future__ import annotations

import datetime as dt

from playwright.sync_api import Page, expect

from accounts.models import Account
from contacts.models import Contact
from crm.tenants.context import tenant_context
from tests.browser.conftest import SignIn
from tests.browser.test_import import choose, work_off
from tests.browser.walking import panel
from tests.imports.test_sheets import xlsx
from tests.people import Firm

FIRMS = xlsx(
    ("Firms", [
        ["Company", "Website", "Industry", "Employees", "Phone", "Street", "City", "Postal code", "Country"],
        ["Süd Holz GmbH", "www.sued-holz.example", "Manufacturing", 120, "+49 711 555010", "Hauptstr. 5",
         "Ulm", "01067", "Germany"],
        ["Kestrel & Sons", "https://kestrel.example/", "Software", 12, "+44 20 7946 0018", "1 High Street",
         "Leeds", "LS1 4AP", "United Kingdom"],
        ["Lumen Oy", "lumen.example", "Energy", None, None, None, "Turku", 20100, "Finland"],
    ]),
)  # fmt: skip
PEOPLE = xlsx(
    ("Contacts", [
        ["Title", "First Name", "Middle Name", "Last Name", "Suffix", "Company", "Department", "Job Title",
         "Business Street", "Business City", "Business Postal Code", "Business Country/Region", "Business Phone",
         "Mobile Phone", "Birthday", "E-mail Address", "E-mail 2 Address", "Notes", "Web Page"],
        ["Dr.", "Jörg", None, "Müller", None, "Sued Holz", "Purchasing", "Head of purchasing", "Hauptstr. 5", "Ulm",
         "01067", "Germany", "+49 711 555011", "+49 170 5550111", dt.date(1975, 4, 3), "joerg@sued-holz.example",
         "jm@home.example", "Likes oak.\nCall after ten.", None],
        [None, "Ann", "B.", "Kestrel", "Jr.", "Kestrel & Sons", None, "Owner", None, "Leeds", None, "United Kingdom",
         "+44 20 7946 0018", None, None, "ann@kestrel.example", None, None, None],
        [None, "Aino", None, "Virta", None, "Lumen Oy", None, "CFO", None, "Turku", 20100, "Finland", None,
         "+358 40 5550199", None, "aino@lumen.example", None, None, None],
        [None, "Bo", None, "Fox", None, "Falcon Works", None, "Sales", None, None, None, None, None, None, None,
         "bo@falcon.example", None, None, None],
    ]),
)  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def dry_run(page: Page, firm: Firm, key: str, name: str, content: bytes) -> None:
    page.goto(firm.url(f"{key}:list"))
    page.get_by_role("main").get_by_role("link", name="Import", exact=True).click()
    page.get_by_label("File", exact=True).set_input_files(files=[{"name": name, "mimeType": XLSX, "buffer": content}])
    page.get_by_role("button", name="Upload and choose columns").click()
    page.get_by_role("button", name="Dry run of all").click()


def bring_in(page: Page, firm: Firm, rows: int, noun: str) -> None:
    result = page.locator("#run-progress")
    work_off(firm, page)
    expect(result).to_contain_text(f"{rows} would be created")
    page.get_by_role("button", name=f"Create {rows} {noun}").click()
    work_off(firm, page)
    expect(result).to_contain_text(f"{rows} created")


def test_two_sheets_become_accounts_and_their_people(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    sign_in(fresh_firm.ada)
    dry_run(page, fresh_firm, "accounts", "firms.xlsx", FIRMS)
    bring_in(page, fresh_firm, 3, "accounts")
    dry_run(page, fresh_firm, "contacts", "people.xlsx", PEOPLE)
    choose(page, "Sued Holz", "Süd Holz GmbH (sued-holz.example)")
    choose(page, "Falcon Works", "Create the account")
    page.get_by_role("button", name="Dry run of all 4 rows").click()
    bring_in(page, fresh_firm, 4, "contacts")
    expect(page.locator("#run-progress")).to_contain_text("Left out: “Title” (1 cell), “Department” (1 cell)")
    page.goto(fresh_firm.url("accounts:list"))
    page.get_by_role("main").get_by_role("link", name="All accounts").last.click()
    expect(page.get_by_role("main")).to_contain_text("Falcon Works")
    page.get_by_role("main").get_by_role("link", name="Süd Holz GmbH").first.click()
    panel(page, "Contacts").get_by_role("link", name="Jörg Müller").click()
    expect(page.get_by_role("main")).to_contain_text("Head of purchasing")
    expect(page.get_by_role("main")).to_contain_text("Call after ten.")
    with tenant_context(fresh_firm.tenant):
        assert set(Contact.objects.values_list("first_name", "last_name", "account__name", "phone", "mobile")) == {
            ("Jörg", "Müller", "Süd Holz GmbH", "+49 711 555011", "+49 170 5550111"),
            ("Ann B.", "Kestrel Jr.", "Kestrel & Sons", "+44 20 7946 0018", ""),
            ("Aino", "Virta", "Lumen Oy", "", "+358 40 5550199"),
            ("Bo", "Fox", "Falcon Works", "", ""),
        }
        codes = dict(Account.objects.values_list("name", "postal_code"))
    assert codes == {"Süd Holz GmbH": "01067", "Kestrel & Sons": "LS1 4AP", "Lumen Oy": "20100", "Falcon Works": ""}
