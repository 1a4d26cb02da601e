"""Several leads of one firm go into one account, in one step."""

from __future__ import annotations

import re

import pytest

from accounts.models import Account
from contacts.models import Contact
from crm.picklists.selectors import choices
from crm.tenants.context import tenant_context
from leads.conversion import convert_lead, plan_for
from leads.models import Conversion, Lead
from leads.services import close_as_unqualified
from opportunities.models import Opportunity
from tests import make
from tests.people import Firm, client_of


@pytest.fixture
def leads(firm: Firm) -> list[Lead]:
    with tenant_context(firm.tenant):
        return [
            make.lead(firm.ana, last_name="One", company="Kestrel", email="one@kestrel.example"),
            make.lead(firm.max, last_name="Two", company="Kestrel Ltd", email="two@gmail.com"),
            make.lead(firm.ana, last_name="Three", company="", email="three@kestrel.example"),
            make.lead(firm.ana, last_name="Alien", company="Other", email="four@other.example"),
        ]


def ticks(page: str) -> list[str]:
    return re.findall(r'type="checkbox" name="lead" value="([^"]+)" checked', page)


def counts(firm: Firm) -> list[int]:
    with tenant_context(firm.tenant):
        return [model.objects.count() for model in (Account, Contact, Opportunity, Conversion)]


def test_the_panel_offers_those_of_the_same_firm_and_one_button_brings_them(firm: Firm, leads: list[Lead]) -> None:
    client = client_of(firm.ana)
    path = f"/acme/leads/{leads[0].pk}/"
    page = client.get(path).content.decode()
    assert set(ticks(page)) == {str(leads[1].pk), str(leads[2].pk)}
    assert "Bring into one prospect account" in page
    answer = client.post(f"{path}together/", {"lead": ticks(page)}, follow=True)
    with tenant_context(firm.tenant):
        account = Account.objects.get()
    assert answer.redirect_chain == [(f"/acme/accounts/{account.pk}/", 303)]
    assert "3 leads are in Kestrel now." in answer.content.decode()
    assert counts(firm) == [1, 3, 0, 3]
    with tenant_context(firm.tenant):
        assert account.type.meaning == "prospect"
        assert set(Contact.objects.values_list("account", flat=True)) == {account.pk}
        assert list(Lead.objects.filter(converted_at=None)) == [leads[3]]


def test_an_opportunity_only_when_asked_for(firm: Firm, leads: list[Lead]) -> None:
    path = f"/acme/leads/{leads[0].pk}/together/"
    client_of(firm.ana).post(path, {"lead": [str(leads[1].pk)], "with_opportunity": "1"})
    assert counts(firm) == [1, 2, 1, 2]


def test_later_ones_join_the_account_of_a_converted_lead(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        convert_lead(lead_id=leads[0].pk, actor=firm.ana, plan=plan_for(leads[0], firm.ana))
    page = client_of(firm.ana).get(f"/acme/leads/{leads[0].pk}/").content.decode()
    client_of(firm.ana).post(f"/acme/leads/{leads[0].pk}/together/", {"lead": ticks(page)})
    assert counts(firm) == [1, 3, 1, 3]
    again = client_of(firm.ana).post(f"/acme/leads/{leads[0].pk}/together/", {"lead": ticks(page)})
    assert again.status_code == 303
    assert counts(firm) == [1, 3, 1, 3]


def test_all_or_nothing(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        close_as_unqualified(lead=leads[1], reason=choices("unqualified_reason")[0], actor=firm.ana)
        hidden = make.lead(firm.sam, company="Kestrel")
    client = client_of(firm.ana)
    path = f"/acme/leads/{leads[0].pk}/"
    assert set(ticks(client.get(path).content.decode())) == {str(leads[2].pk)}, "a closed one cannot come along"
    both = [str(leads[1].pk), str(leads[2].pk)]
    answer = client.post(f"{path}together/", {"lead": both}, follow=True)
    assert "Lena Two: This lead is closed as unqualified." in answer.content.decode()
    assert client.post(f"{path}together/", {"lead": [str(hidden.pk)]}).status_code == 404
    assert client.post(f"{path}together/", {"lead": ["nonsense"]}).status_code == 404
    assert counts(firm) == [0, 0, 0, 0]
    client.post(f"{path}together/", {"lead": [str(leads[2].pk)]})
    assert counts(firm) == [1, 2, 0, 2]


def test_readers_are_not_offered_it(firm: Firm, leads: list[Lead]) -> None:
    page = client_of(firm.rita).get(f"/acme/leads/{leads[0].pk}/").content.decode()
    assert "Lena Two" in page and not ticks(page)
    path = f"/acme/leads/{leads[0].pk}/together/"
    assert client_of(firm.rita).post(path, {"lead": [str(leads[1].pk)]}).status_code == 404
    assert counts(firm) == [0, 0, 0, 0]
