"""What is typed into forms, in place and into filters is read in the person's writing, or asked about."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from crm.fields.money import Money
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.fields.own import add_field, fresh, new_account
from tests.forms import form_of
from tests.people import Firm, client_of


def at_home_in(firm: Firm, language: str, currency: str) -> None:
    with tenant_context(firm.tenant):
        firm.tenant.language, firm.tenant.currency = language, currency
        firm.tenant.save(update_fields=["language", "currency"])


def new_lead(firm: Firm, amount: str, currency: str) -> Any:
    values = {"last_name": "Bell", "email": "a@b.example", "estimated_value": amount}
    return client_of(firm.ana).post("/acme/leads/new/", values | {"estimated_value_currency": currency})


def value_of(firm: Firm) -> Money | None:
    with tenant_context(firm.tenant):
        lead = Lead.objects.get()
        return None if lead.estimated_value_minor is None else Money(lead.estimated_value_minor, lead.currency)


@pytest.mark.parametrize(
    ("language", "text", "minor"),
    [
        ("en-de", "1.500", 150000),
        ("en-de", "12.000 €", 1200000),
        ("en-de", "1.500,00", 150000),
        ("en-de", "1500.50", 150050),
        ("en", "(1,234.50)", -123450),
        ("en", "−500", -50000),
        ("en-ch", "1’234.50", 123450),
        ("en-in", "12,34,567", 123456700),
        ("en", "10k", 1000000),
    ],
)
def test_an_amount_is_read_as_the_workspace_writes(firm: Firm, language: str, text: str, minor: int) -> None:
    at_home_in(firm, language, "EUR")
    assert new_lead(firm, text, "EUR").status_code == 303
    assert value_of(firm) == Money(minor, "EUR")


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "1.500", "Write 1,500 or 1.5."),
        ("en-de", "1,500", "Write 1.500 or 1,5."),
        ("en", "€1,200", "“€1,200” is in EUR, but USD is chosen"),
        ("en", "Rs. 1000", "this sign can mean INR, PKR"),
        ("en", "approx. 5000", "is no currency"),
        ("en", "0.005", "has at most 2 decimals"),
        ("en", "5 000 - 7 000", "is not a number"),
    ],
)
def test_an_amount_of_two_readings_or_none_is_asked_about_where_it_was_typed(
    firm: Firm, language: str, text: str, words: str
) -> None:
    at_home_in(firm, language, "USD")
    refused = new_lead(firm, text, "USD")
    assert refused.status_code == 422
    assert words in refused.content.decode()
    assert f'value="{text}"' in refused.content.decode()  # what was typed is still there
    assert new_lead(firm, "1500", "USD").status_code == 303


@pytest.mark.parametrize("language", ["en", "en-de", "en-ch", "en-fr", "en-za", "en-in"])
@pytest.mark.parametrize(
    "money", [Money(123456750, "EUR"), Money(-5, "EUR"), Money(1234567, "KWD"), Money(1500, "JPY")]
)
def test_a_form_sent_back_as_it_came_changes_nothing(firm: Firm, language: str, money: Money) -> None:
    at_home_in(firm, language, "EUR")
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana, amount=money)
    ana, url = client_of(firm.ana), f"/acme/opportunities/{deal.pk}/fields/amount/"
    page = ana.get(url, headers={"hx-request": "true"}).content.decode()
    shown = re.search(r'name="amount" value="([^"]*)"', page)
    assert shown
    sent = {"amount": shown[1], "amount_currency": money.currency, **hidden(page)}
    assert ana.post(url, sent).status_code == 303
    with tenant_context(firm.tenant):
        deal = Opportunity.objects.get(pk=deal.pk)
        assert Money(deal.amount_minor or 0, deal.currency) == money


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def test_an_own_number_keeps_its_four_decimals_on_page_list_export_and_filter(firm: Firm) -> None:
    name = add_field(client_of(firm.ada), firm, "number")
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        account = make.account(firm.ada, name="Fine", **{name: 12.3456})
        make.account(firm.ada, name="Tiny", **{name: 0.0001})
    ada = client_of(firm.ada)
    assert "12.3456" in ada.get(f"/acme/accounts/{account.pk}/").content.decode()
    query = f"?filters=none&columns=name,{name}"
    for page in (f"/acme/accounts/{query}", f"/acme/accounts/export/{query}"):
        text = ada.get(page).content.decode()
        assert "12.3456" in text
        assert "0.0001" in text
    found = ada.get(f"/acme/accounts/?{name}=12.3456").context["rows"]
    assert [row.record.name for row in found] == ["Fine"]


def test_a_filter_is_typed_as_the_person_writes_and_kept_the_same_for_all(firm: Firm) -> None:
    at_home_in(firm, "en-de", "EUR")
    with tenant_context(firm.tenant):
        for minor in (150_000, 150):
            make.opportunity(firm.ana, name=f"Of {minor}", amount=Money(minor, "EUR"))
    ana = client_of(firm.ana)
    form = {"_field": "amount", "_operator": "from", "_value": "1.500,00"}
    answer = ana.post("/acme/opportunities/?filters=none", form, follow=True)
    assert answer.redirect_chain
    assert "amount__from=1500" in answer.redirect_chain[-1][0]
    assert [row.record.name for row in answer.context["rows"]] == ["Of 150000"]
    assert [chip.value for chip in answer.context["bar"].chips] == ["1.500\xa0€"]
    assert "Left out:" not in answer.content.decode()
    with CaptureQueriesContext(connection) as taken:
        ana.get("/acme/opportunities/?filters=none&amount__from=1500")
    assert not [one["sql"] for one in taken if re.search(r"NOT \(.*currency", one["sql"])], "there is only one here"
    asked = ana.post("/acme/opportunities/?filters=none", form | {"_value": "1,500"})
    assert "Write 1.500 or 1,5." in asked.content.decode()


def test_a_filter_of_amounts_says_which_currencies_it_leaves_out(firm: Firm) -> None:
    """Opportunities of 77,140 € went without a word: the filter compares with amounts in the workspace's currency."""
    with tenant_context(firm.tenant):
        for minor, currency in ((7_714_000, "EUR"), (100, "EUR"), (900, "JPY"), (2_000_050, "USD"), (100, "USD")):
            make.opportunity(firm.ana, name=f"{currency} {minor}", amount=Money(minor, currency))
    page = client_of(firm.ana).get("/acme/opportunities/?filters=none&amount__from=20000.5&edit=amount__from")
    text = page.content.decode()
    assert [chip.value for chip in page.context["bar"].chips] == ["$20,000.50"]
    assert "Amount is compared in USD only. Left out: 2 records in EUR and 1 record in JPY." in text
    assert "In USD, unless you write another currency beside the amount." in text
    assert re.findall(r'name="_value" value="([^"]*)"', text) == ["20000.50 USD", ""]  # can be read again
    other = client_of(firm.ana).get("/acme/opportunities/board/?filters=none&amount__to=70000 EUR").content.decode()
    assert "Amount is compared in EUR only. Left out: 1 record in JPY and 2 records in USD." in other


def test_a_day_typed_without_a_calendar_is_read_as_the_person_writes(firm: Firm) -> None:
    at_home_in(firm, "en-de", "EUR")
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana)
    ana, url = client_of(firm.ana), f"/acme/opportunities/{deal.pk}/fields/expected_close_on/"
    for text, status in (("03/04/2027", 303), ("3. April 2027", 303), ("12", 422), ("May", 422), ("04/13/2027", 422)):
        seen = hidden(ana.get(url, headers={"hx-request": "true"}).content.decode())
        assert ana.post(url, {"expected_close_on": text, **seen}).status_code == status, text
    with tenant_context(firm.tenant):
        assert str(Opportunity.objects.get(pk=deal.pk).expected_close_on) == "2027-04-03"


@pytest.mark.parametrize("text", ["1.234", "12.000"])
def test_an_own_number_of_two_readings_is_asked_about_as_an_amount_is(firm: Firm, text: str) -> None:
    ada = client_of(firm.ada)
    name = add_field(ada, firm, "number")
    asked = new_account(ada, firm, **{name: text})
    offers = {"1.234": ["1,234", "1.2340"], "12.000": ["12,000", "12"]}[text]
    assert asked.status_code == 422
    assert f"Write {offers[0]} or {offers[1]}." in asked.content.decode()
    assert new_account(ada, firm, **{name: offers[1]}).status_code == 303
    with tenant_context(fresh(firm)):
        account = Account.objects.get(name="With value")
    form = form_of(ada, f"/acme/accounts/{account.pk}/edit/")
    assert form.data[name] == [offers[1]], "it is written so that it is read as the same again"
    assert form.send(city="Ulm").status_code == 303
    found = ada.post(
        "/acme/accounts/?filters=none", {"_field": name, "_operator": "is", "_value": offers[1]}, follow=True
    )
    assert [row.record.name for row in found.context["rows"]] == ["With value"]


@pytest.mark.parametrize("text", ["2026-11-30T23:00", "11/30/2026 23:00", "2026-11-30T00:00Z"])
def test_a_time_typed_where_a_day_is_kept_is_not_dropped_without_a_word(firm: Firm, text: str) -> None:
    ada = client_of(firm.ada)
    name = add_field(ada, firm, "date")
    refused = new_account(ada, firm, **{name: text})
    assert refused.status_code == 422
    assert "has a time, and only the day can be kept here" in refused.content.decode()
    assert new_account(ada, firm, **{name: "2026-11-30T00:00"}).status_code == 303, "midnight is the day itself"


def test_a_probability_that_is_possible_in_no_reading_is_offered_none(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana)
    answer = client_of(firm.ana).post(f"/acme/opportunities/{deal.pk}/fields/probability/", {"probability": "33.333"})
    assert answer.status_code == 422
    assert "is not a whole number from 0 to 100" in answer.content.decode()
