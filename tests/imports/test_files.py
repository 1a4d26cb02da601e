"""Each file that went wrong, brought in as a person does, with the right values."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.models import Contact
from crm.imports.models import Import
from crm.imports.storing import read_rows
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests.imports.steps import bring_in, download, told
from tests.people import Firm, client_of

CASES = Path(__file__).parent / "cases"
NEW = "/acme/imports/new/leads/"


def case(name: str) -> bytes:
    return next(CASES.rglob(f"{name}*")).read_bytes()


def refusal(firm: Firm, content: bytes, name: str = "rows.csv") -> str:
    """What the upload page says at the field."""
    answer = client_of(firm.ada).post(NEW, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    [error] = answer.context["form"].errors["file"]
    assert unescape(str(error)) in unescape(answer.content.decode())
    with tenant_context(firm.tenant):
        assert not Import.objects.exists()
    return str(error)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("e01", {"first_name": "Jörg", "last_name": "Müller", "company": "Süd Holz"}),
        ("e02", {"first_name": "Íñigo", "last_name": "Muñoz", "city": "A Coruña"}),
        ("e02", {"first_name": "Begoña", "last_name": "Ibáñez", "city": "Logroño"}),
        ("e05", {"first_name": "João", "last_name": "Gonçalves", "city": "São Luís"}),
        ("e05", {"first_name": "Conceição", "last_name": "Araújo"}),
        ("e06", {"first_name": "Łukasz", "last_name": "Wiśniewski", "city": "Łódź"}),
        ("e06", {"first_name": "Żaneta", "last_name": "Dąbrowska", "city": "Gdańsk"}),
        ("e07", {"name": "王小明", "company": "測試有限公司"}),
        ("e08", {"name": "山田 太郎", "company": "株式会社テスト"}),
        ("e09", {"company": "Café “Zum Löwen” – €5 Menü"}),
        ("e11", {"first_name": "Jörg", "last_name": "Müller"}),
        ("e12", {"first_name": "Jörg", "last_name": "Müller"}),
        ("e13", {"first_name": "Jörg", "last_name": "Müller"}),
        ("e14", {"first_name": "Anna", "description": "Angebot „Sommer“ – 500 €"}),
        ("e15", {"first_name": "Jörg", "last_name": "Müller", "company": "Süd"}),
        ("s01", {"first_name": "Ann", "last_name": "Bell", "email": "s01a@case.example"}),
        ("s01", {"first_name": "Bo", "last_name": "Fox", "email": "s01b@case.example"}),
        ("s03", {"first_name": "Ann", "last_name": "Bell", "email": "s03a@case.example"}),
        ("s04", {"first_name": "Ann", "email": "s04a@case.example", "company": "Acme, Inc."}),
        ("s17", {"description": "line 1\nline 2\n\nline 4"}),
        ("s18", {"first_name": "Ann", "company": "Acme East"}),
        ("s21", {"first_name": "Ann", "last_name": "Bell", "email": "s21a@case.example"}),
        ("q01", {"description": "line one\nline two"}),
    ],
)
def test_a_file_comes_in_with_the_right_values(firm: Firm, name: str, right: dict[str, str]) -> None:
    run = bring_in(firm, "leads", case(name))
    assert (run.created_count, run.refused_count) == (run.total, 0), name
    with tenant_context(firm.tenant):
        assert Lead.objects.filter(**right).count() == 1, list(Lead.objects.values())[:3]


@pytest.mark.parametrize(("name", "reason"), [
    ("s08", "A quotation mark opened in row 2 is never closed."),
    ("s11", "There is no row below the header."),
    ("s12", "The file is empty."),
    ("s16", "Row 1 has more than 200 columns."),
    ("s19", "A cell in row 3 is longer than 100,000 characters. Is a quotation mark in it never closed?"),
])  # fmt: skip
def test_a_file_is_refused_where_it_was_chosen(firm: Firm, name: str, reason: str) -> None:
    assert refusal(firm, case(name)) == reason


def test_a_file_without_a_row_below_its_header_is_refused(firm: Firm) -> None:
    assert refusal(firm, b"name,email\n") == "There is no row below the header."
    client = client_of(firm.ada)
    address = client.post(NEW, {"file": SimpleUploadedFile("rows.csv", b"name,email\nAnn,a@a.example\n")})["Location"]
    how = {"encoding": "utf-8-sig", "separator": ",", "sheet": "", "header": "2"}
    answer = client.post(address.replace("/columns/", "/reading/"), how, follow=True)
    assert "Nothing was changed. There is no row below the header." in unescape(answer.content.decode())
    assert answer.context["run"].total == 1


def test_the_list_of_imports_says_what_a_dry_run_would_do(firm: Firm) -> None:
    for dry_run in ({"dry_run": "1"}, {}):
        bring_in(firm, "leads", "name,email\nAnn,ann@a.example\n", **dry_run)
        row = told(client_of(firm.ada).get("/acme/imports/")).split("rows.csv")[1]
        assert ("would be 1" in row) == bool(dry_run)


def test_cells_beyond_the_header_are_columns_of_their_own(firm: Firm) -> None:
    client = client_of(firm.ada)
    address = client.post(NEW, {"file": SimpleUploadedFile("s06.csv", case("s06"))})["Location"]
    page = unescape(client.get(address).content.decode())
    assert "Column 4" in page and "Column 5" in page and "Please call back on Monday" in page
    run = bring_in(firm, "leads", case("s06"), column_3="description", column_4="job_title")
    with tenant_context(firm.tenant):
        assert Lead.objects.get(description="Please call back on Monday", job_title="VIP").name == "Ann Bell"
        assert run.created_count == 1


@pytest.mark.parametrize(
    ("content", "description"),
    [
        (b"name,email\rAna,a@a.example\r", ""),
        (b"name,email,description\nAna,a@a.example,foo\rbar\nBo,b@a.example,x\n", "foo\nbar"),
        (b"name,email\r\nAna,a@a.example\rBo,b@a.example\nCy,c@a.example\r\n", ""),
    ],
)
def test_a_lone_return_never_breaks_the_upload(firm: Firm, content: bytes, description: str) -> None:
    run = bring_in(firm, "leads", content)
    assert run.refused_count == 0
    with tenant_context(firm.tenant):
        leads = dict(Lead.objects.values_list("name", "description"))
    assert leads["Ana"] == description
    assert run.total == len(leads) == content.count(b"@")


def test_title_lines_above_the_header_are_found_and_another_row_can_be_chosen(firm: Firm) -> None:
    client = client_of(firm.ada)
    text = "Contacts of the fair, 2026\n\nAs of;3 May\nFirst name;Last name;E-mail\nAnn;Bell;ann@k.example\n"
    address = client.post(NEW, {"file": SimpleUploadedFile("fair.csv", text.encode())})["Location"]
    page = unescape(client.get(address).content.decode())
    assert "row 4 names the columns" in page and "Row 4: First name · Last name · E-mail" in page
    with tenant_context(firm.tenant):
        run = Import.objects.get()
        assert (run.headers, run.mapping, run.total) == (
            ["First name", "Last name", "E-mail"], ["first_name", "last_name", "email"], 1,
        )  # fmt: skip
    chosen = {"encoding": "utf-8-sig", "separator": ";", "header": "0"}
    assert client.post(address.replace("columns", "reading"), chosen).status_code == 303
    with tenant_context(firm.tenant):
        run.refresh_from_db()
        assert (run.headers, run.total) == (["", "", ""], 4)
        assert list(read_rows(run))[1] == ["As of", "3 May", ""]


def test_a_file_without_names_of_columns_loses_no_row(firm: Firm) -> None:
    content = b"Ann Bell,ann@k.example,Acme\nBo Fox,bo@k.example,Hill\n"
    run = bring_in(firm, "leads", content, column_0="name", column_1="email", column_2="company")
    with tenant_context(firm.tenant):
        assert set(Lead.objects.values_list("name", "company")) == {("Ann Bell", "Acme"), ("Bo Fox", "Hill")}
    assert run.total == 2


def test_the_encoding_is_shown_with_the_words_that_prove_it_and_can_be_changed(firm: Firm) -> None:
    client = client_of(firm.ada)
    address = client.post(NEW, {"file": SimpleUploadedFile("e06.csv", case("e06"))})["Location"]
    page = unescape(client.get(address).content.decode())
    assert "Central European (Windows-1250): Łukasz, Wiśniewski, Łódź" in page
    assert '<details class="card" open>' in page, "there is more than one reading: it is asked"
    assert "Western European (Windows-1252): Wiœniewski · ódŸ" in page.partition("Others")[0]
    reading = address.replace("columns", "reading")
    chosen = {"encoding": "cp1252", "separator": ";", "header": "1"}
    assert client.post(reading, chosen).status_code == 303
    page = unescape(client.get(address).content.decode())
    assert "Western European (Windows-1252)" in page and "Wiœniewski" in page
    assert client.post(reading, chosen | {"encoding": "cp1250"}).status_code == 303
    assert "Wiśniewski" in client.get(address).content.decode()
    for wrong in ({"encoding": "rot13"}, {"separator": "x"}, {"header": "99"}):
        client.post(reading, chosen | wrong)
        with tenant_context(firm.tenant):
            assert Import.objects.get().reading["format"]["encoding"] == "cp1250"


def test_characters_that_cannot_be_read_are_told_and_refuse_their_row(firm: Firm) -> None:
    content = b"name,email\nAna,a@a.example\n" + b"B\x81\x8dd,b@a.example\nC\x07y,c@a.example\n"
    client = client_of(firm.ada)
    address = client.post(NEW, {"file": SimpleUploadedFile("odd.csv", content)})["Location"]
    assert "cannot be read" in client.get(address).content.decode()
    run = bring_in(firm, "leads", content)
    with tenant_context(firm.tenant):
        names = list(Lead.objects.values_list("name", flat=True))
    assert "Ana" in names and run.created_count == len(names)
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for name in names for char in name)
    assert "C\ufffdy" in download(firm, run)


def test_one_damaged_byte_does_not_make_it_another_encoding(firm: Firm) -> None:
    rows = "".join(f"Jörg Müller {number},j{number}@a.example\n" for number in range(30))
    run = bring_in(firm, "leads", b"name,email\n" + rows.encode() + b"Bro\xffken,b@a.example\n")
    assert (run.created_count, run.refused_count) == (30, 1)
    with tenant_context(firm.tenant):
        assert Lead.objects.filter(name="Jörg Müller 7").exists()


def test_errors_of_a_spreadsheet_refuse_their_row(firm: Firm) -> None:
    run = bring_in(firm, "leads", b"name,email,city\nAna,a@a.example,#N/A\nBo,b@a.example,Bonn\n")
    assert (run.created_count, run.refused_count) == (1, 1)
    assert "#N/A" in download(firm, run)


def test_the_same_file_once_more_is_told_before_anything_is_written(firm: Firm) -> None:
    content = case("e01")
    client = client_of(firm.ada)

    def says(content: bytes, key: str = "leads") -> bool:
        file = SimpleUploadedFile("other name.csv", content)
        address = client.post(f"/acme/imports/new/{key}/", {"file": file})["Location"]
        return "imported this file on" in client.get(address).content.decode()

    assert not says(content)
    first = bring_in(firm, "leads", content)
    page = client.post(NEW, {"file": SimpleUploadedFile("again.csv", content)})
    page = unescape(client.get(page["Location"]).content.decode())
    assert "Ada Admin imported this file on" in page and f"/acme/imports/{first.pk}/" in page and "1 created" in page
    assert not says(content + b"\r\n")
    assert not says(content, "contacts")
    assert bring_in(firm, "leads", content).unchanged_count == 1, "and one may go on"
    assert bring_in(firm, "leads", content, existing="create").created_count == 1


def test_a_contact_of_one_line_keeps_no_break(firm: Firm) -> None:
    bring_in(firm, "contacts", case("s18"), column_3="")
    with tenant_context(firm.tenant):
        assert Contact.objects.get().first_name == "Ann"
