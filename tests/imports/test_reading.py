"""Files as people have them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from crm.catalogue import record_type
from crm.imports.guessing import guess_mapping
from crm.imports.models import Import
from crm.imports.storing import FileReading, read_rows
from crm.imports.uploading import upload_import
from tests.people import Firm

CASES = Path(__file__).parent / "cases"


def taken(firm: Firm, content: bytes, name: str = "rows.csv", key: str = "leads") -> Import:
    return upload_import(actor=firm.ada, record_type=record_type(key), file_name=name, content=content)


def rows_of(firm: Firm, content: bytes, name: str = "rows.csv") -> list[list[str]]:
    """The header and what is below it."""
    run = taken(firm, content, name)
    return [run.headers, *read_rows(run)]


@pytest.mark.parametrize(
    ("content", "encoding", "separator"),
    [
        ("name,city\nMüller,Köln\n".encode(), "utf-8-sig", ","),
        ("\ufeffname;city\nMüller;Köln\n".encode(), "utf-8-sig", ";"),
        ("name\tcity\nMüller\tKöln\n".encode("utf-16"), "utf-16", "\t"),
        ("name|city\nMüller|Köln\n".encode(), "utf-8-sig", "|"),
        ("name,city\nMüller,Köln\n".encode("cp1252"), "cp1252", ","),
    ],
)
def test_encoding_and_separator_are_found(inside: Firm, content: bytes, encoding: str, separator: str) -> None:
    run = taken(inside, content)
    how = FileReading.of(run).format
    assert (how.encoding, how.separator, run.headers, run.total) == (encoding, separator, ["name", "city"], 1)
    assert list(read_rows(run)) == [["Müller", "Köln"]]


def test_ragged_lines_quotes_and_empty_lines(inside: Firm) -> None:
    run = taken(inside, b'name,note\n\n"Acme, Inc.","two\nlines"\nShort\nLong,1,2,3\n')
    assert (run.total, run.headers) == (3, ["name", "note", "", ""])
    rows = list(read_rows(run))
    assert rows == [["Acme, Inc.", "two\nlines", "", ""], ["Short", "", "", ""], ["Long", "1", "2", "3"]]
    assert list(read_rows(run, start=2)) == [["Long", "1", "2", "3"]]


@pytest.mark.parametrize("content", [b"", b"  \n ", b"PK\x03\x04\x00\x00binary"])
def test_what_is_no_table_is_refused(inside: Firm, content: bytes) -> None:
    with pytest.raises(ValidationError):
        taken(inside, content)
    assert not Import.objects.exists()


def test_columns_are_guessed_by_name_label_and_synonym(inside: Firm) -> None:
    headers = ["opportunity_id", "Sales Agent", "account", "deal_stage", "Close_Date", "close value", "weather"]
    guessed = guess_mapping(record_type("opportunities"), headers)
    assert guessed == ["external_id", "owner", "account", "stage", "close_day", "amount", ""]


def test_no_field_is_guessed_twice(inside: Firm) -> None:
    assert guess_mapping(record_type("accounts"), ["name", "account", "Name"]) == ["name", "", ""]


def test_the_surest_name_of_a_field_is_taken(inside: Firm) -> None:
    assert guess_mapping(record_type("leads"), ["id", "external_id", "reason", "Unqualified because"]) == [
        "", "external_id", "", "unqualified_reason",
    ]  # fmt: skip
    assert guess_mapping(record_type("leads"), ["id", "reason"]) == ["external_id", "unqualified_reason"]


def test_the_columns_of_refusals_are_never_guessed(inside: Firm) -> None:
    assert guess_mapping(record_type("leads"), ["Refused row", "refused because", "e-mail"]) == ["", "", "email"]
