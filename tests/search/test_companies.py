"""People are found by what their company is called, an account or a vendor, by whoever may know that it is theirs."""

from __future__ import annotations

from typing import Any

import pytest

from crm.search.sql import MOST_LINKED
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN
from crm.users.models import Membership, Role
from crm.users.services import limit_fields
from tests import make
from tests.people import Firm, client_of
from tests.search.test_search import many_at

COMPANIES = ("account", "vendor")
DOORS = ("search/", "search/palette/", "lookup/contacts/", "lookup/any/")


def finds(member: Membership, text: str, name: str = "Helena Brandt") -> set[str]:
    """The doors at which ``text`` leads to the contact ``name``."""
    client = client_of(member)
    answers = {door: client.get(f"/acme/{door}", {"q": text}) for door in DOORS}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {door for door, answer in answers.items() if name in answer.content.decode()}


def helena(firm: Firm, company: str, **more: Any) -> Any:
    """A contact of Ana at a company of Sam, in whose name or address nothing of hers stands."""
    theirs = getattr(make, company)(firm.sam, name="Vulcan Robotics", website="https://hephaistos.example", **more)
    values = {"first_name": "Helena", "last_name": "Brandt", "email": "hb@mail.example"}
    return make.contact(firm.ana, **values, **{company: theirs})


@pytest.mark.parametrize("company", COMPANIES)
def test_a_contact_is_found_by_the_name_or_domain_of_its_company(firm: Firm, company: str) -> None:
    with tenant_context(firm.tenant):
        helena(firm, company)
        make.contact(firm.ana, first_name="Helena", last_name="Other", **{company: getattr(make, company)(firm.sam)})
    for text in ("vulcan", "robotics hel", "brandt vulcan", "Vulcan Robotics", "hephaistos.example"):
        assert finds(firm.ana, text) == set(DOORS), text
        assert finds(firm.ana, text, "Helena Other") == set(), text
    assert finds(firm.ana, "vulcan other") == set()


@pytest.mark.parametrize("company", COMPANIES)
def test_who_may_not_see_the_company_does_not_find_its_people_by_it(firm: Firm, company: str) -> None:
    with tenant_context(firm.tenant):
        helena(firm, company)
    for scope in ("all", "team", "own", "none"):
        with tenant_context(firm.tenant):
            role = Role.objects.get(pk=firm.ana.role_id)
            role.access[f"{company}s"]["view"] = scope
            role.save(update_fields=["access"])
        found = set(DOORS) if scope == "all" else set()
        assert finds(firm.ana, "vulcan") == finds(firm.ana, "helena vulcan") == found, scope
        assert finds(firm.ana, "helena") == set(DOORS), scope


@pytest.mark.parametrize("company", COMPANIES)
def test_a_hidden_domain_of_one_kind_of_company_keeps_nobody_from_the_other(firm: Firm, company: str) -> None:
    [other] = set(COMPANIES) - {company}
    with tenant_context(firm.tenant):
        helena(firm, company)
        limit_fields(actor=firm.ada, role=firm.ana.role, key=f"{other}s", limits={"website": HIDDEN})
    assert finds(firm.ana, "hephaistos") == set(DOORS)
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key=f"{company}s", limits={"website": HIDDEN})
    assert finds(firm.ana, "hephaistos") == set()
    assert finds(firm.ana, "vulcan") == set(DOORS)


@pytest.mark.parametrize("company", COMPANIES)
def test_words_that_thousands_of_the_other_companies_have_are_no_hindrance(firm: Firm, company: str) -> None:
    [other] = set(COMPANIES) - {company}
    with tenant_context(firm.tenant):
        many_at(firm.ana, "Robotics GmbH", MOST_LINKED + 5, company=other)
        helena(firm, company)
    assert finds(firm.ana, "helena robotics") == set(DOORS)
    assert finds(firm.ana, "vulcan robotics") == set(DOORS)


@pytest.mark.parametrize("text", ["K-4711/b", "k-4711", "4711", "mill 4711", "4711-0815-22"])
def test_a_vendor_is_found_by_the_number_under_which_it_knows_us(firm: Firm, text: str) -> None:
    number = text if text.startswith("4711-") else "K-4711/B"
    with tenant_context(firm.tenant):
        make.vendor(firm.ana, name="Paper Mill", customer_number=number)
        make.vendor(firm.ana, name="Other Mill", customer_number="K-1174")
    doors = {"search/", "search/palette/", "lookup/vendors/", "lookup/any/"}
    client = client_of(firm.ana)

    def found_at() -> set[str]:
        answers = {door: client.get(f"/acme/{door}", {"q": text}).content.decode() for door in doors}
        assert not any("Other Mill" in page for page in answers.values())
        return {door for door, page in answers.items() if "Paper Mill" in page}

    assert found_at() == doors
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key="vendors", limits={"customer_number": HIDDEN})
    assert found_at() == set()
