"""Spreadsheets: what is in them by the types of their cells, what they may be, and what they may not."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from accounts.models import Account
from crm.imports.models import Import, RefusedRow
from crm.imports.reading import archives
from crm.imports.reading import xlsx as reading_xlsx
from crm.imports.reading.files import find_format
from crm.imports.storing import FileReading, read_rows
from crm.tenants.context import tenant_context
from crm.ui import format as formats
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import bring_in, finished, sent, told
from tests.imports.test_files import refusal
from tests.imports.test_reading import rows_of
from tests.imports.test_words import Page
from tests.people import Firm, client_of

ODS_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def xlsx(*sheets: tuple[str, list[list[Any]]], change: Callable[[Any], None] | None = None) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(body: str, before: str = "") -> bytes:
    content = f"{before}<office:document-content {ODS_NAMES}><office:body><office:spreadsheet>{body}"
    content += "</office:spreadsheet></office:body></office:document-content>"
    return archive({"mimetype": archives.ODS.decode(), "content.xml": content})


def archive(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def rewritten(book: bytes, old: str, new: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        texts = {name: parts.read(name) for name in parts.namelist()}
    return archive({name: text.replace(old.encode(), new.encode()) for name, text in texts.items()})


def sheet(one: str, repeated: Any = 1) -> bytes:
    """With a row of ``one`` cell between two others."""
    rows = row(cell("Name")) + row(one, repeated=repeated) + row(cell("Elk"))
    return ods(f'<table:table table:name="S">{rows}</table:table>')


def row(*cells: str, repeated: Any = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def cell(text: str = "", **attributes: str) -> str:
    named = " ".join(f'{name.replace("__", ":").replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<table:table-cell {named}>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>"


def test_cells_are_read_by_their_type(inside: Firm) -> None:
    rows = [
        ["text", "day", "moment", "number", "percent", "flag", "euro"],
        ["0049 30", date(2026, 4, 3), datetime(2026, 4, 3, 10, 0), 1.234, 0.125, True, 1234.5],
        ["=2", None, None, 491512345678, 1, False, -5],
    ]

    def formats(book: Any) -> None:
        for number in (2, 3):
            book["S"][f"E{number}"].number_format = "0.0%"
            book["S"][f"G{number}"].number_format = "[$€-407] #,##0.00"
        book["S"]["A3"].data_type = "s"

    assert rows_of(inside, xlsx(("S", rows), change=formats), "s.xlsx") == [
        ["text", "day", "moment", "number", "percent", "flag", "euro"],
        ["0049 30", "2026-04-03", "2026-04-03 10:00:00", "1.234", "12.5%", "true", "€ 1234.5"],
        ["=2", "", "", "491512345678", "100%", "false", "€ -5"],
    ]


def test_dates_and_amounts_of_a_sheet_are_never_read_in_another_way(firm: Firm) -> None:
    def euro(book: Any) -> None:
        book["S"]["D2"].number_format = "#,##0.00 [$€-407]"

    rows = [["name", "account", "expected_close_on", "amount"], ["Deal", "Kestrel", date(2026, 4, 3), 1234.5]]
    bring_in(firm, "accounts", "name\nKestrel\n")
    content = xlsx(("S", rows), change=euro)
    for options in ({"day_first": "on"}, {}):
        bring_in(firm, "opportunities", content, existing="create", **options)
    with tenant_context(firm.tenant):
        deals = list(Opportunity.objects.all())
        assert len(deals) == 2
        for deal in deals:
            assert deal.expected_close_on == date(2026, 4, 3)
            assert (deal.amount_minor, deal.currency) == (123450, "EUR")


def test_the_zeros_of_a_postal_code_are_kept(firm: Firm) -> None:
    def zip_code(book: Any) -> None:
        book["S"]["B2"].number_format = book["S"]["B3"].number_format = "00000"
        book["S"]["C2"].number_format = "000"

    rows = [["name", "postal code", "employees"], ["Kestrel", 2134, 7], ["Osprey", 21345], ["Heron", 2134]]
    body = row(cell("name"), cell("postal code")) + row(
        cell("Merlin"), cell("02134", office__value_type="float", office__value="2134")
    )
    bring_in(firm, "accounts", xlsx(("S", rows), change=zip_code))
    bring_in(firm, "accounts", ods(f'<table:table table:name="S">{body}</table:table>'))
    with tenant_context(firm.tenant):
        found = dict(Account.objects.values_list("name", "postal_code"))
        assert found == {"Kestrel": "02134", "Osprey": "21345", "Heron": "2134", "Merlin": "02134"}
        wrong = make.account(firm.ada, name="Falcon", postal_code="2134", employees=7)
        assert Account.objects.get(name="Kestrel").employees == 7
    rows = [["id", "postal code", "employees"], [str(wrong.pk), 2134, 7]]
    assert bring_in(firm, "accounts", xlsx(("S", rows), change=zip_code)).updated_count == 1
    with tenant_context(firm.tenant):
        wrong.refresh_from_db()
    assert (wrong.postal_code, wrong.employees) == ("02134", 7)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_all_digits_of_a_long_number_are_read_or_its_row_is_refused(firm: Firm, kind: str) -> None:
    """Two ids that differ in their sixteenth digit are two; where a spreadsheet has lost it, it is not made up."""
    written = [
        "4915112345678901",
        "4915112345678902",
        "4915112345678900",
        "1.234567890123456E+16",
        "491511234567890",
        "1e999",
        *(["1e" + "9" * 20, "7x"] if kind == "ods" else []),
    ]
    table = [["last name", "company", "external id", "phone"]]
    table += [[f"L{at}", "Falcon", number, number] for at, number in enumerate(written)]
    if kind == "ods":
        numbers = [
            [
                cell(one, office__value_type="float", office__value=one) if one[0].isdigit() else cell(one)
                for one in line
            ]
            for line in table
        ]
        content = ods(f'<table:table table:name="S">{"".join(row(*line) for line in numbers)}</table:table>')
    else:
        content = xlsx(("S", [[Decimal(one) if one[0].isdigit() else one for one in line] for line in table]))
        content = rewritten(content, "<v />", "<v>1e999</v>")  # which openpyxl does not write
    run = bring_in(firm, "leads", content, existing="update")
    assert (run.created_count, run.updated_count, run.refused_count) == (3, 0, len(written) - 3)
    with tenant_context(firm.tenant):
        ids = dict(Lead.objects.values_list("last_name", "external_id"))
        assert ids == {"L0": written[0], "L1": written[1], "L4": written[4]}
        assert set(Lead.objects.values_list("phone", flat=True)) == set(ids.values())
        reasons = [" ".join(one.reasons) for one in RefusedRow.objects.filter(run=run)]
        assert sum("was shortened by a spreadsheet, and digits are missing" in one for one in reasons) == 2
        assert all("digits are missing" in one or "#NUM!" in one for one in reasons)


@pytest.mark.parametrize(
    ("kind", "zero", "day"),
    [("xlsx", "1899", "2016-02-28"), ("xlsx", "1904", "2020-02-29"), ("ods", "", "2016-02-28"),
     ("ods", "1904-01-01", "2020-02-29"), ("ods", "1900-01-01", "2016-03-01")],
)  # fmt: skip
def test_day_numbers_are_counted_from_the_day_zero_of_their_book(firm: Firm, kind: str, zero: str, day: str) -> None:
    """1904 dates, as of old workbooks of a Mac: what has no date format is a number in the file."""

    def change(book: Any) -> None:
        book.epoch = MAC_EPOCH if zero == "1904" else WINDOWS_EPOCH

    settings = f'<table:calculation-settings><table:null-date table:date-value="{zero}"/></table:calculation-settings>'
    if kind == "xlsx":
        content = xlsx(("S", [["Name", "Contract ends on"], ["Owl", 42428]]), ("T", [["x"]]), change=change)
    else:
        cells = cell("Owl"), cell("42428", office__value_type="float", office__value="42428")
        rows = row(cell("Name"), cell("Contract ends on")) + row(*cells)
        content = ods((settings if zero else "") + f'<table:table table:name="S">{rows}</table:table>')
    page = Page(firm, "accounts", content)
    [question] = page.answer.context["questions"].styles
    serial = question.options[-1]
    assert [one.reading for one in serial.samples] == [formats.date(date.fromisoformat(day))]
    assert str(formats.date(date.fromisoformat(day) + timedelta(days=45384 - 42428))) in serial.label
    finished(firm, page.send(sent(page.answer) | {f"style_{question.name}": serial.key}))
    with tenant_context(firm.tenant):
        assert str(Account.objects.get().contract_ends_on) == day


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_hidden_rows_and_merged_cells_are_told(firm: Firm, kind: str) -> None:
    def change(book: Any) -> None:
        book["S"].merge_cells("A4:B4")
        book["S"].merge_cells("C4:C5")
        book["S"].merge_cells("A2:A3")
        for number in (3, 4):
            book["S"].row_dimensions[number].hidden = True

    table = [["name", "city"], ["Owl", "Ulm"], [None, "Rome"], ["Elk", None], ["Emu", None]]
    if kind == "xlsx":
        content = xlsx(("S", table), change=change)
    else:
        body = row(cell("name"), cell("city"))
        body += row(cell("Owl", table__number_rows_spanned="2"), cell("Ulm"))
        hidden = ' table:visibility="filter"><'
        body += (
            row(cell(""), cell("Rome")).replace("><", hidden, 1)
            + row(cell("Elk", table__number_rows_spanned="2")).replace("><", hidden, 1)
            + row(cell(""))
        )
        content = ods(f'<table:table table:name="S">{body}</table:table>')
    page = told(Page(firm, "accounts", content).answer)
    assert "2 rows are hidden in the sheet (first row 3). They come in like the others." in page
    assert "2 cells are merged over several rows (first row 2)." in page, "whatever their order in the file"


def test_the_sheet_and_its_header_are_found_and_another_can_be_chosen(firm: Firm) -> None:
    title = [["People of the fair"], [], [None, "First name", "Last name", "E-mail"]]
    content = xlsx(
        ("Notes", []), ("People", [*title, [None, "Ann", "Bell", "ann@k.example"]]), ("Firms", [["Name"], ["Acme"]])
    )
    client = client_of(firm.ada)
    file = SimpleUploadedFile("people.csv", content)  # known by its content, whatever its name
    address = client.post("/acme/imports/new/leads/", {"file": file})["Location"]
    page = client.get(address).content.decode()
    assert "Sheet People" in page and "row 3 names the columns" in page
    with tenant_context(firm.tenant):
        run = Import.objects.get()
        assert (run.headers, list(read_rows(run))) == (
            ["First name", "Last name", "E-mail"], [["Ann", "Bell", "ann@k.example"]],
        )  # fmt: skip
    answer = client.post(address.replace("columns", "reading"), {"sheet": "Firms", "header": "3"})
    assert answer.status_code == 303
    with tenant_context(firm.tenant):
        run.refresh_from_db()
        assert (run.headers, list(read_rows(run)), FileReading.of(run).format.sheet) == (["Name"], [["Acme"]], "Firms")


def test_an_open_document_sheet_comes_in(firm: Firm) -> None:
    body = (
        '<table:table table:name="Leads">'
        + row(cell("Name"), cell("E-mail"), cell("Estimated value"), cell("Notes"), cell())
        + row(
            cell("Jörg Müller"),
            cell("j@k.example"),
            cell("1.234,50 €", office__value_type="currency", office__currency="EUR", office__value="1234.5"),
            "<table:table-cell><office:annotation><text:p>not this</text:p></office:annotation><text:p>one</text:p>"
            "<text:p>two<text:s text:c='2'/>three</text:p></table:table-cell>",
            cell(table__number_columns_repeated="16380"),
        )
        + row(cell(table__number_columns_repeated="16384"), repeated=1048000)
        + row(cell("Ann"), cell("a@k.example"), cell("7", office__value_type="float", office__value="7"))
        + "</table:table>"
    )
    run = bring_in(firm, "leads", ods(body))
    assert (run.created_count, run.refused_count, run.total) == (2, 0, 2)
    with tenant_context(firm.tenant):
        lead = Lead.objects.get(name="Jörg Müller")
        assert (lead.estimated_value_minor, lead.currency, lead.description) == (123450, "EUR", "one\ntwo  three")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old Excel file (.xls)"),
        ("D18.xlsx", b"PK\x03\x04 is no archive at all", "is no spreadsheet, or it is damaged"),
        ("plain.xlsx", b"just a line of words\n", "This is no spreadsheet, whatever its name says"),
        ("any.zip", archive({"readme.txt": "hello"}), "This is no spreadsheet, whatever its name says"),
        ("any.csv", archive({"readme.txt": "hello"}), "This is no spreadsheet, whatever its name says"),
        ("a.numbers", archive({"Index/Document.iwa": "x"}), "Export it from Numbers"),
        ("b.xlsb", archive({"[Content_Types].xml": "<a/>", "xl/workbook.bin": "x"}), "of the kind .xlsb"),
        ("broken.xlsx", archive({"[Content_Types].xml": "<a/>", "xl/workbook.xml": "<b>"}), "or it is damaged"),
        ("page.xls", b"<html><body><table><tr><td>name</td></tr></table></body></html>", "This is a web page"),
        ("scan.csv", b"%PDF-1.7\n1 0 obj", "This is no file of rows"),
        ("empty.xlsx", xlsx(("A", []), ("B", [])), "The file is empty."),
        ("wide.xlsx", xlsx(("A", [["x"] * 250])), "Row 1 has more than 200 columns."),
        ("long.ods", sheet(cell(), repeated=3_000_000), "more than two million rows"),
        ("again.ods", sheet(cell("Owl"), repeated="x"), "or it is damaged"),
        ("wide.ods", sheet(cell("Owl", table__number_columns_repeated="1e3")), "or it is damaged"),
        ("merged.ods", sheet(cell("Owl", table__number_rows_spanned="x")), "or it is damaged"),
        ("days.ods", ods('<table:null-date table:date-value="9999-12-31"/>'), "or it is damaged"),
        ("blanks.ods", sheet(cell('a<text:s text:c="-1"/>')), "or it is"),
    ],
)  # fmt: skip
def test_what_is_no_sheet_is_refused_with_what_to_do(firm: Firm, name: str, content: bytes, reason: str) -> None:
    assert reason in refusal(firm, content, name)


def test_a_text_that_is_called_xlsx_is_read_as_what_it_is(inside: Firm) -> None:
    assert rows_of(inside, b"name,city\nAnn,Bonn\n", "people.xlsx") == [["name", "city"], ["Ann", "Bonn"]]
    assert rows_of(inside, b"PK,city\n7,Bonn\n") == [["PK", "city"], ["7", "Bonn"]]


LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


def test_an_archive_that_unpacks_to_too_much_is_refused(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = cell("x" * 200_000)
    body = f'<table:table table:name="A">{row(cell("Name"))}{row(endless)}</table:table>'
    assert "longer than 100,000 characters" in refusal(firm, ods(body))
    many = row(*[cell("x")] * 100, repeated=1_000_000)
    assert "too many cells" in refusal(firm, ods(f'<table:table table:name="A">{many}</table:table>'))
    assert "or it is damaged" in refusal(firm, ods(row(cell("&c;")), before=LAUGHS))
    monkeypatch.setattr(archives, "MOST_BETWEEN_ROWS", 100_000)
    assert "too large once it is unpacked" in refusal(firm, ods(body))
    monkeypatch.setattr(archives, "MOST_UNPACKED", 1000)
    assert "too large once it is unpacked" in refusal(firm, xlsx(("A", [["Name"], ["Ann"]])))


def test_an_error_in_a_cell_refuses_its_row(firm: Firm) -> None:
    def error(book: Any) -> None:
        book["S"]["B2"].value, book["S"]["B2"].data_type = "#N/A", "e"

    run = bring_in(firm, "accounts", xlsx(("S", [["name", "city"], ["Acme", "x"], ["Hill", "Bonn"]]), change=error))
    assert (run.created_count, run.refused_count) == (1, 1)
    with tenant_context(firm.tenant):
        assert Account.objects.get().name == "Hill"


def test_a_formula_that_nobody_has_worked_out_is_refused_and_told(firm: Firm) -> None:
    """Read as an empty cell its value would be dropped without a word; a formula whose result is no text may be."""
    rows = [["name", "city", "website"], ["Kestrel", "=B1", "k.example"], ["Merlin", "Ulm", "m.example"]]
    run = bring_in(firm, "accounts", xlsx(("S", rows)))
    assert (run.created_count, run.refused_count) == (1, 1)
    answer = client_of(firm.ada).get(f"/acme/imports/{run.pk}/refused/")
    refused = " ".join(str(cell.value) for row in load_workbook(io.BytesIO(answer.content)).active for cell in row)
    assert "#formula without a result" in refused and "This formula has no result in the file." in refused


def test_a_file_is_opened_once_however_many_of_its_sheets_are_empty(
    firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    read_texts = reading_xlsx._Reader.read_strings

    def count(reader: Any) -> None:
        opened.append(reader)
        read_texts(reader)

    monkeypatch.setattr(reading_xlsx._Reader, "read_strings", count)
    path = tmp_path / "sheets"
    path.write_bytes(xlsx(("A", []), ("B", []), ("C", []), ("D", [["Name"], ["Ann"]])))
    found = find_format(path, "sheets.xlsx")
    assert (found.sheet, found.sheets, len(opened)) == ("D", ["A", "B", "C", "D"], 1)
    monkeypatch.setattr(archives, "MOST_SHEETS", 3)
    assert "more than 3 sheets" in refusal(firm, path.read_bytes())
    tables = "".join(f'<table:table table:name="{name}">{row(cell("x"))}</table:table>' for name in "ABCD")
    assert "more than 3 sheets" in refusal(firm, ods(tables))


def test_what_says_of_which_kind_an_archive_is_is_not_unpacked_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.ods"
    path.write_bytes(archive({"mimetype": archives.ODS + b" " * 30_000_000, "content.xml": "<a/>"}))
    tracemalloc.start()
    try:
        assert archives.kind_of_archive(path) == "ods"
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
