"""Files whose values went wrong once, by name: what each becomes, is asked about, or is refused for."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.catalogue import record_type
from crm.picklists.models import Choice
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.imports.steps import bring_in
from tests.imports.test_files import case
from tests.imports.test_right_values import refused
from tests.imports.test_words import Page
from tests.people import Firm, client_of


def amounts(firm: Firm) -> dict[str, str]:
    with tenant_context(firm.tenant):
        values = {
            one.email[3]: record_type("leads").spec("estimated_value").value(one)
            for one in Lead.objects.exclude(estimated_value_minor=None)
        }
    return {letter: f"{value.major} {value.currency}" for letter, value in values.items()}


@pytest.mark.parametrize(("name", "asked", "stored", "not_taken"), [
    ("n02", [], {"a": "1500.00 USD", "b": "12000.00 EUR", "c": "1500.00 USD"}, []),
    ("n03", ["estimated_value"], {"a": "1000.00 INR", "b": "2000.00 CHF"}, ["Cyd C"]),
    ("n05", [], {"a": "-1234.50 USD", "b": "-500.00 USD"}, []),
    ("n06", ["estimated_value"], {"a": "1200.00 EUR", "b": "950.00 GBP", "c": "120000 JPY", "d": "1200.00 EUR"}, []),
])  # fmt: skip
def test_amounts(firm: Firm, name: str, asked: list[str], stored: dict[str, str], not_taken: list[str]) -> None:
    assert [one.name for one in Page(firm, "leads", case(name)).questions.all_open] == asked
    bring_in(firm, "leads", case(name))
    assert amounts(firm) == stored
    assert list(refused(firm)) == not_taken


@pytest.mark.parametrize(("name", "stored", "not_taken"), [
    ("d03", dict.fromkeys(("D1", "D2", "D3"), dt.date(2026, 4, 3)), []),
    ("d04", {}, ["D1", "D2", "D3", "D4", "D5", "D6"]),
])  # fmt: skip
def test_days(firm: Firm, name: str, stored: dict[str, dt.date], not_taken: list[str]) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Caseman Ltd")
    bring_in(firm, "opportunities", case(name))
    with tenant_context(firm.tenant):
        assert dict(Opportunity.objects.values_list("name", "expected_close_on")) == stored
    assert list(refused(firm)) == not_taken


@pytest.mark.parametrize(("order", "stored"), [
    ("month", {"M1": dt.date(2026, 12, 31), "M3": dt.date(2026, 5, 6)}),
    ("day", {"M2": dt.date(2026, 12, 31), "M3": dt.date(2026, 6, 5)}),
])  # fmt: skip
def test_days_of_two_orders_in_one_column(firm: Firm, order: str, stored: dict[str, dt.date]) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Caseman Ltd")
    page = Page(firm, "opportunities", case("d02"))
    assert [one.name for one in page.questions.all_open] == ["expected_close_on"]
    bring_in(firm, "opportunities", case("d02"), style_expected_close_on=order)
    with tenant_context(firm.tenant):
        assert dict(Opportunity.objects.values_list("name", "expected_close_on")) == stored
    assert len(refused(firm)) == 1


def test_stages_of_others_that_mean_won_and_lost(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Caseman Ltd")
        stages = Choice.objects.count()
    bring_in(firm, "opportunities", case("o01"))
    with tenant_context(firm.tenant):
        found = dict(Opportunity.objects.values_list("name", "stage__meaning"))
        assert Choice.objects.count() == stages
    assert found == {"Old Deal A": "won", "Old Deal B": "lost", "Old Deal C": "won"}


def test_a_misspelt_owner_and_source(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        Membership.objects.filter(pk=firm.ana.pk).update(name="Ana Winter", name_key="ana winter")
    page = Page(firm, "leads", case("o06"))
    assert page.words("owner")["Ana Wintr"] == (1, "Ana Winter (ana@acme.example)")
    page.refused(page.columns())
    bring_in(firm, "leads", case("o06"))
    with tenant_context(firm.tenant):
        assert [one.owner.pk for one in Lead.objects.select_related("owner")] == [firm.ana.pk]
        assert not Membership.objects.filter(name="Ana Wintr").exists()


def test_a_suffix_of_a_name(firm: Firm) -> None:
    bring_in(firm, "leads", case("m04"))
    with tenant_context(firm.tenant):
        found = list(Lead.objects.order_by("email").values_list("first_name", "last_name"))
    assert found == [("Otto", "Krüll Jr."), ("Mia", "Tanz PhD")]


def test_cities_sorted_and_found_without_regard_to_case_and_accents(firm: Firm) -> None:
    bring_in(firm, "leads", case("g09"))
    client = client_of(firm.ada)
    right = ["Äpfelheim", "apolda", "Bonn", "Zürich", "zwickau"]
    page = client.get("/acme/leads/?filters=none&columns=name,city&sort=city").content.decode()
    places = {page.index(city): city for city in right}
    assert [places[at] for at in sorted(places)] == right
    for word in ("zürich", "ZURICH", "Zurich"):
        page = client.get(
            "/acme/leads/", {"filters": "none", "columns": "name,city", "city__is": word}
        ).content.decode()
        assert "Zürich" in page and "Bonn" not in page
