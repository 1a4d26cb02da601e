"""What each file that went right becomes, cell by cell: every row of it is stored so, or refused with these words."""

from __future__ import annotations

import datetime as dt
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.catalogue import record_type
from crm.imports.models import RefusedRow
from crm.tenants.context import tenant_context
from leads.models import Lead
from opportunities.models import Opportunity
from tests.imports.steps import bring_in
from tests.imports.test_files import case
from tests.people import Firm, client_of

BAD_MAIL = "E-mail: Enter a valid email address."


def refused(firm: Firm) -> dict[str, str]:
    """By the first cell: why."""
    with tenant_context(firm.tenant):
        return {row.cells[0]: " ".join(row.reasons) for row in RefusedRow.objects.filter(came_in=False)}


@pytest.mark.parametrize(("name", "stored", "not_taken"), [
    ("s05", [("Ann", "Bell", "Acme", "s05a@case.example", "+12025550101", "")], {"Bo": BAD_MAIL}),
    ("s07", [
        ("Ann", "Bell", "", "s07a@case.example", "", '"wants 3" pipe'),
        ("Bo", "Fox", "", "s07b@case.example", "", ""),
        ("Cy", "Hill", "", "s07c@case.example", "", ""),
    ], {}),
    ("s13", [("Ann", "Bell", "", "s13a@case.example", "", "")], {}),
    ("s14", [("Ann", "Bell", "", "s14a@case.example", "", "")], {}),
    ("s15", [("Ann", "Bell", "", "s15a@case.example", "", "")], {}),
    ("s20", [("Bo", "Fox", "", "s20b@case.example", "", "ok")], {"Ann": "Description: Longer than 20000 characters."}),
    ("s22", [], {"“Ann”": BAD_MAIL}),
    ("s23", [("Ann", "Bell", "", "s23a@case.example", "", "")],
     {"Total": "E-mail: Give an e-mail address or a phone number."}),
])  # fmt: skip
def test_a_row_is_stored_as_it_stands_or_refused(
    firm: Firm, name: str, stored: list[tuple[str, ...]], not_taken: dict[str, str]
) -> None:
    run = bring_in(firm, "leads", case(name))
    assert (run.created_count, run.refused_count) == (len(stored), len(not_taken))
    with tenant_context(firm.tenant):
        found = Lead.objects.values_list("first_name", "last_name", "company", "email", "phone", "description")
        assert sorted(found) == sorted(stored)
    assert refused(firm) == not_taken


def test_each_way_of_writing_an_amount(firm: Firm) -> None:
    """Asked, and answered with a point before the decimals, which turns nothing that is clear by itself."""
    right = {
        "N00": "1.50 USD", "N01": "1.50 EUR", "N18": "1234567.00 USD", "N28": "1.50 USD", "N31": "1234.50 USD",
        "N02": "1000.00 INR", "N03": "12500.00 INR", "N04": "10000.00 USD",
        "N05": "1500000.00 USD", "N06": "-1234.50 USD", "N07": "-500.00 USD", "N08": "1000000.00 USD",
        "N09": "120000.00 USD", "N10": "1200.00 EUR", "N11": "1200.00 EUR", "N12": "950.00 GBP", "N13": "120000 JPY",
        "N16": "1500.00 USD", "N17": "100000.00 USD", "N20": "-50.00 USD", "N27": "100.00 USD", "N30": "1234.50 CAD",
        "N32": "2000.00 CHF", "N34": "3500.00 USD",
    }  # fmt: skip
    run = bring_in(firm, "leads", case("n01"))
    with tenant_context(firm.tenant):
        found = {lead.name[:3]: " ".join(_amount(lead)) for lead in Lead.objects.all()}
    assert found == right
    assert run.refused_count == 37 - len(right)
    reasons = {name[:3]: reason for name, reason in refused(firm).items()}
    assert "has no decimals" in reasons["N14"] and "at most 3 decimals" in reasons["N15"]
    assert all("at most 2 decimals" in reasons[row] for row in ("N25", "N26", "N29"))
    assert "too large" in reasons["N19"] and "no currency" in reasons["N33"]
    assert all("is not a number" in reasons[row] for row in ("N21", "N22", "N23", "N24"))
    assert all("is not a number" in reasons[row] for row in ("N35", "N36"))


def _amount(lead: Lead) -> list[str]:
    value: Any = record_type("leads").spec("estimated_value").value(lead)
    return [str(value.major), value.currency]


def test_each_way_of_writing_a_day(firm: Firm) -> None:
    """One order for the column (month first was chosen), years written out, and nothing completed."""
    bring_in(firm, "accounts", case("a00"))
    bring_in(firm, "opportunities", case("d01"))
    third = dt.date(2026, 4, 3)
    with tenant_context(firm.tenant):
        found = dict(Opportunity.objects.values_list("name", "expected_close_on"))
    assert {name[5:7]: day for name, day in found.items()} == {
        **dict.fromkeys(("00", "04", "05", "06", "07", "24", "25", "26", "29"), third),
        "01": dt.date(2026, 3, 4), "03": dt.date(2026, 4, 13), "19": dt.date(1949, 1, 5), "20": dt.date(1999, 1, 5),
        "23": dt.date(2026, 3, 3), "27": dt.date(9999, 12, 31),
    }  # fmt: skip
    reasons = refused(firm)
    assert len(reasons) == 32 - len(found)
    assert all("is not a date" in reason for reason in reasons.values())


def test_each_way_of_writing_a_name(firm: Firm) -> None:
    run = bring_in(firm, "leads", case("m01"))
    with tenant_context(firm.tenant):
        rows = Lead.objects.values_list("email", "first_name", "last_name")
        found = {email[2:4]: (first, last) for email, first, last in rows}
    right = {
        "00": ("", "Madonna"), "01": ("", "李小龙"), "02": ("", "王小明"), "03": ("محمد", "علي"),
        "04": ("José María", "de la Cruz y Pérez"), "05": ("Ludwig", "van Beethoven"), "06": ("Ann", "Bell"),
        "07": ("Sammy", "Davis Jr."), "08": ("Jane", "Doe PhD"), "09": ("Jane", "Smith Jr."),
        "10": ("Dr. Hans", "Müller"), "11": ("", "O'Brien"), "12": ("Seán Ó", "Briain"), "13": ("Zoë 😀", "Smiley"),
        "14": ("Double", "Space"), "15": ("ann", "bell"), "16": ("ANN", "BELL"), "17": ("Nguyễn Văn", "A"),
        "18": ("Mary-Jane", "Watson-Parker"), "19": ("X Æ", "A-12"), "20": ("", "Null"), "21": ("", "None"),
        "22": ("", "=SUM(A1:A9)"), "23": ("'Quoted'", "Name"), "24": ("<b>Bold</b>", "Tag"),
        "27": ("", "José"), "30": ("ﬁligature", "Name"), "31": ("Test", "Tab"),
        "32": ("Ⅻ", "Roman"),
    }  # fmt: skip
    assert {key: found[key] for key in right} == right
    assert (run.created_count, list(refused(firm).values())) == (
        32, ["Name: Neither first nor last name may be longer than 100 characters."],
    )  # fmt: skip


def test_each_way_of_writing_an_address_and_a_number(firm: Firm) -> None:
    """Kept as written, but for a mark that says "this is text" and spaces around it; what is no one address is
    refused."""
    bring_in(firm, "leads", case("m02"))
    with tenant_context(firm.tenant):
        found = set(Lead.objects.values_list("last_name", flat=True))
        assert Lead.objects.filter(email="UPPER.Case@Mail.Example", last_name="E01").exists()
        assert Lead.objects.filter(email="user@mail.example", last_name="E10").exists()
    taken = {f"E{number:02}" for number in (0, 1, 3, 4, 6, 7, 9, 10, 15, 16, 17)}
    assert found == taken
    assert refused(firm) == {f"E{number:02}": BAD_MAIL for number in range(25) if f"E{number:02}" not in taken}
    bring_in(firm, "leads", case("m03"))
    with tenant_context(firm.tenant):
        numbers = dict(Lead.objects.filter(email__endswith="ph.example").values_list("last_name", "phone"))
    lines = [line.split(",", 2) for line in case("m03").decode("utf-8-sig").splitlines()[1:]]
    none = {last for last, _email, phone in lines if "E+" in phone or "n/a" in phone}  # 4,92E+11: digits are missing
    whole = [line for line in lines if line[0] not in none]
    assert numbers == {last: phone.strip('"').lstrip("'") for last, _email, phone in whole}
    assert len(none) == 3 and none <= refused(firm).keys()


def test_a_share_beside_per_cent_is_asked_and_read_as_it_was_said(firm: Firm) -> None:
    bring_in(firm, "accounts", case("a00"))
    bring_in(firm, "opportunities", case("o05"))
    assert refused(firm) == {
        "P One": "Probability: “0.6” is not a whole number from 0 to 100.",
        "P Two": "Probability: “60.5” is not a whole number from 0 to 100.",
    }


@pytest.mark.parametrize(("cell", "stored", "is_told"), [
    ('wants 3" pipe', 'wants 3" pipe', False),
    ('5" x 3"', '5" x 3"', False),
    ('"wants 3"" pipe"', 'wants 3" pipe', False),
    ('"wants 3" pipe"', 'wants 3" pipe', True),
    ('"3" pipe, 4" pipe"', '3" pipe, 4" pipe', True),
    ('"wants 3" pipe', '"wants 3" pipe', True),
    ('"Zum ""Löwen""" Inn', '"Zum ""Löwen""" Inn', True),
    ('"First 3" pipe\nsecond line"', 'First 3" pipe\nsecond line', True),
    ('"wants 3" , or 4', None, True),
])  # fmt: skip
def test_no_inch_mark_is_lost(firm: Firm, cell: str, stored: str | None, is_told: bool) -> None:
    content = f"name,email,description\nAnn,ann@k.example,x\nBo,bo@k.example,{cell}\nCy,cy@k.example,y\n".encode()
    client = client_of(firm.ada)
    address = client.post("/acme/imports/new/leads/", {"file": SimpleUploadedFile("i.csv", content)})["Location"]
    page = unescape(client.get(address).content.decode())
    assert ("quotation mark where none should be (row 3)" in page) == is_told
    bring_in(firm, "leads", content)
    with tenant_context(firm.tenant):
        found = dict(Lead.objects.values_list("name", "description"))
    assert (found["Ann"], found["Cy"]) == ("x", "y"), "no row is swallowed"
    assert stored is None or found["Bo"] == stored


@pytest.mark.parametrize("line", ['B,"Acme', 'B,"Acme, b', '"Acme" Ltd,b', 'a,"b" c'])
def test_a_mark_that_is_never_closed_swallows_no_row_with_marks_of_its_own(firm: Firm, line: str) -> None:
    content = f'last_name,company,email\nA,"Hill, Inc.",a@k.example\n{line},b@k.example\nC,"D, Inc.",c@k.example\n'
    run = bring_in(firm, "leads", content)
    with tenant_context(firm.tenant):
        companies = dict(Lead.objects.values_list("last_name", "company"))
    assert (companies["A"], companies["C"], run.total) == ("Hill, Inc.", "D, Inc.", 3)


def test_a_cell_that_holds_lines_like_rows_is_told(firm: Firm) -> None:
    """A mark is missing, or the note really has them: nobody but a person knows."""
    rows = 'A,a@k.example,"one\nB,b@k.example,two\nC,c@k.example,three"\n'
    for text, is_told in ((rows, True), (rows.replace("B,b@k.example,", "").replace("C,c@k.example,", ""), False)):
        file = SimpleUploadedFile("i.csv", f"name,email,description\n{text}".encode())
        client = client_of(firm.ada)
        page = client.get(client.post("/acme/imports/new/leads/", {"file": file})["Location"]).content.decode()
        assert ("1 row has a cell with lines that look like rows (row 2)" in page) == is_told


@pytest.mark.parametrize(("row", "company", "description"), [
    ('"Bo" ,b@k.example,"Acme" ,x', "Acme", "x"),
    ('"Bo" ,b@k.example,"Acme, ""A""" ,"one\ntwo, three" ', 'Acme, "A"', "one\ntwo, three"),
])  # fmt: skip
def test_a_blank_behind_a_closing_mark_is_nothing_odd(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, row: str, company: str, description: str
) -> None:
    """In however many rows: no try is spent on them."""
    monkeypatch.setattr("crm.imports.reading.quotes.MOST_TRIES", 0)
    content = f"last_name,email,company,description\nAnn,a@k.example,y,z\n{row}\nCy,c@k.example,y,z\n".encode()
    client = client_of(firm.ada)
    address = client.post("/acme/imports/new/leads/", {"file": SimpleUploadedFile("i.csv", content)})["Location"]
    assert "quotation mark" not in client.get(address).content.decode()
    assert bring_in(firm, "leads", content).created_count == 3
    with tenant_context(firm.tenant):
        one = Lead.objects.get(last_name="Bo")
    assert (one.company, one.description) == (company, description)


def test_rows_of_one_line_leave_tries_for_those_of_several(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.imports.reading.quotes.MOST_TRIES", 5)
    odd = "".join(f'P{number},p{number}@k.example,"Acme" Ltd\n' for number in range(9))
    bring_in(firm, "leads", f'last_name,email,description\n{odd}Bo,b@k.example,"First 3" pipe\nsecond line"\n')
    with tenant_context(firm.tenant):
        assert Lead.objects.get(last_name="Bo").description == 'First 3" pipe\nsecond line'
