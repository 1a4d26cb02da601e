"""Cells that nobody expects refuse their own row at most."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Account
from crm.catalogue import record_type as type_of_key
from crm.fields.kinds import Text
from crm.fields.reading import Style, read_day
from crm.imports.models import ImportRow, RefusedRow
from crm.imports.reading.cells import is_unreadable
from crm.tenants.context import tenant_context
from crm.users.signing_up import create_person
from leads.models import Lead
from tests import make
from tests.forms import form_of
from tests.imports.steps import bring_in, download
from tests.imports.test_mending import rows_of, written
from tests.naughty import NASTY, all_strings
from tests.people import PASSWORD, Firm, client_of

FILLER = "".join(f"Firm {number},{'x' * 90}\n" for number in range(700))


@pytest.mark.parametrize("row", ["Nu\x00ll,", "Null,Ber\x00lin", "Null,Berlin,Bo\x00gus", "Null,Berlin,,Kes\x00trel"])
def test_a_null_character_far_down_refuses_its_row_only(firm: Firm, row: str) -> None:
    text = f"name,city,industry,parent\n{FILLER}{row}\nLast,Bonn\n"
    run = bring_in(firm, "accounts", text)
    assert (run.refused_count, run.created_count) == (1, run.total - 1)
    with tenant_context(firm.tenant):
        assert Account.objects.filter(name="Last").exists()
        refused = RefusedRow.objects.get()
    assert "holds a character that cannot be read" in refused.reasons[0]
    assert "\ufffd" in "".join(refused.cells)
    assert "\ufffd" in download(firm, run)


@pytest.mark.parametrize("odd", ["\x1c", "\x1d", "\x1e", "\x1f"])
def test_what_nobody_sees_at_the_ends_of_a_cell_is_not_taken_away_unseen(firm: Firm, odd: str) -> None:
    """As anywhere else in it: the row is refused. Blanks are taken away."""
    run = bring_in(
        firm, "accounts", f"name,city\n{FILLER}Kestrel,{odd}Ulm{odd}\n{odd}Merlin,Bonn\n Falcon\u00a0, Kiel \n"
    )
    with tenant_context(firm.tenant):
        assert [*Account.objects.exclude(name__startswith="Firm").values_list("name", "city")] == [("Falcon", "Kiel")]
        assert [row.cells for row in RefusedRow.objects.filter(run=run).order_by("number")] == [
            ["Kestrel", "\ufffdUlm\ufffd"],
            ["\ufffdMerlin", "Bonn"],
        ]


def test_a_null_character_in_a_column_that_is_left_out_does_no_harm(firm: Firm) -> None:
    run = bring_in(firm, "accounts", f"name,colour\n{FILLER}Last,r\x00d\n")
    assert (run.refused_count, run.created_count) == (0, run.total)


@pytest.mark.parametrize(
    ("names", "row", "columns"),
    [
        ("Phone 1 - Label,Phone 1 - Value", "Fax,{odd}", {}),
        ("account,place", "Kestrel,{odd}", {"column_3": "account.city"}),
    ],
    ids=["labelled", "brought"],
)
def test_what_a_remark_says_of_a_cell_can_be_kept(firm: Firm, names: str, row: str, columns: dict[str, str]) -> None:
    """It is told, as far as it can be, and not all of it where it is long."""
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Kestrel")
    for kind in ({"dry_run": "1"}, {}):
        odd = row.format(odd=f"0\x001{'9' * 5_000}")
        text = f"first name,last name,{names}\nAl,A,{odd}\n".encode("utf-16")
        run = bring_in(firm, "contacts", text, **columns, **kind)
        assert (run.created_count, run.refused_count) == (1, 0)
        with tenant_context(firm.tenant):
            said = " ".join(RefusedRow.objects.get(run=run, came_in=True).reasons)
            kept = [remark for one in ImportRow.objects.filter(run=run) for remark in one.remarks]
        assert "\ufffd" in said and len(said) < 300
        assert not kind or " ".join(kept) == said


def test_null_characters_among_the_column_names_are_refused(firm: Firm) -> None:
    client = client_of(firm.ada)
    for names, status in (("na\x00me,city", 422), ("name,city", 303)):
        file = SimpleUploadedFile("rows.csv", f"{names}\nKestrel,Bonn\n".encode("utf-16"))
        assert client.post("/acme/imports/new/accounts/", {"file": file}).status_code == status


@pytest.mark.parametrize("field", ["industry", "employees", "annual_revenue", "owner", "parent", "external_id"])
def test_what_is_too_much_for_a_field_refuses_its_row_only(firm: Firm, field: str) -> None:
    cells = ["x" * 5_000, "9" * 400, "1e999", "-1e400", "NaN", "0x10", "32/13/9999", "99999999999999999999"]
    rows = "".join(f"Odd {number},{cell}\nEven {number},\n" for number, cell in enumerate(cells))
    run = bring_in(firm, "accounts", f"name,{field}\n{rows}")
    assert run.created_count + run.refused_count == 2 * len(cells)
    with tenant_context(firm.tenant):
        names = set(Account.objects.values_list("name", flat=True))
        refused = {row.cells[0] for row in RefusedRow.objects.all()}
    assert {f"Even {number}" for number in range(len(cells))} <= names
    assert refused == {f"Odd {number}" for number in range(len(cells))} - names
    client = client_of(firm.ada)
    assert client.get(f"/acme/imports/{run.pk}/").status_code == 200


def test_every_text_comes_in_as_it_stands_in_the_file(firm: Firm) -> None:
    rows = [
        {"external_id": f"s{number}", "last_name": "Brandt", "email": "h@k.example", "description": text}
        for number, text in enumerate([*all_strings(), "be\x07ll", "C1 \x93quoted\x94"])
    ]
    run = bring_in(firm, "leads", written(rows))
    readable = [row for row in rows if not is_unreadable(row["description"].strip())]
    assert (run.created_count, run.refused_count) == (len(readable), len(rows) - len(readable))
    with tenant_context(firm.tenant):
        found = dict(Lead.objects.values_list("external_id", "description"))
    assert found == {row["external_id"]: row["description"].strip() for row in readable}


def test_every_text_of_a_refused_row_comes_back_as_it_stood(firm: Firm) -> None:
    texts = [text for text in all_strings() if not is_unreadable(text.strip())]
    rows = [{"last_name": "Brandt", "email": "nowhere", "description": text} for text in texts]
    first = bring_in(firm, "leads", written(rows))
    assert first.refused_count == len(rows)
    page = client_of(firm.ada).get(f"/acme/imports/{first.pk}/").content.decode()
    assert "<script>alert" not in page
    mended = [row | {"email": "h@k.example"} for row in rows_of(download(firm, first))]
    second = bring_in(firm, "leads", written(mended), existing="create")
    assert second.created_count == len(rows)
    with tenant_context(firm.tenant):
        kept = sorted(Lead.objects.values_list("description", flat=True))
    assert kept == sorted(text.strip() for text in texts)


@pytest.mark.parametrize("options", [{}, {"dry_run": "1"}])
def test_a_row_that_only_the_database_refuses_keeps_no_other_back(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, options: dict[str, str]
) -> None:
    monkeypatch.setattr(Text, "parse", lambda self, spec, text, context: text)  # a check that lags behind its column
    run = bring_in(firm, "accounts", f"name,city\nFirst,\nOdd,{'x' * 300}\nLast,\n", **options)
    assert (run.created_count, run.refused_count) == (2, 1)
    assert "The database does not take this row" in download(firm, run)
    with tenant_context(firm.tenant):
        assert set(Account.objects.values_list("name", flat=True)) == (set() if options else {"First", "Last"})


# Blank though their categories say letter, mark or symbol, and format signs that reading a host drops.
UNSEEN = "\u200b\u200d\u00ad\u2060\ufeff\u3164\u115f\u034f\u2800\ufe0f\u00a0"


def test_an_address_with_a_character_that_nobody_sees_is_refused(firm: Firm) -> None:
    """In a file and in each form; it would reach nobody, and be another one for what looks for doubles."""
    odd = [f"owl@mün{one}chen.example" for one in UNSEEN]
    codes = [f"cannot be seen (U+{ord(one):04X})" for one in UNSEEN]
    run = bring_in(firm, "leads", "name,email\n" + "".join(f"Owl,{one}\n" for one in odd) + "Elk,owl@münchen.example\n")
    assert (run.created_count, run.refused_count) == (1, len(odd))
    refused = download(firm, run)
    assert [code for code in codes if code not in refused] == []
    ada, nobody = client_of(firm.ada), Client()
    lead, site = form_of(ada, "/acme/leads/new/"), form_of(ada, "/acme/accounts/new/")
    for one, code in zip(odd, codes, strict=True):
        for answer in (
            lead.send(last_name="Fox", email=one),
            site.send(name="Fox Ltd", website=one.replace("owl@", "https://")),
            ada.post("/acme/setup/people/new/", {"name": "Ann", "email": one}),
            nobody.post("/workspaces/new/", {"email": one}),
        ):
            assert answer.status_code in (200, 422) and code in answer.content.decode(), (code, answer.status_code)
        with pytest.raises(ValidationError, match="cannot be seen"):
            create_person(email=one, name="Ann", password=PASSWORD)
    assert lead.send(last_name="Fox", email="fox@münchen.example").status_code == 303


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2570-01-31", "write 2027-01-31"),
        ("๓๑/๐๑/๒๕๗๐", "write 2027-01-31"),
        ("1448-07-01", "is in the year 1448"),
        ("1405/04/10", "is in the year 1405"),
        ("2570-01-31 10:00", "write 2027-01-31"),
    ],
)
def test_a_day_of_another_calendar_is_refused_with_a_word(day: str, told: str) -> None:
    """The file and the form read days by the same words; founding days and “never” are days."""
    with pytest.raises(ValidationError, match=told):
        read_day(day, Style(days="day"))
    assert [read_day(one, Style()).year for one in ("1668-05-01", "1899-12-31", "2199-01-01", "9999-12-31")]


def test_the_mark_of_a_text_is_none_of_a_phone_number(firm: Firm) -> None:
    bring_in(firm, "leads", "last name,phone,city\nBell,'0049 89 123,'s-Hertogenbosch\n")
    with tenant_context(firm.tenant):
        lead = Lead.objects.get()
    assert (lead.phone, lead.city) == ("0049 89 123", "'s-Hertogenbosch")


@pytest.mark.parametrize("key", ["leads", "opportunities"])
def test_odd_texts_in_every_column_stop_neither_page_nor_import(firm: Firm, key: str) -> None:
    """In columns of numbers, amounts, days and words too; what is no value of its field refuses its row at most."""
    kind = type_of_key(key)
    with tenant_context(firm.tenant):
        headers = [str(spec.label) for spec in kind.specs_now() if spec.importable]
    out = io.StringIO()
    csv.writer(out).writerows([headers, *([text] * len(headers) for text in NASTY)])
    run = bring_in(firm, key, out.getvalue(), unknown="refuse")
    assert run.state == "done" and run.created_count + run.refused_count == len(NASTY)
