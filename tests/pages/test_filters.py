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
