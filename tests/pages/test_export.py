"""A list as a file."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest

from accounts.models import Account
from accounts.services import update_account
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


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_contract_until_the_end_of_days_is_a_row_like_any_other(
    firm: Firm, accounts: None, sign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.pages.listing.PAGE_SIZE", 2)
    with tenant_context(firm.tenant):
        for name, day in (("Dale", date.max), ("Elm", date.max), ("Fir", date.max), ("Gum", date.min)):
            make.account(firm.ana, name=name, contract_ends_on=day)
    query = f"?filters=none&columns=name,contract_ends_on&sort={sign}contract_ends_on"
    client, names, after = client_of(firm.ada), [], ""
    for _page in range(4):
        context = client.get(f"/acme/accounts/{query}&after={after}").context
        names += [row.record.name for row in context["rows"]]
        after = context["page"].next
    assert not after
    assert len(names) == len(set(names)) == 7
    assert exported(firm, query) == names


def test_a_row_that_moves_while_the_file_is_written_is_in_it(
    firm: Firm, accounts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells, seen = export._cells, []

    def save_another(specs: Any, record: Any) -> Any:
        seen.append(record.name)
        if len(seen) == 1:
            birch = Account.objects.get(name="Birch")
            update_account(birch, actor=firm.ana, values={"city": "Kiel"})  # the first of the order by now
        return cells(specs, record)

    monkeypatch.setattr(export, "_cells", save_another)
    assert exported(firm, "?filters=none&sort=-updated_at") == ["Cedar", "Ash", "Birch"]


def test_more_rows_than_a_file_holds_are_refused(firm: Firm, accounts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 3)
    assert len(exported(firm, "?filters=none")) == 3
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    answer = client_of(firm.ada).get("/acme/accounts/export/?filters=none")
    assert answer.status_code == 303
    assert answer["Location"] == "/acme/accounts/?filters=none"
