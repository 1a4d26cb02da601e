"""Columns as other systems name them get their fields."""

from __future__ import annotations

import pytest

from crm.catalogue import record_type
from crm.imports.guessing import guess_mapping
from tests.imports.headers_of_others import FILES
from tests.people import Firm

CRMS = ("salesforce", "hubspot", "zoho", "pipedrive", "dynamics")


def test_every_system_is_there_in_its_languages() -> None:
    """With all types of record that it exports; of Outlook and Google those are people."""
    shown = {(system.partition("-")[0], language, key) for system, language, key in map(str.split, FILES)}
    crms = {(system, key) for system in CRMS for key in ("leads", "contacts", "accounts", "opportunities")}
    wanted = {(system, language, key) for system, key in crms for language in ("en", "de", "fr", "es")}
    wanted |= {("salesforce", "api", key) for system, key in crms if system == "salesforce"}
    wanted |= {("outlook", language, "contacts") for language in ("en", "de", "fr", "es")}
    assert not (wanted | {("google", "en", "contacts")}) - shown


def test_columns_of_other_systems_are_known(inside: Firm) -> None:
    wrong = {}
    for name, text in FILES.items():
        pairs = [pair.rpartition(">")[::2] for pair in text.split("|")]
        headers = [" ".join(header.split()) for header, _field in pairs]
        guessed = guess_mapping(record_type(name.split()[-1]), headers)
        right = [field.strip() for _header, field in pairs]
        wrong |= {
            (name, header): field for header, field, one in zip(headers, guessed, right, strict=True) if field != one
        }
    assert not wrong


@pytest.mark.parametrize(
    ("headers", "right"),
    [
        (["Homeowner", "Co-owner"], ["", "owner"]),
        (["Organization - Name", "Deal - Title"], ["account", "name"]),
        (["Title"], ["name"]),
    ],
)
def test_a_name_that_begins_with_that_of_a_record_is_of_that_record(
    inside: Firm, headers: list[str], right: list[str]
) -> None:
    assert guess_mapping(record_type("opportunities"), headers) == right


@pytest.mark.parametrize(
    ("key", "headers", "right"),
    [
        ("contacts", ["Tél. fixe", "Tél. portable"], ["phone", "mobile"]),
        ("leads", ["Tél. portable"], ["phone"]),
        ("accounts", ["Tél. fixe"], ["phone"]),
    ],
)
def test_columns_as_people_shorten_them(inside: Firm, key: str, headers: list[str], right: list[str]) -> None:
    assert guess_mapping(record_type(key), headers) == right
