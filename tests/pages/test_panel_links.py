"""A number on a page and the link beside it are one question."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from crm.catalogue import record_type
from crm.fields.custom.services import create_field
from crm.mailing_lists.services import create_list, put_on_lists
from crm.picklists.selectors import choices
from crm.queries.condition import WITHOUT_VALUE, Condition
from crm.queries.query import query_of_json
from crm.tenants.context import tenant_context
from leads.models import Lead
from leads.services import delete_lead
from opportunities.models import Opportunity
from opportunities.services import add_contact_role, update_opportunity
from tests import make
from tests.own_words import tight
from tests.people import Firm, client_of


def panel(page: str, title: str) -> tuple[str, str]:
    """The number beside the title of a panel, and where its link to a list leads."""
    found = re.search(rf"<h2>{title}</h2>(.*?)</section>", tight(page), re.S)
    assert found, f"there is no panel {title}"
    number = re.search(r'class="count">(.*?)<', found[1])
    link = re.search(r'class="link" href="([^"]+)"', found[1])
    return (number[1] if number else ""), (unescape(link[1]) if link else "")


def listed(client: Client, url: str) -> list[str]:
    """The names in the list at ``url``, which understands all of that."""
    context = client.get(url).context
    assert not context["listing"].problems
    names = [row.record.name for row in context["rows"]]
    assert context["count"].value == len(names)
    return names


@pytest.fixture
def of_contact(firm: Firm) -> Any:
    """Somebody who is the main contact of one opportunity, plays a part in a second, and none in a third."""
    with tenant_context(firm.tenant):
        account = make.account(firm.ana)
        contact, other = make.contact(firm.ana, account=account), make.contact(firm.ana, account=account)
        make.opportunity(firm.ana, name="Main", account=account, contact=contact)
        part = make.opportunity(firm.ana, name="Part", account=account, contact=other)
        make.opportunity(firm.ana, name="None", account=account, contact=other)
        make.opportunity(firm.ana, name="Nobody", account=account)
        add_contact_role(opportunity=part, contact=contact, role=choices("contact_role")[0], actor=firm.ana)
        return contact


def test_the_opportunities_of_a_contact(firm: Firm, of_contact: Any) -> None:
    client = client_of(firm.ana)
    number, url = panel(client.get(f"/acme/contacts/{of_contact.pk}/").content.decode(), "Opportunities")
    assert (number, sorted(listed(client, url))) == ("2", ["Main", "Part"])


def test_the_opportunities_of_an_account(firm: Firm, of_contact: Any) -> None:
    client = client_of(firm.ana)
    number, url = panel(client.get(f"/acme/accounts/{of_contact.account_id}/").content.decode(), "Opportunities")
    assert (number, len(listed(client, url))) == ("4", 4)


@pytest.mark.parametrize(
    ("operator", "names"),
    [
        ("is", ["Main", "Part"]),
        ("not", ["Nobody", "None"]),
        ("empty", ["Nobody"]),
        ("filled", ["Main", "None", "Part"]),
    ],
    ids=["is", "is not", "is empty", "is not empty"],
)
def test_who_is_involved_is_a_filter(firm: Firm, of_contact: Any, operator: str, names: list[str]) -> None:
    with tenant_context(firm.tenant):
        values = () if operator in WITHOUT_VALUE else (str(of_contact.pk),)
        asked = Condition("involved_contact", operator, values)
        query = query_of_json(record_type("opportunities"), {"filters": [asked.as_json()]})
        assert sorted(one.name for one in query.rows(firm.ana)) == names
        holds = query.predicate(firm.ana)
        assert sorted(one.name for one in Opportunity.objects.all() if holds(one)) == names
        address = query.url()
    client = client_of(firm.ana)
    assert sorted(listed(client, f"/acme{address}")) == names
    if operator == "is":
        page = client.get(f"/acme{address}").content.decode()
        assert "Involved contact" in page and of_contact.name in page
        assert sorted(listed(client, f"/acme/opportunities/?involved_contact={of_contact.name}")) == names


def test_the_menu_of_filters_offers_who_is_involved(firm: Firm, of_contact: Any) -> None:
    menu = client_of(firm.ana).get("/acme/opportunities/").content.decode()
    assert "Involved contact" in menu


def test_another_main_contact_is_found_at_once(firm: Firm, of_contact: Any) -> None:
    with tenant_context(firm.tenant):
        deal = Opportunity.objects.get(name="Nobody")
        update_opportunity(deal, actor=firm.ana, values={"contact": of_contact})
    client = client_of(firm.ana)
    assert "Nobody" in listed(client, f"/acme/opportunities/?involved_contact={of_contact.pk}")


def test_nobody_finds_by_a_contact_that_they_do_not_see(firm: Firm, of_contact: Any) -> None:
    with tenant_context(firm.tenant):
        role = firm.max.role
        role.access["contacts"]["view"] = "own"
        role.save()
    address = f"/acme/opportunities/?involved_contact={of_contact.pk}"
    assert listed(client_of(firm.max), address) == []
    assert sorted(listed(client_of(firm.ana), address)) == ["Main", "Part"]


@pytest.mark.parametrize("company", ["account", "vendor"])
def test_the_people_of_a_company(firm: Firm, company: str) -> None:
    with tenant_context(firm.tenant):
        record = getattr(make, company)(firm.ana)
        for _number in range(10):
            make.contact(firm.ana, **{company: record})
        make.contact(firm.ana)
    client = client_of(firm.ana)
    number, url = panel(client.get(f"/acme/{company}s/{record.pk}/").content.decode(), "Contacts")
    assert (number, len(listed(client, url))) == ("8+", 10)


def test_what_keeps_the_name_of_a_deleted_record(firm: Firm, of_contact: Any) -> None:
    client = client_of(firm.ada)
    with tenant_context(firm.tenant):
        make.contact(firm.ana)
        make.opportunity(firm.ana)
    naming = client.get(f"/acme/accounts/{of_contact.account_id}/deletion/").context["naming"]
    assert {what: count for what, count, _url in naming} == {"Contacts (Account)": 2, "Opportunities (Account)": 4}
    assert [count for _what, count, _url in naming] == [len(listed(client, url)) for _what, _count, url in naming]


def test_contacts_without_an_account(firm: Firm, of_contact: Any) -> None:
    with tenant_context(firm.tenant):
        make.contact(firm.ana)
        make.contact(firm.ana, vendor=make.vendor(firm.ana))
    client, address = client_of(firm.ada), "/acme/setup/contact-accounts/"
    page = client.get(address)
    assert page.context["count"].value == 1 == len(listed(client, page.context["list_url"]))
    assert 'class="link" href="/acme/contacts/?account__empty=yes&amp;vendor__empty=yes"' in page.content.decode()


def uses(client: Client, address: str) -> dict[str, int]:
    """What a page of the setup says of where something is used; each number with a link is that of its list."""
    found = client.get(address).context["used"].uses
    for use in found:
        assert not use.url or use.count == len(listed(client, use.url)), use.label
    return {str(use.label): use.count for use in found}


def test_who_is_on_a_mailing_list(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        news = create_list(actor=firm.ada, name="News")
        here, deleted = make.lead(firm.ana), make.lead(firm.ana)
        for record in (here, deleted, make.contact(firm.ana)):
            put_on_lists(record=record, lists=[news], actor=firm.ada)
        delete_lead(deleted, actor=firm.ana)
    found = uses(client_of(firm.ada), f"/acme/setup/mailing-lists/{news.pk}/")
    assert found == {"Leads": 1, "Leads that were deleted": 1, "Contacts": 1}


def test_the_records_of_a_team_and_of_a_person(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        own, given = make.lead(firm.ana), make.lead(firm.ana)
        Lead.objects.filter(pk=own.pk).update(team=None)  # of its owner's team then
        Lead.objects.filter(pk=given.pk).update(team=firm.west)
    client = client_of(firm.ada)
    assert uses(client, f"/acme/setup/teams/{firm.east.pk}/") == {"Leads": 1}
    assert uses(client, f"/acme/setup/teams/{firm.west.pk}/") == {"Leads": 1}
    assert uses(client, f"/acme/setup/people/{firm.ana.pk}/") == {"Leads": 2}


@pytest.mark.parametrize("kind", ["text", "yes_no"])
def test_the_records_with_a_value_in_an_own_field(firm: Firm, kind: str) -> None:
    with tenant_context(firm.tenant):
        field = create_field(actor=firm.ada, record_type="leads", kind=kind, label="Own")
        value = "here" if kind == "text" else True
        made = [make.lead(firm.ana, **{field.name: value}) for _number in range(3)]
        make.lead(firm.ana)
        delete_lead(made[0], actor=firm.ana)
    client = client_of(firm.ada)
    page = client.get(f"/acme/setup/fields/leads/{field.pk}/").content.decode()
    link = re.search(r'<dd><a class="link" href="([^"]+)">2</a>and 1 that was deleted</dd>', tight(page))
    assert link and len(listed(client, unescape(link[1]))) == 2
