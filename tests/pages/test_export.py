"""A list as a file."""

from __future__ import annotations

import csv
import io

import pytest

from crm.pages import export
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of


@pytest.fixture
def accounts(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 2)  # records at a time
    with tenant_context(firm.tenant):
        for name, employees, city in (("Birch", 30, "Ulm"), ("Ash", None, "Bonn"), ("Cedar", 10, "Ulm")):
            make.account(firm.ana, name=name, employees=employees, city=city)


def exported(firm: Firm, query: str) -> list[str]:
    answer = client_of(firm.ada).get(f"/acme/accounts/export/{query}")
    assert answer.status_code == 200
    return [row["name"] for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?filters=none&sort=name", ["Ash", "Birch", "Cedar"]),
        ("?filters=none&sort=-name", ["Cedar", "Birch", "Ash"]),
        ("?filters=none&sort=employees", ["Cedar", "Birch", "Ash"]),
        ("?filters=none&sort=-employees", ["Birch", "Cedar", "Ash"]),
        ("?city=Ulm&sort=-name", ["Cedar", "Birch"]),
    ],
)
def test_the_file_has_the_rows_of_the_list_in_its_order(
    firm: Firm, accounts: None, query: str, names: list[str]
) -> None:
    listed = [row.record.name for row in client_of(firm.ada).get(f"/acme/accounts/{query}").context["rows"]]
    assert exported(firm, query) == listed == names


def test_more_rows_than_a_file_holds_are_refused(firm: Firm, accounts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 3)
    assert len(exported(firm, "?filters=none")) == 3
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    answer = client_of(firm.ada).get("/acme/accounts/export/?filters=none")
    assert answer.status_code == 303
    assert answer["Location"] == "/acme/accounts/?filters=none"
