"""What may be there already: told before one more is made, on the pages of what is there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from accounts.duplicates import ACCOUNTS
from contacts.duplicates import CONTACTS
from crm.catalogue import record_type
from crm.picklists.selectors import choice_meaning
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.users.models import Membership
from crm.users.services import create_role
from leads.duplicates import LEADS, find_alike
from tests import make
from tests.forms import form_of
from tests.own_words import tight
from tests.people import Firm, client_of

ACCOUNT = {"name": "Café Élan", "website": "https://www.elan.example", "phone": "+1 212 555 0142"}
PERSON = {"first_name": "Claire", "last_name": "Dubois", "email": "Claire@Elan.example"}


def send(firm: Firm, key: str, member: Any = None, page: str = "new", **values: str) -> HttpResponse:
    return form_of(client_of(member or firm.ana), f"/acme/{key}/{page}/").send(**values)


def matches(answer: HttpResponse) -> list[tuple[str, list[str]]]:
    """The names and reasons that the warning lists."""
    page = tight(answer.content.decode()).replace("&amp;", "&")
    listed = re.search(r'<ul class="matches">.*?</ul>', page, re.S)
    rows = re.findall(r"<li>.*?</li>", listed[0], re.S) if listed else []
    return [
        (re.findall(r"<a [^>]*><bdi>(.*?)</bdi></a>", row)[0], re.findall(r'<span class="badge[^>]*>(.*?)</span>', row))
        for row in rows
    ]


def count(firm: Firm, key: str) -> int:
    with tenant_context(firm.tenant):
        return record_type(key).model.objects.count()


@pytest.mark.parametrize(
    ("there", "given", "reasons"),
    [
        ({}, {"name": "Cafe Elan"}, ["same name"]),
        ({}, {"name": "The Café Élan, Inc."}, ["same name"]),
        ({"name": "Größenwahn GmbH"}, {"name": "Groessenwahn"}, ["same name"]),
        ({"name": "Aarhus Havn"}, {"name": "Århus Havn"}, ["same name"]),
        ({"name": "Smith & Co"}, {"name": "Smith and Co."}, ["same name"]),
        ({"name": "Müller & Söhne GmbH"}, {"name": "Mueller und Soehne"}, ["same name"]),
        ({"city": "Lyon"}, {"name": "Café Élan", "city": "LYON"}, ["same name", "same city"]),
        ({"country": "France"}, {"name": "Café Élan SARL", "country": "FR"}, ["same name"]),
        ({}, {"name": "Café Élan", "website": "other.example"}, ["same name", "other domain"]),
        ({}, {"name": "Quite Otherwise", "website": "http://ELAN.example/menu"}, ["same domain"]),
        ({}, {"name": "Quite Otherwise", "phone": "(212) 555-0142"}, ["same phone"]),
        ({"phone": "", "country": "France"}, {"name": "Café Élan", "country": "Chile"}, None),
        ({}, {"name": "Café Élan", "phone": "+44 20 7183 0001"}, None),
        ({}, {"name": "Café Élan Group"}, None),
        ({"website": "https://facebook.com/elan"}, {"name": "Other", "website": "facebook.com/other"}, None),
    ],
)
def test_an_account_that_may_be_there_is_told(firm: Firm, there: dict, given: dict, reasons: list[str] | None) -> None:
    """B7."""
    with tenant_context(firm.tenant):
        make.account(firm.max, **ACCOUNT | there)
    answer = send(firm, "accounts", **given)
    if reasons is None:
        assert (answer.status_code, count(firm, "accounts")) == (303, 2)
        return
    assert (answer.status_code, count(firm, "accounts")) == (422, 1)
    assert matches(answer) == [(there.get("name", "Café Élan"), reasons)]
    assert send(firm, "accounts", anyway="1", **given).status_code == 303
    assert count(firm, "accounts") == 2


@pytest.mark.parametrize(
    ("there", "given", "reasons"),
    [
        ({}, {"last_name": "Dubois", "email": "claire@elan.EXAMPLE"}, ["same e-mail"]),
        ({"phone": "212 555 0142"}, {"last_name": "X", "mobile": "+1 (212) 555-0142"}, ["same phone"]),
        ({"mobile": "212 555 0142"}, {"last_name": "X", "phone": "001 212 555 0142"}, ["same phone"]),
        ({}, {"first_name": "Claire", "last_name": "Dubois", "email": "c@gmail.com"}, None),
        ({}, {"last_name": "Dubois", "email": "other@elan.example"}, None),
    ],
)
def test_a_contact_that_may_be_there_is_told(firm: Firm, there: dict, given: dict, reasons: list[str] | None) -> None:
    """B7."""
    with tenant_context(firm.tenant):
        make.contact(firm.max, **PERSON | there)
    answer = send(firm, "contacts", **given)
    assert answer.status_code == (422 if reasons else 303)
    assert matches(answer) == ([("Claire Dubois", reasons)] if reasons else [])
    assert send(firm, "contacts", anyway="1", **given).status_code == 303


@pytest.mark.parametrize("key", ["accounts", "contacts", "leads"])
def test_a_number_without_its_countrys_code_is_read_by_the_workspaces(firm: Firm, key: str) -> None:
    """D: 030/901820 is the +49 30 901820 that is there already, in Germany."""
    Tenant.objects.filter(pk=firm.tenant.pk).update(language="en-de", time_zone="Europe/Berlin")
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        make_one = {"accounts": make.account, "contacts": make.contact, "leads": make.lead}[key]
        there = make_one(firm.max, phone="+49 30 901820")
    name = {"name": "Quite Otherwise"} if key == "accounts" else {"last_name": "Otherwise"}
    answer = send(firm, key, **name, phone="030/901820")
    assert matches(answer) == [(there.name, ["same phone"])]
    assert send(firm, key, **name, phone="030/901821").status_code == 303


@pytest.mark.parametrize("name", ["Otto Krüll", "otto krull", "Otto Krüll Jr."])
def test_a_contact_of_the_same_name_at_the_account(firm: Firm, name: str) -> None:
    with tenant_context(firm.tenant):
        account, other = make.account(firm.max, name="Elan"), make.account(firm.max, name="Other")
        make.contact(firm.max, first_name="Otto", last_name="Krüll Jr.", account=account)
    first, _space, last = name.partition(" ")
    given = {"first_name": first, "last_name": last}
    answer = send(firm, "contacts", **given, account="Elan", account_id=str(account.pk))
    assert matches(answer) == [("Otto Krüll Jr.", ["same name and account"])]
    assert send(firm, "contacts", **given, account="Other", account_id=str(other.pk)).status_code == 303


LEAD = {"first_name": "Nina", "last_name": "Twelve", "company": "Downs AG", "email": "nina@downs.example"}


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ({"last_name": "T.", "email": "NINA@downs.example"}, ["same e-mail"]),
        ({"last_name": "T.", "phone": "001 212 555 0142"}, ["same phone"]),
        ({"name": "Nina Twelve, PhD", "company": "Downs", "phone": "1234567"}, ["same name and company"]),
        ({"first_name": "Nina", "last_name": "Twelve", "company": "Downs Group", "phone": "1234567"}, None),
        ({"first_name": "Bob", "last_name": "Twelve", "company": "Downs AG", "phone": "1234567"}, None),
        ({"company": "Downs AG", "phone": "1234567"}, None),
    ],
)
@pytest.mark.parametrize("page", ["new", "card"])
def test_a_lead_that_may_be_there_is_told(firm: Firm, page: str, given: dict, reasons: list[str] | None) -> None:
    """D6."""
    with tenant_context(firm.tenant):
        make.lead(firm.ana, **LEAD, phone="212 555 0142")
    if page == "card":
        given = {**given, "name": f"{given.get('first_name', '')} {given.get('last_name', '')}".strip() or "-"} | given
    elif "name" in given:
        given = {**given, "first_name": "Nina", "last_name": "Twelve PhD"}
    answer = send(firm, "leads", page=page, **given)
    assert answer.status_code == (422 if reasons else 303)
    assert matches(answer) == ([("Nina Twelve", reasons)] if reasons else [])
    assert send(firm, "leads", page=page, anyway="1", **given).status_code == 303


def test_two_leads_that_are_the_same_company(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.lead(firm.ana, first_name="", last_name="", company="Downs AG")
    answer = send(firm, "leads", company="downs", phone="1234567")
    assert matches(answer) == [("Downs AG", ["same company"])]
    assert send(firm, "leads", company="Downs Group", phone="1234567").status_code == 303


def test_only_what_one_may_see_is_named(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        verbs = {"view": "own", "create": "all", "edit": "own", "delete": "none"}
        access = dict.fromkeys(("leads", "accounts", "contacts"), verbs)
        role = create_role(actor=firm.ada, name="Scout", access=access)
        Membership.objects.filter(pk=firm.sam.pk).update(role=role)
        make.account(firm.max, **ACCOUNT)
        make.contact(firm.max, **PERSON)
        make.lead(firm.max, **LEAD)
    forms = {
        "accounts": {"name": "Café Élan"},
        "contacts": {"last_name": "D", "email": "claire@elan.example"},
        "leads": {"last_name": "T", "email": "nina@downs.example"},
    }
    for key, given in forms.items():
        assert send(firm, key, firm.sam, **given).status_code == 303, key
        assert send(firm, key, firm.ada, **given).status_code == 422, key


def test_what_lies_in_the_recycle_bin_is_none(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, **ACCOUNT)
    assert send(firm, "accounts", name="Café Élan").status_code == 422
    client_of(firm.ada).post(f"/acme/accounts/{account.pk}/deletion/")
    assert send(firm, "accounts", name="Café Élan").status_code == 303


def panel(firm: Firm, record: Any, member: Any = None) -> list[str]:
    path = f"/acme/{record.type_key}/{record.pk}/"
    page = tight(client_of(member or firm.ana).get(path).content.decode())
    section = page.partition("<h2>Possible duplicates</h2>")[2].partition("</section>")[0]
    return [re.sub(r"\s+", " ", row) for row in re.findall(r"<a [^>]*><bdi>([^<]*)</bdi></a>\s*<small>", section)]


def test_a_new_contact_of_whom_there_is_a_lead_is_told_and_can_be_converted(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, first_name="Lena", last_name="One", email="claire@elan.example", phone="")
        account = make.account(firm.ana, name="Kestrel")
        make.lead(firm.ana, first_name="Otto", last_name="Krüll", company="Kestrel Inc.")
    for given, name, reason in (
        ({"last_name": "X", "email": "Claire@elan.example"}, "Lena One", "same e-mail"),
        ({"first_name": "Otto", "last_name": "Krull", "account": account.name}, "Otto Krüll", "same name and company"),
    ):
        answer = send(firm, "contacts", **given)
        assert (answer.status_code, matches(answer)) == (422, [(name, [reason])])
        assert "Convert the lead" in answer.content.decode()
        assert send(firm, "contacts", anyway="1", **given).status_code == 303
    with tenant_context(firm.tenant):
        type(lead).objects.filter(pk=lead.pk).update(status=choice_meaning("lead_status", "converted"))
    answer = send(firm, "contacts", last_name="Y", email="claire@elan.example")
    assert [name for name, _reasons in matches(answer)] == ["X"], "the contact, and no lead that is done with"


def test_a_firm_of_that_name_in_another_country_is_no_warning_but_a_possible_one(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        here = make.account(firm.ana, name="Mercury Ltd", country="UK")
    assert send(firm, "accounts", name="Mercury", country="Chile").status_code == 303
    assert panel(firm, here) == ["Mercury"]
    page = client_of(firm.ana).get(f"/acme/accounts/{here.pk}/").content.decode()
    assert "same name, other country" in page


def test_the_pages_show_possible_duplicates(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account, twin = (make.account(firm.ana, **ACCOUNT | {"name": name}) for name in ("Elan", "Elan Paris"))
        alone = make.account(firm.ana, name="Alone")
        contact = make.contact(firm.ana, **PERSON, account=account)
        double = make.contact(firm.ana, **PERSON | {"first_name": "C."})
        lead = make.lead(firm.ana, last_name="One", email="claire@elan.example")
        other = make.lead(firm.ana, last_name="Two", email="CLAIRE@elan.example")
        lonely = make.lead(firm.ana)
    assert panel(firm, account) == ["Elan Paris"] and panel(firm, twin) == ["Elan"]
    assert panel(firm, contact) == ["C. Dubois", "Lena One", "Lena Two"]
    assert panel(firm, lead) == ["Lena Two", "C. Dubois", "Claire Dubois"]
    assert panel(firm, other) == ["Lena One", "C. Dubois", "Claire Dubois"]
    assert panel(firm, double)[0] == "Claire Dubois"
    assert panel(firm, alone) == panel(firm, lonely) == []


def test_what_a_lead_has_become_is_no_duplicate(firm: Firm) -> None:
    from leads.conversion import ConversionPlan, convert_lead, new

    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, **LEAD)
        again = make.lead(firm.ana, **LEAD | {"last_name": "Thirteen"})
        convert_lead(lead_id=lead.pk, actor=firm.ana, plan=ConversionPlan(account=new(), contact=new()))
        lead.refresh_from_db()
        contact = lead.contact
    assert panel(firm, lead) == ["Nina Thirteen"]
    assert panel(firm, contact) == ["Nina Thirteen"]
    assert panel(firm, again) == ["Nina Twelve", "Nina Twelve"], "the lead and its contact"


def test_a_batch_takes_two_statements_a_type(inside: Firm) -> None:
    for number in range(20):
        make.contact(inside.ana, email=f"c{number}@x.example", phone="212 555 0142")
        make.account(inside.ana, name=f"Firm {number}", website=f"f{number}.example", phone="212 555 0142")
    rows = [
        {"email": f"c{number}@x.example", "phone": "212 555 0142", "name": f"Firm {number}", "company": f"F{number}"}
        for number in range(20)
    ]
    for alike in (ACCOUNTS, CONTACTS, LEADS):
        with CaptureQueriesContext(connection) as queries:
            found = alike.find(inside.ana, rows)
        assert len(queries) <= 2, "what there is, and then its rows"
        assert len(found) == 20
    with CaptureQueriesContext(connection) as queries:
        found = find_alike(inside.ana, rows)
        # Three of the twenty with the same number, and the one with the same address.
        assert sorted(len(contacts) for contacts, _leads in found) == [3] * 3 + [4] * 17
    assert len(queries) <= 4
