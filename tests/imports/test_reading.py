"""Files as people have them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from crm.imports.guessing import guess_mapping
from crm.imports.reading import find_shape, read_rows
from crm.records.registry import record_type
from tests.people import Firm


@pytest.mark.parametrize(
    ("content", "encoding", "separator"),
    [
        ("name,city\nMüller,Köln\n".encode(), "utf-8", ","),
        ("\ufeffname;city\nMüller;Köln\n".encode(), "utf-8-sig", ";"),
        ("name\tcity\nMüller\tKöln\n".encode("utf-16"), "utf-16", "\t"),
        ("name|city\nMüller|Köln\n".encode(), "utf-8", "|"),
    ],
)
def test_encoding_and_separator_are_found(content: bytes, encoding: str, separator: str) -> None:
    shape = find_shape(content)
    assert (shape.encoding, shape.separator, shape.headers, shape.rows) == (encoding, separator, ["name", "city"], 1)
    assert list(read_rows(content, encoding, separator, 2)) == [["Müller", "Köln"]]


def test_an_old_western_encoding_is_read() -> None:
    content = ("name,city\n" + "Jürgen Groß,Köln\n" * 20).encode("cp1252")
    shape = find_shape(content)
    assert next(read_rows(content, shape.encoding, shape.separator, 2)) == ["Jürgen Groß", "Köln"]


def test_ragged_lines_quotes_and_empty_lines() -> None:
    content = b'name,note\n\n"Acme, Inc.","two\nlines"\nShort\nLong,1,2,3\n'
    assert find_shape(content).rows == 3
    rows = list(read_rows(content, "utf-8", ",", 2))
    assert rows == [["Acme, Inc.", "two\nlines"], ["Short", ""], ["Long", "1"]]
    assert list(read_rows(content, "utf-8", ",", 2, start=2)) == [["Long", "1"]]


@pytest.mark.parametrize("content", [b"", b"  \n ", b"PK\x03\x04\x00\x00binary"])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError):
        find_shape(content)


def test_columns_are_guessed_by_name_label_and_synonym(inside: Firm) -> None:
    headers = ["opportunity_id", "Sales Agent", "account", "deal_stage", "Close_Date", "close value", "weather"]
    guessed = guess_mapping(record_type("opportunities"), headers)
    assert guessed == ["external_id", "owner", "account", "stage", "closed_on", "amount", ""]


def test_no_field_is_guessed_twice(inside: Firm) -> None:
    assert guess_mapping(record_type("accounts"), ["name", "account", "Name"]) == ["name", "", ""]


def test_the_surest_name_of_a_field_is_taken(inside: Firm) -> None:
    assert guess_mapping(record_type("leads"), ["id", "external_id", "reason", "Unqualified because"]) == [
        "", "external_id", "", "unqualified_reason",
    ]  # fmt: skip
    assert guess_mapping(record_type("leads"), ["id", "reason"]) == ["external_id", "unqualified_reason"]


def test_the_columns_of_refusals_are_never_guessed(inside: Firm) -> None:
    assert guess_mapping(record_type("leads"), ["Refused row", "refused because", "e-mail"]) == ["", "", "email"]
