"""Wherever a currency is chosen, those in use in the workspace come first; the dead only where a record has one."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.fields.currencies import currencies_in_use
from crm.fields.money import Money
from crm.fields.reading import Style, read_amount
from crm.fields.reading.amounts import currency_words, meanings
from crm.tenants.context import tenant_context
from tests import make
from tests.fields.own import add_field, fresh
from tests.own_words import tight
from tests.people import Firm, client_of


def groups(page: str, name: str = "") -> list[list[str]]:
    """The codes of the page's first select of currencies by group."""
    called = name or '[^"]*currency'
    (select, *_others) = re.findall(rf'<select name="{called}".*?</select>', page, flags=re.DOTALL)
    return [re.findall(r'value="([A-Z]{3})"', part) for part in select.split("<optgroup")[1:]]


@pytest.fixture
def trading(firm: Firm) -> Firm:
    """A workspace of dollars whose records are in zloty, krone, yen, rand, and in marks of old."""
    budget = add_field(client_of(firm.ada), firm, "money", label="Budget")
    with tenant_context(fresh(firm)):
        for code in ("PLN", "PLN", "DEM"):
            make.opportunity(firm.ana, amount=Money(100, code))
        make.lead(firm.sam, estimated_value=Money(100, "NOK"))
        make.account(firm.sam, annual_revenue=Money(100, "JPY"), **{budget: Money(100, "ZAR")})
    return firm


@pytest.mark.parametrize(
    ("path", "name"),
    [("leads/new/", ""), ("accounts/new/", ""), ("opportunities/new/", ""), ("setup/workspace/", "currency")],
)
def test_those_in_use_stand_first_by_name(trading: Firm, path: str, name: str) -> None:
    page = tight(client_of(trading.ada).get(f"/acme/{path}").content.decode())
    here, others = groups(page, name)
    assert here == ["USD", "DEM", "JPY", "NOK", "PLN", "ZAR"]
    assert {"EUR", "GBP", "KWD"} <= set(others)
    assert not {"ADP", "DDM", "XAU", "XTS", "XXX", *here} & set(others), "only living ones, none of them twice"
    assert ">PLN – Polish Zloty<" in page


def test_they_are_found_in_one_statement_for_a_request(trading: Firm) -> None:
    with tenant_context(trading.tenant), CaptureQueriesContext(connection) as asked:
        assert currencies_in_use() == currencies_in_use()
    assert sum("used" in one["sql"] for one in asked.captured_queries) == 1


def test_of_another_workspace_none_is_seen(trading: Firm) -> None:
    from tests.people import make_firm

    other = make_firm("initech", "Initech")
    with tenant_context(other.tenant):
        assert currencies_in_use() == ["USD"]


def test_the_dead_are_kept_where_a_record_has_one(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana, amount=Money(100, "DEM"))
    ana = client_of(firm.ana)
    page = tight(ana.get(f"/acme/opportunities/{deal.pk}/edit/").content.decode())
    assert '<option value="DEM" selected>DEM – German Mark<' in page
    ana.post(f"/acme/opportunities/{deal.pk}/deletion/")
    assert "DEM" not in ana.get("/acme/opportunities/new/").content.decode()


@pytest.mark.parametrize(
    ("text", "codes"), [("1.000 TL", ["TRY"]), ("500 Lira", ["TRY", "LBP", "SYP"]), ("20 rand", ["ZAR"]), ("5 DIN", [])]
)
def test_everyday_words_of_currencies_are_known(text: str, codes: list[str]) -> None:
    [word] = currency_words(text)
    assert [*meanings(word)] == codes


def test_a_refused_amount_is_named_as_it_was_written(inside: Firm) -> None:
    with pytest.raises(ValidationError, match=r"12\.345,678: an amount in EUR has at most 2 decimals"):
        read_amount("12.345,678", Style(",", "."), "EUR")
