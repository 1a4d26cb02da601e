"""What a list's filters find, over HTTP."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of


def found(firm: Firm, key: str, *pairs: tuple[str, str]) -> list[str]:
    answer = client_of(firm.ana).get(f"/acme/{key}/?{urlencode([*pairs, ('sort', 'name')])}")
    assert answer.status_code == 200
    return [row.record.name for row in answer.context["rows"]]


@pytest.fixture
def leads(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for name, company in (("A", "Birch Holding, Inc."), ("B", "The Ash Group"), ("C", "Cédar GmbH"), ("D", "")):
            make.lead(firm.ana, first_name="", last_name=name, company=company)


@pytest.mark.parametrize(
    ("parameter", "value", "names"),
    [
        ("company", "Birch Holding, Inc.", ["A"]),
        ("company", "birch", ["A"]),
        ("company", "The Ash Group", ["B"]),
        ("company__starts", "Birch Ho", ["A"]),
        ("company__starts", "Birch Holding, Inc", ["A"]),
        ("company__starts", "The As", ["B"]),
        ("company__starts", "cedar g", ["C"]),
        ("company__starts", "x", []),
        ("company__not", "Cedar GmbH", ["A", "B", "D"]),
        ("company__empty", "yes", ["D"]),
    ],
)
def test_companies_are_found_with_and_without_their_legal_form(
    firm: Firm, leads: None, parameter: str, value: str, names: list[str]
) -> None:
    assert found(firm, "leads", (parameter, value)) == names


@pytest.mark.parametrize(("parameter", "value"), [("company__starts", "&"), ("phone", "no number")])
def test_a_text_of_which_nothing_is_left_is_not_looked_for(firm: Firm, leads: None, parameter: str, value: str) -> None:
    assert found(firm, "leads", ("phone", "x")) == found(firm, "leads", (parameter, value)) == []
    answer = client_of(firm.ana).get(f"/acme/leads/?{urlencode({parameter: value})}")
    assert "cannot be looked for" in answer.content.decode()


@pytest.fixture
def accounts(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for name, employees in (("Smith, Jones", 1_000), ("Smith", 1), ("Jones", 10)):
            account = make.account(firm.ana, name=name, employees=employees)
            make.opportunity(firm.ana, name=f"Of {name}", account=account)


def test_a_comma_in_a_text_parts_nothing(firm: Firm, accounts: None) -> None:
    assert found(firm, "accounts", ("name", "Smith, Jones")) == ["Smith, Jones"]
    assert found(firm, "accounts", ("name", "Smith"), ("name", "Jones")) == ["Jones", "Smith"]
    assert found(firm, "accounts", ("name__starts", "Smith, J")) == ["Smith, Jones"]
    assert found(firm, "opportunities", ("account", "Smith, Jones")) == ["Of Smith, Jones"]


def test_a_comma_in_a_number_parts_nothing(firm: Firm, accounts: None) -> None:
    assert found(firm, "accounts", ("employees__from", "1,000")) == ["Smith, Jones"]
    assert found(firm, "opportunities", ("amount__from", "1,000")) == ["Of Jones", "Of Smith", "Of Smith, Jones"]
    assert found(firm, "opportunities", ("amount__from", "1,001")) == []


def test_choices_may_be_joined_by_commas(firm: Firm, leads: None) -> None:
    assert found(firm, "leads", ("status", "meaning:converted,meaning:new")) == ["A", "B", "C", "D"]
    assert found(firm, "leads", ("status", "meaning:converted"), ("status", "meaning:new")) == ["A", "B", "C", "D"]
    assert found(firm, "leads", ("status", "meaning:converted")) == []


def test_a_comma_survives_the_form_the_links_and_a_saved_view(firm: Firm, accounts: None) -> None:
    client = client_of(firm.ana)
    form = {"filters": "none", "_field": "name", "_operator": "is", "_value": "Smith, Jones"}
    answer = client.get("/acme/accounts/", form)
    assert answer.status_code == 303
    page = client.get(answer["Location"])
    assert [row.record.name for row in page.context["rows"]] == ["Smith, Jones"]
    assert [row.record.name for row in client.get(f"/acme/accounts/{page.context['query']}").context["rows"]] == [
        "Smith, Jones"
    ]
    saved = client.post(f"/acme/views/accounts/new/{page.context['query']}", {"name": "Both", "audience": "own"})
    kept = client.get(saved["Location"])
    assert kept.context["state"].view.name == "Both"
    assert [row.record.name for row in kept.context["rows"]] == ["Smith, Jones"]


def test_each_value_of_a_text_has_a_field_of_its_own(firm: Firm, accounts: None) -> None:
    page = client_of(firm.ana).get("/acme/accounts/?name=Smith&name=Jones&edit=name")
    assert page.context["editing"]["texts"] == ["Smith", "Jones"]
    assert "Name is <b>Smith or Jones</b>" in page.content.decode()
    assert client_of(firm.ana).get("/acme/opportunities/?account=nobody&edit=account").status_code == 200
