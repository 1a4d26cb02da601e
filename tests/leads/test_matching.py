"""Who a lead may already be: the reasons, the order, and never a record that one may not see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.keys.firms import company_key, company_start
from crm.tenants.context import tenant_context
from leads.matching import find_candidates, leads_of_same_firm
from leads.matching.weighing import Reason
from tests import make
from tests.people import Firm


def found(candidates: list) -> list[tuple[str, list[Reason]]]:
    return [(one.record.name, list(one.reasons)) for one in candidates]


@pytest.mark.parametrize(
    ("account", "lead", "reasons"),
    [
        ({"name": "Zebra", "website": "www.acme.example/x"}, {"email": "a@acme.example"}, [Reason.SAME_DOMAIN]),
        ({"name": "Zebra", "website": "acme.example"}, {"website": "https://www.acme.example"}, [Reason.SAME_DOMAIN]),
        ({"name": "Zebra", "phone": "212 555 0142"}, {"phone": "+1 (212) 555-0142"}, [Reason.SAME_PHONE]),
        ({"name": "The Acme, Inc."}, {"company": "ACME Ltd"}, [Reason.SAME_NAME]),
        ({"name": "The Acme Group, Inc."}, {"company": "ACME Ltd"}, [Reason.SIMILAR_NAME]),
        ({"name": "Acme Robotics"}, {"company": "Acme"}, [Reason.SIMILAR_NAME]),
        ({"name": "Acme"}, {"company": "Acme Robotics Europe"}, [Reason.SIMILAR_NAME]),
        ({"name": "Acmeria"}, {"company": "Acme"}, None),
        *(
            ({"name": "Acme", "country": here}, {"company": "Acme", "country": there}, [Reason.SAME_NAME])
            for here, there in (
                ("Germany", "Deutschland"),
                ("DE", "Allemagne"),
                ("deutschland", "DEU"),
                ("UK", "England"),
            )
        ),
        (
            {"name": "Acme", "country": "Deutschland"},
            {"company": "Acme", "country": "Austria"},
            [Reason.SAME_NAME, Reason.OTHER_COUNTRY],
        ),
        ({"name": "Größenwahn GmbH"}, {"company": "Groessenwahn"}, [Reason.SAME_NAME]),
        ({"name": "Aarhus Aerø Strasse"}, {"company": "Århus Äroe Straße AG"}, [Reason.SAME_NAME]),
        ({"name": "Smith & Co"}, {"company": "smith and co."}, [Reason.SAME_NAME]),
        ({"name": "Pérez y García SL"}, {"company": "Perez + Garcia"}, [Reason.SAME_NAME]),
        ({"name": "Müller & Söhne GmbH"}, {"company": "Mueller und Soehne"}, [Reason.SAME_NAME]),
        ({"name": "Mueller u. Soehne"}, {"company": "Müller & Söhne GmbH & Co. KG"}, [Reason.SAME_NAME]),
        ({"name": "Dupont & Fils Nord"}, {"company": "Dupont et Fils"}, [Reason.SIMILAR_NAME]),
        ({"name": "Müller"}, {"company": "Mueller GmbH und Co. KG"}, [Reason.SAME_NAME]),
        ({"name": "Plan"}, {"company": "Plan E GmbH"}, [Reason.SIMILAR_NAME]),
        ({"name": "PEREZ Y GARCIA"}, {"company": "Perez & Garcia"}, [Reason.SAME_NAME]),
        ({"name": "Vitamin Pharma"}, {"company": "Vitamin E Pharma"}, None),  # no "and"
        ({"name": "Møller Skibe"}, {"company": "Moeller"}, [Reason.SIMILAR_NAME]),
        ({"name": "Moeller"}, {"company": "Møller Skibe Nord"}, [Reason.SIMILAR_NAME]),
        ({"name": "Zebra", "website": "gmail.com"}, {"email": "ann@gmail.com"}, None),
        ({"name": "Zebra"}, {"company": "Acme"}, None),
    ],
)
def test_why_an_account_matches(inside: Firm, account: dict, lead: dict, reasons: list | None) -> None:
    make.account(inside.ana, **account)
    given = make.lead(inside.ana, **lead)
    expected = [] if reasons is None else [(account["name"], reasons)]
    assert found(find_candidates(given, inside.ana).accounts) == expected


@pytest.mark.parametrize(
    ("contact", "lead", "reasons"),
    [
        ({"email": "Ann@Acme.example"}, {"email": "ann@acme.EXAMPLE"}, [Reason.SAME_EMAIL]),
        ({"mobile": "2125550142"}, {"phone": "+1 212 555 0142"}, [Reason.SAME_PHONE]),
        (
            {"first_name": "Zoë", "last_name": "Müller"},
            {"first_name": "Zoe", "last_name": "Muller"},
            [Reason.SAME_NAME],
        ),
        (
            {"first_name": "Bob", "last_name": "Bell", "email": "bob@acme.example"},
            {"first_name": "Robert", "last_name": "Bell", "email": "r.bell@acme.example"},
            [Reason.SIMILAR_NAME],
        ),
        ({"email": "bob@acme.example"}, {"email": "ann@acme.example"}, None),
        (
            {"first_name": "Jürgen", "last_name": "Großmüller"},
            {"first_name": "Juergen", "last_name": "Grossmueller"},
            [Reason.SAME_NAME],
        ),
        (
            {"first_name": "Søren", "last_name": "Ågård", "email": "s@acme.example"},
            {"first_name": "S.", "last_name": "Aagaard", "email": "s.aa@acme.example"},
            [Reason.SIMILAR_NAME],
        ),
    ],
)
def test_why_a_contact_matches(inside: Firm, contact: dict, lead: dict, reasons: list | None) -> None:
    person = make.contact(inside.ana, **contact)
    given = make.lead(inside.ana, **lead)
    expected = [] if reasons is None else [(person.name, reasons)]
    assert found(find_candidates(given, inside.ana).contacts) == expected


MERCURY = {
    "name": "Mercury Ltd",
    "website": "mercury-uk.example",
    "country": "United Kingdom",
    "phone": "+442071830001",
}


@pytest.mark.parametrize(
    ("account", "lead", "reasons"),
    [
        ({}, {"company": "Mercury Inc."}, ["same name"]),
        ({"website": ""}, {"company": "Mercury Ltd", "country": "England"}, ["same name"]),
        (
            {},
            {"company": "The Mercury Group Inc.", "email": "a@mercury-us.example", "country": "US"},
            ["similar name", "other domain", "other country"],
        ),
        ({}, {"company": "Mercury Inc.", "email": "a@mercury-us.example"}, ["same name", "other domain"]),
        ({}, {"company": "Mercury Ltd", "website": "mercury.example", "city": "York"}, ["same name", "other domain"]),
        ({"country": ""}, {"company": "Mercury", "phone": "+1 212 555 0142"}, ["same name", "other country"]),
        (
            {"city": "London", "website": ""},
            {"company": "Mercury", "city": "Leeds"},
            ["same name", "other city"],
        ),
        (
            {"city": "London"},
            {"company": "Mercury", "city": "london", "website": "mercury.example"},
            ["same name", "same city", "other domain"],
        ),
    ],
)
def test_a_name_alone_is_never_sure(inside: Firm, account: dict, lead: dict, reasons: list[str]) -> None:
    """D4."""
    make.account(inside.ana, **MERCURY | account)
    given = make.lead(inside.ana, **{"email": "ann@gmail.com", "phone": ""} | lead)
    [candidate] = find_candidates(given, inside.ana).accounts
    assert ([reason.label for reason in candidate.reasons], candidate.is_sure) == (reasons, False)


@pytest.mark.parametrize(
    ("lead", "reasons"),
    [
        ({"company": "Mercury Inc", "phone": "020 7183 0001", "country": "UK"}, None),  # read as a number of the US
        ({"company": "Mercury Inc", "phone": "0044 20 7183 0001"}, ["same name", "same phone"]),
        ({"company": "Mercury Inc", "city": "London", "country": "GB"}, ["same name", "same city"]),
        ({"company": "The Mercury", "email": "a@mercury-uk.example"}, ["same domain", "same name"]),
        ({"company": "Mercury", "email": "a@uk.mercury-uk.example", "city": "LONDON"}, ["same name", "same city"]),
        ({"company": "", "email": "a@mercury-uk.example"}, ["same domain"]),
    ],
)
def test_a_name_and_something_else_is(inside: Firm, lead: dict, reasons: list[str] | None) -> None:
    make.account(inside.ana, **MERCURY, city="London")
    given = make.lead(inside.ana, **{"email": "ann@gmail.com", "phone": ""} | lead)
    [candidate] = find_candidates(given, inside.ana).accounts
    assert candidate.is_sure is (reasons is not None)
    if reasons:
        assert sorted(reason.label for reason in candidate.reasons) == sorted(reasons)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Compare Holding AG", "Compare AG", False),
        ("The Mercury Group Inc.", "Mercury Ltd", False),
        ("Ford Company", "Ford", False),
        ("Acme, Inc.", "the ACME Incorporated", True),
        ("Nowak Sp. z o.o.", "Nowak sp z oo", True),
        ("Nowak Spółka", "Nowak", False),
        ("Dupont S.A.R.L.", "Dupont S. à r. l.", True),
        ("Rossi S.p.A.", "Rossi SpA", True),
        ("Müller GmbH & Co. KG", "Muller", True),
        ("Kestrel Co., Ltd.", "Kestrel", True),
        ("AG Insurance", "Insurance", False),
        ("AB Volvo", "Volvo AB", True),
        ("Limited", "Ltd", False),
        ("D’Unger Inc", "DUnger", True),
    ],
)
def test_legal_forms_are_no_part_of_a_name_and_other_words_are(one: str, other: str, is_same: bool) -> None:
    assert (company_key(one) == company_key(other)) is is_same
    for name in (one, other):
        begun, whole = company_start(name)
        assert company_key(name) in (begun, whole), "a name is found by itself as a start"
        assert company_key(name) not in ("", " ")


def test_colleagues_show_the_account_and_it_shows_its_open_opportunities(inside: Firm) -> None:
    account = make.account(inside.ana, name="Zebra")
    make.contact(inside.ana, account=account, email="bob@acme.example")
    open_one = make.opportunity(inside.ana, account=account)
    make.opportunity(inside.ana, account=account, stage=make.stage("won"))
    candidates = find_candidates(make.lead(inside.ana, email="ann@acme.example"), inside.ana)
    assert found(candidates.accounts) == [("Zebra", [Reason.SAME_DOMAIN])]
    assert found(candidates.opportunities) == [(open_one.name, [Reason.OF_ACCOUNT])]


def test_the_strongest_comes_first_and_only_a_strong_one_is_sure(inside: Firm) -> None:
    similar = make.account(inside.ana, name="Acme Robotics")
    same = make.account(inside.ana, name="Acme", website="acme.example")
    candidates = find_candidates(make.lead(inside.ana, company="Acme", email="a@acme.example"), inside.ana).accounts
    assert [(one.record, one.is_sure) for one in candidates] == [(same, True), (similar, False)]


def test_nothing_is_offered_that_the_actor_may_not_see(inside: Firm) -> None:
    account = make.account(inside.sam, name="Acme", phone="212 555 0142")
    hidden = make.opportunity(inside.sam, account=account)
    lead = make.lead(inside.ana, company="Acme", phone="212 555 0142")
    assert found(find_candidates(lead, inside.ada).opportunities) == [(hidden.name, [Reason.OF_ACCOUNT])]
    assert found(find_candidates(lead, inside.ana).opportunities) == []
    inside.ana.role.access["accounts"]["view"] = "own"
    assert find_candidates(lead, inside.ana).accounts == []
    inside.ana.role.access["accounts"]["view"] = "all"
    assert len(find_candidates(lead, inside.ana).accounts) == 1


def test_nothing_is_offered_from_another_workspace(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(other_firm.tenant):
        make.account(other_firm.ada, name="Acme", website="acme.example")
        make.contact(other_firm.ada, email="ann@acme.example")
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, company="Acme", email="ann@acme.example")
        nothing = find_candidates(lead, firm.ada)
        assert (nothing.accounts, nothing.contacts, nothing.opportunities) == ([], [], [])
        make.account(firm.ana, name="Acme")
        assert len(find_candidates(lead, firm.ada).accounts) == 1


def test_deleted_records_are_not_offered(inside: Firm) -> None:
    from accounts.services import delete_account

    account = make.account(inside.ana, name="Acme")
    lead = make.lead(inside.ana, company="Acme")
    assert len(find_candidates(lead, inside.ana).accounts) == 1
    delete_account(account, actor=inside.ana)
    assert find_candidates(lead, inside.ana).accounts == []


def test_a_few_queries_suffice(inside: Firm) -> None:
    for _number in range(8):
        account = make.account(inside.ana, name="Acme", website="acme.example", phone="212 555 0142")
        make.contact(inside.ana, account=account, email="ann@acme.example", phone="212 555 0142")
        make.opportunity(inside.ana, account=account)
    lead = make.lead(inside.ana, company="Acme", email="ann@acme.example", phone="212 555 0142")
    with CaptureQueriesContext(connection) as queries:
        candidates = find_candidates(lead, inside.ana)
    assert len(candidates.accounts) == len(candidates.contacts) == len(candidates.opportunities) == 5
    assert len(queries) <= 13


def test_other_leads_of_the_same_firm(inside: Firm) -> None:
    lead = make.lead(inside.ana, company="Acme", email="ann@acme.example")
    by_company = make.lead(inside.ana, company="ACME Inc.", email="x@other.example")
    by_domain = make.lead(inside.ana, email="bob@acme.example")
    make.lead(inside.sam, company="Acme")
    make.lead(inside.ana, email="z@gmail.com")
    assert {one.pk for one in leads_of_same_firm(inside.ana, lead)} == {by_company.pk, by_domain.pk}
    assert not leads_of_same_firm(inside.ana, make.lead(inside.ana, email="ann@gmail.com"))
