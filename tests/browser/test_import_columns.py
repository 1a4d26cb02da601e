"""The columns page: what waits for an answer is led to, a company is named by hand, what has no field is kept."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from contacts.models import Contact
from contacts.services import update_contact
from crm.fields.models import Tag
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from tests import make
from tests.browser.conftest import SignIn
from tests.browser.test_import import work_off
from tests.people import Firm

PEOPLE = """Anrede;Nachname;E-Mail;Firma;Geburtstag;Umsatz
Dr.;Bell;bell@k.example;Werk Ost;23.4.1980;1000
;Fox;n/a;Groessenwahn;;20 CHF
"""


def upload(page: Page, firm: Firm, text: str = PEOPLE, key: str = "contacts") -> None:
    page.goto(firm.url("imports:new", key=key))
    page.get_by_label("File", exact=True).set_input_files(
        files=[{"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}]
    )
    page.get_by_role("button", name="Upload and choose columns").click()


def keep_the_rest(page: Page) -> None:
    """Make fields of two columns, of the kinds that are proposed, and leave what is no address empty."""
    for column in ("Geburtstag", "Umsatz"):
        page.get_by_label(column, exact=True).select_option(label="Make a new field of it")
    page.get_by_role("button", name="Dry run of all 2 rows").click()
    page.get_by_role("alert").get_by_role("link", name="“Geburtstag”: something is asked below.").click()
    kind = page.get_by_label("Kind of field of “Geburtstag”", exact=True)
    expect(kind).to_be_focused()
    expect(kind).to_have_value("date")
    kind.select_option(label="Text")
    page.get_by_role("button", name="Update", exact=True).click()
    expect(kind).to_have_value("text")
    kind.select_option(label="Date")
    money = page.get_by_label("Kind of field of “Umsatz”", exact=True)
    expect(money).to_have_value("money")
    page.get_by_label("Amounts of “Umsatz” that name no currency are in").select_option("EUR")
    left = page.get_by_role("group", name="What becomes of such cells of “E-Mail”?").get_by_label(
        "Leave the field empty"
    )
    left.check()


def test_the_questions_of_the_columns_page_are_led_to_and_answered(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    with tenant_context(fresh_firm.tenant):
        make.account(fresh_firm.ada, name="Ostwerk AG", city="Ulm")
        make.account(fresh_firm.ada, name="Größenwahn")
    sign_in(fresh_firm.ada)
    upload(page, fresh_firm)
    main = page.get_by_role("main")
    expect(main).to_contain_text("Left out: “Anrede” (1 cell), “Geburtstag” (1 cell), “Umsatz” (2 cells).")
    expect(page.get_by_label("What “Groessenwahn” means", exact=True)).to_have_value("")
    page.get_by_role("button", name="Accept: Größenwahn").click()
    expect(page.get_by_label("What “Groessenwahn” means", exact=True)).not_to_have_value("")
    page.get_by_role("button", name="Dry run of all 2 rows").click()
    page.get_by_role("alert").get_by_role("link", name="“Account”: something is asked below.").click()
    expect(page.get_by_label("What “Werk Ost” means", exact=True)).to_be_focused()
    field = page.get_by_label("Name of what “Werk Ost” means", exact=True)
    field.press_sequentially("Ostw")
    option = page.get_by_role("option", name="Ostwerk AG")
    expect(option).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("Ostwerk AG")
    page.get_by_label("Anrede", exact=True).select_option(label="Add to the description")
    keep_the_rest(page)
    page.get_by_role("button", name="Dry run of all 2 rows").click()
    work_off(fresh_firm, page)
    expect(main).to_contain_text("Description: Anrede: Dr.")
    expect(main).to_contain_text("Geburtstag: Apr 23, 1980")
    expect(main).to_contain_text("Umsatz: €1,000")
    expect(main).to_contain_text("1 cell left empty")
    expect(main).not_to_contain_text("Left out")
    page.get_by_role("button", name="Create 2 contacts").click()
    work_off(fresh_firm, page)
    expect(main).to_contain_text("2 created")
    with tenant_context(fresh_firm.tenant):
        found = dict(Contact.objects.values_list("last_name", "account__name"))
    assert found == {"Bell": "Ostwerk AG", "Fox": "Größenwahn"}


def test_whether_a_file_goes_over_newer_values_is_for_a_person_to_say(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    with tenant_context(fresh_firm.tenant):
        ann = make.contact(fresh_firm.ada, first_name="Ann", last_name="Bell", city="Ulm")
        stamp = ann.updated_at.isoformat()
        update_contact(actor=fresh_firm.ana, contact=ann, values={"city": "Kiel"})
    sign_in(fresh_firm.ada)
    upload(page, fresh_firm, f"id,city,job title,updated_at\n{ann.pk},Bonn,Buyer,{stamp}\n")
    page.get_by_role("navigation", name="Questions about this file").get_by_role("link").click()
    keep, take = (page.get_by_label(text) for text in ("Keep what was changed since", "Use what the file says"))
    expect(keep).not_to_be_checked()
    expect(take).not_to_be_checked()
    page.get_by_role("button", name="Import without a dry run").click()
    page.get_by_role("alert").get_by_role("link", name="Something was changed here").click()
    keep.check()
    page.get_by_role("button", name="Import without a dry run").click()
    work_off(fresh_firm, page)
    expect(page.get_by_role("main")).to_contain_text("City: kept “Kiel”")
    with tenant_context(fresh_firm.tenant):
        ann.refresh_from_db()
    assert (ann.city, ann.job_title) == ("Kiel", "Buyer")


def test_all_proposals_are_accepted_at_once_and_a_row_of_totals_is_left_out(
    fresh_firm: Firm, page: Page, sign_in: SignIn
) -> None:
    """And of two unknown tags of one cell, one is added and the other left out."""
    with tenant_context(fresh_firm.tenant):
        for name in ("Größenwahn", "Kestrel"):
            make.account(fresh_firm.ada, name=name)
    sign_in(fresh_firm.ada)
    upload(
        page,
        fresh_firm,
        "Nachname;Firma;Telefon;Tags\nBell;Groessenwahn;030 111111;Messe, x\nFox;Kestrl;;\nSumme;;2;\n",
    )
    page.get_by_role("button", name="Accept all 2 proposals below").click()
    for word in ("Groessenwahn", "Kestrl"):
        expect(page.get_by_label(f"What “{word}” means", exact=True)).not_to_have_value("")
    page.get_by_role("button", name="Dry run of all 3 rows").click()
    expect(page.get_by_role("alert").get_by_role("link", name="Is the last row one of totals?")).to_be_visible()
    page.get_by_role("alert").get_by_role("link", name="“Tags”: something is asked below.").click()
    expect(page.get_by_label("What “Messe” means", exact=True)).to_be_focused()
    page.get_by_label("What “Messe” means", exact=True).select_option("Add as a new tag")
    page.get_by_label("What “x” means", exact=True).select_option("Leave the tag out")
    page.get_by_role("button", name="Update", exact=True).click()
    expect(page.get_by_text("Messe (new)", exact=True)).to_be_visible()
    page.get_by_role("group", name="What becomes of it?").get_by_label("Leave it out").check()
    page.get_by_role("button", name="Import without a dry run").click()
    page.wait_for_url(lambda url: not url.endswith("/columns/"))
    work_off(fresh_firm, page)
    with tenant_context(fresh_firm.tenant):
        found = dict(Contact.objects.values_list("last_name", "account__name"))
        assert [tag.name for tag in Tag.objects.all()] == ["Messe"]
    assert found == {"Bell": "Größenwahn", "Fox": "Kestrel"}


def test_rows_without_an_account_are_given_one_by_name(fresh_firm: Firm, page: Page, sign_in: SignIn) -> None:
    with tenant_context(fresh_firm.tenant):
        make.account(fresh_firm.ada, name="Kestrel")
    sign_in(fresh_firm.ada)
    upload(page, fresh_firm, "Name;Account\nRoof;Kestrel\nWall;\n", key="opportunities")
    page.get_by_role("navigation", name="Questions about this file").get_by_role("link").click()
    expect(page.get_by_label("1 row has no account: which account is it for?")).to_be_focused()
    page.get_by_role("button", name="Import without a dry run").click()
    page.get_by_role("alert").get_by_role("link", name="“Account”: something is asked below.").click()
    field = page.get_by_label("Rows without an account", exact=True)
    field.press_sequentially("Kest")
    page.get_by_role("option", name="Kestrel", exact=True).click()
    page.get_by_role("button", name="Dry run of all 2 rows").click()
    work_off(fresh_firm, page)
    expect(page.get_by_role("main")).to_contain_text("2 would be created")
    page.get_by_role("button", name="Create 2 opportunities").click()
    work_off(fresh_firm, page)
    with tenant_context(fresh_firm.tenant):
        assert set(Opportunity.objects.values_list("account__name", flat=True)) == {"Kestrel"}
