"""What was refused comes back as a file that can be mended and imported, and nothing in it is changed on the way."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from accounts.models import Account
from crm.catalogue import record_type
from crm.imports.models import RefusedRow
from crm.picklists.models import Choice
from crm.tenants.context import tenant_context
from crm.ui.spreadsheets import defuse, restore
from leads.models import Lead
from tests.imports.steps import bring_in, download
from tests.imports.test_sheets import xlsx
from tests.people import Firm, client_of

REFUSED = """external id,last name,email,phone,description,status
l1,Brandt,helena at kestrel,+1-212-555-0100,=HYPERLINK("x"),Working
l2,Cole,bob@falcon.example,+44 20 7946 0000,'-quoted,New
l3,Moss,@moss,'+49 30 901820,- none,Working
"""


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def written(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_a_refused_file_is_mended_and_imported_as_it_is(firm: Firm) -> None:
    run = bring_in(firm, "leads", REFUSED)
    assert (run.created_count, run.refused_count) == (1, 2)
    rows = rows_of(download(firm, run))
    assert [row["description"] for row in rows] == ['\'=HYPERLINK("x")', "'- none"], "a spreadsheet would run it"
    rows[0]["email"], rows[1]["email"] = "helena@kestrel.example", "moss@falcon.example"
    again = bring_in(firm, "leads", "\ufeff" + written(rows))
    assert (again.created_count, again.refused_count) == (2, 0)
    with tenant_context(firm.tenant):
        brandt, moss = Lead.objects.get(external_id="l1"), Lead.objects.get(external_id="l3")
        assert (brandt.phone, brandt.phone_key) == ("+1-212-555-0100", "+12125550100")
        assert (brandt.description, brandt.unqualified_reason) == ('=HYPERLINK("x")', None)
        assert (moss.phone, moss.phone_key, moss.description) == ("+49 30 901820", "+4930901820", "- none")
        assert not Choice.objects.filter(label__startswith="E-mail").exists()


def test_cells_that_others_complete_come_back_as_they_stood(firm: Firm) -> None:
    """The currency was written into the amount and the middle name into the first, so that both came in twice."""
    names = "First Name,Middle Name,Last Name,Suffix,Company,E-mail,Value,Value: currency\n"
    table = f"{names}Mehmet,Ali,Kaya,Jr.,Nakliyat,nowhere,1000,CHF\n"
    data = {"column_6": "estimated_value", "column_7": "estimated_value_currency"}
    first = download(firm, bring_in(firm, "leads", table, **data))
    [row] = rows_of(first)
    assert [*row.values()][:8] == table.splitlines()[1].split(",")
    bring_in(firm, "leads", first.replace("nowhere", "m@kaya.example"), **data)
    with tenant_context(firm.tenant):
        lead = Lead.objects.get()
    assert (lead.name, lead.estimated_value_minor, lead.currency) == ("Mehmet Ali Kaya Jr.", 100000, "CHF")


def test_a_row_that_is_refused_again_comes_back_with_one_reason(firm: Firm) -> None:
    first = download(firm, bring_in(firm, "leads", REFUSED))
    again = bring_in(firm, "leads", first)
    assert again.refused_count == 2
    second = download(firm, again)
    assert second.splitlines()[0] == first.splitlines()[0]
    assert [row["description"] for row in rows_of(second)] == [row["description"] for row in rows_of(first)]


def test_an_export_is_imported_again_and_changes_nothing(firm: Firm) -> None:
    bring_in(firm, "leads", REFUSED.replace(" at ", "@").replace("kestrel,", "kestrel.example,"))
    columns = "external_id,last_name,email,phone,description,status"
    answer = client_of(firm.ada).get(f"/acme/leads/export/?filters=none&columns={columns}")
    assert "'+1-212-555-0100" in answer.content.decode()
    again = bring_in(firm, "leads", answer.content)
    assert (again.created_count, again.updated_count, again.unchanged_count, again.refused_count) == (0, 0, 2, 0)


@pytest.mark.parametrize(
    "text", ["", "x", "=1", "+1 2", "@a", "-a", "-5", "-5,000.5 x", "'", "'x", "'=1", "''+1", "'-5"]
)
def test_what_is_defused_is_restored(text: str) -> None:
    assert restore(defuse(text)) == text
    assert defuse(text)[:1] not in ("=", "+", "@")


@pytest.mark.parametrize(
    ("status", "reason", "taken"),
    [("Working", "No budget", False), ("", "No budget", False), ("Unqualified", "No budget", True), ("New", "", True)],
)
def test_only_a_lead_that_is_closed_has_a_reason(firm: Firm, status: str, reason: str, taken: bool) -> None:
    """Whether it is made by the file, or changed."""
    head = "external_id,last_name,email,status,unqualified reason\n"
    made = bring_in(firm, "leads", f"{head}n1,Brandt,h@k.example,{status},{reason}\n")
    assert made.created_count == int(taken)
    bring_in(firm, "leads", f"{head}n2,Cole,c@k.example,New,\n")
    changed = bring_in(firm, "leads", f"{head}n2,Cole,c@k.example,{status},{reason}\n")
    assert changed.refused_count == int(not taken)
    with tenant_context(firm.tenant):
        reasons: list[Any] = [row.reasons for row in RefusedRow.objects.all()]
        assert all("Unqualified because" in text for (text,) in reasons)
        assert (str(Lead.objects.get(external_id="n2").unqualified_reason or "") == reason) == taken


def test_only_a_lost_opportunity_has_a_loss_reason(firm: Firm) -> None:
    bring_in(firm, "accounts", "name\nKestrel\n")
    head = "external_id,name,account,stage,loss reason\n"
    run = bring_in(firm, "opportunities", f"{head}o1,Fuel,Kestrel,Lost,Price\no2,Tank,Kestrel,Qualifying,Price\n")
    assert (run.created_count, run.refused_count) == (1, 1)
    assert "Only a lost opportunity has a loss reason." in download(firm, run)


def test_an_exported_row_is_known_by_its_own_id(firm: Firm) -> None:
    bring_in(firm, "accounts", "name,city\nKestrel,Berlin\n")
    answer = client_of(firm.ada).get("/acme/accounts/export/?filters=none&columns=name,city")
    text = answer.content.decode("utf-8-sig")
    run = bring_in(firm, "accounts", text.replace("Berlin", "Bonn"))
    assert (run.created_count, run.updated_count) == (0, 1)
    with tenant_context(firm.tenant):
        account = Account.objects.get()
        assert (account.city, account.external_id) == ("Bonn", "")


PEOPLE = """First Name;Middle Name;Last Name;Suffix;E-mail Address
Mehmet;Ali;Kaya;Jr.;not-an-email
"""
DEALS = """Name;Account;Stage;Amount;Amount: currency;Betreuer
Rug;Kestrel;New;1000,50;XQ;Zoe Quinn
"""


@pytest.mark.parametrize(
    ("key", "text", "mend", "stored"),
    [
        ("contacts", PEOPLE, ("not-an-email", "kaya@k.example"), {"name": "Mehmet Ali Kaya Jr."}),
        (
            "opportunities",
            DEALS,
            ("XQ", "TRY"),
            {"amount_minor": 100050, "currency": "TRY", "owner__name": "Zoe Quinn"},
        ),
    ],
)
def test_refused_rows_have_their_cells_as_they_stood_and_map_by_themselves(
    firm: Firm, key: str, text: str, mend: tuple[str, str], stored: dict[str, Any]
) -> None:
    """Also by a column of which only its importer knew what it is."""
    column = {"column_5": "owner"} if key == "opportunities" else {}
    run = bring_in(firm, key, text, **column)
    assert run.refused_count == 1
    lines = download(firm, run).splitlines()
    head, row = text.splitlines()
    assert lines[0].startswith(f"{head};") and lines[1].startswith(f"{row};")
    mended = bring_in(firm, key, "\n".join(lines).replace(*mend, 1))
    assert mended.mapping == [*run.mapping, "", ""]
    assert (mended.created_count, mended.refused_count) == (1, 0)
    with tenant_context(firm.tenant):
        assert record_type(key).model.objects.filter(**stored).count() == 1


def test_refused_rows_of_a_workbook_come_as_a_workbook(firm: Firm) -> None:
    """Its numbers are numbers there, with what was shown beside them."""

    def change(book: Any) -> None:
        book.active["D2"].number_format = '0.000 "TEUR"'
        book.active["E2"].number_format = "0.0%"

    rows = [["Name", "Account", "Stage", "Amount", "Probability"], ["Rug", "Kestrel", "New", 1.125, 0.075]]
    answer = refused_of(firm, bring_in(firm, "opportunities", xlsx(("Deals", rows), change=change)))
    assert answer["Content-Disposition"] == 'attachment; filename="refused-rows.xlsx"'
    sheet = load_workbook(io.BytesIO(answer.content)).active
    cells = next(sheet.iter_rows(min_row=2))
    assert [cell.value for cell in cells[:6]] == ["Rug", "Kestrel", "New", 1.125, 0.075, 2]
    assert [cell.number_format for cell in cells[3:5]] == ['0.000" TEUR"', "0.0%"]


def refused_of(firm: Firm, run: Any) -> Any:
    return client_of(firm.ada).get(f"/{firm.tenant.slug}/imports/{run.pk}/refused/")
