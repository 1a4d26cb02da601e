"""Who a lead may already be: the reasons, the order, and never a record that one may not see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.tenants.context import tenant_context
from leads.matching import Reason, find_candidates
from leads.selectors import leads_of_same_firm
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
        ({"name": "The Acme Group, Inc."}, {"company": "ACME Ltd"}, [Reason.SAME_NAME]),
        ({"name": "Acme Robotics"}, {"company": "Acme"}, [Reason.SIMILAR_NAME]),
        ({"name": "Acme"}, {"company": "Acme Robotics Europe"}, [Reason.SIMILAR_NAME]),
        ({"name": "Acmeria"}, {"company": "Acme"}, None),
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
    ],
)
def test_why_a_contact_matches(inside: Firm, contact: dict, lead: dict, reasons: list | None) -> None:
    person = make.contact(inside.ana, **contact)
    given = make.lead(inside.ana, **lead)
    expected = [] if reasons is None else [(person.name, reasons)]
    assert found(find_candidates(given, inside.ana).contacts) == expected


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
    account = make.account(inside.sam, name="Acme")
    hidden = make.opportunity(inside.sam, account=account)
    lead = make.lead(inside.ana, company="Acme")
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
