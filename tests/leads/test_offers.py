"""The open opportunities that are offered follow the account and the contact that are chosen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crm.tenants.context import tenant_context
from leads.models import Lead
from opportunities.models import Opportunity, OpportunityContact
from tests import make
from tests.leads.browser_form import form_values
from tests.people import Firm, client_of


class Desk:
    """A lead, a company and a person that may be meant, and somebody to convert it."""

    def __init__(self, firm: Firm) -> None:
        self.firm = firm
        with tenant_context(firm.tenant):
            self.lead = make.lead(firm.ana, first_name="Lena", last_name="Brandt", company="Kestrel", city="Ulm")
            self.sure = make.account(firm.ana, name="Kestrel", city="Ulm")
            self.unsure = make.account(firm.ana, name="Kestrel Air")
            self.person = make.contact(firm.ana, first_name="Lena", last_name="Brandt")
            self.deals = {
                "sure": make.opportunity(firm.ana, account=self.sure),
                "unsure": make.opportunity(firm.ana, account=self.unsure),
                "person": make.opportunity(firm.ana, contact=self.person),
                "person at unsure": make.opportunity(firm.ana, contact=self.person, account=self.unsure),
                "foreign": make.opportunity(firm.sam, account=self.unsure),
                "closed": make.opportunity(firm.ana, account=self.unsure, stage=make.stage("won")),
            }
        self.client = client_of(firm.ana)
        self.path = f"/acme/leads/{self.lead.pk}/conversion/"

    def form(self) -> dict[str, Any]:
        return form_values(self.client.get(self.path).content.decode(), "convert-page")

    def offered(self, page: str) -> set[str]:
        ids = re.findall(r'type="radio" name="opportunities" value="([0-9a-f-]{36})"', page)
        return {name for name, deal in self.deals.items() if str(deal.pk) in ids}

    def preview(self, data: dict[str, Any], **choice: str) -> str:
        sent = {**data, **choice, "preview": "1"}
        return self.client.post(self.path, sent, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="convert-foot").content.decode()


@pytest.fixture
def desk(firm: Firm) -> Desk:
    return Desk(firm)


def test_at_first_those_of_what_it_surely_is(desk: Desk) -> None:
    assert desk.offered(desk.client.get(desk.path).content.decode()) == {"sure"}


def test_another_account_brings_its_own(desk: Desk) -> None:
    page = desk.preview(desk.form(), accounts=str(desk.unsure.pk))
    assert desk.offered(page) == {"unsure", "person at unsure"}
    assert 'id="offer-opportunities" hx-swap-oob="true"' in page
    assert re.search(r'id="count-opportunities"[^>]*>2 matches<', page)
    assert 'id="offer-accounts"' not in page, "what has not changed is not sent again"


def test_a_contact_brings_theirs_as_far_as_they_fit_the_account(desk: Desk) -> None:
    chosen = {"contacts": str(desk.person.pk)}
    assert desk.offered(desk.preview(desk.form(), **chosen)) == {"sure", "person"}
    assert desk.offered(desk.preview(desk.form(), accounts="new", **chosen)) == {"person"}
    everything = {"sure", "person", "person at unsure"}
    assert desk.offered(desk.preview(desk.form(), accounts="none", **chosen)) == everything


def test_an_offer_that_is_still_right_stays(desk: Desk) -> None:
    page = desk.preview(desk.form(), opportunities="none")
    assert "offer-opportunities" not in page


def test_what_is_chosen_of_them_is_done(desk: Desk) -> None:
    data = desk.form() | {"accounts": str(desk.unsure.pk), "contacts": str(desk.person.pk)}
    shown = desk.client.post(desk.path, data)
    assert shown.status_code == 422, "without JavaScript the page says first what it would do now"
    assert desk.offered(shown.content.decode()) == {"unsure", "person", "person at unsure"}
    data = form_values(shown.content.decode(), "convert-page")
    chosen = desk.client.post(desk.path, data | {"opportunities": str(desk.deals["unsure"].pk)})
    data = form_values(chosen.content.decode(), "convert-page")
    assert desk.client.post(desk.path, data).status_code == 303
    with tenant_context(desk.firm.tenant):
        lead = Lead.objects.get(pk=desk.lead.pk)
        assert (lead.account_id, lead.opportunity_id) == (desk.unsure.pk, desk.deals["unsure"].pk)
        assert OpportunityContact.objects.get(opportunity=lead.opportunity).contact_id == desk.person.pk
        assert Opportunity.objects.count() == len(desk.deals)


def test_what_no_longer_fits_stays_chosen_and_is_refused_with_the_reason(desk: Desk) -> None:
    data = desk.form() | {"opportunities": str(desk.deals["sure"].pk), "accounts": str(desk.unsure.pk)}
    page = desk.preview(data)
    assert "sure" in desk.offered(page)
    data = {name: value for name, value in data.items() if name != "announced"}
    refused = desk.client.post(desk.path, data)
    assert refused.status_code == 422
    assert "choose that account, or none" in refused.content.decode()


def test_nothing_odd_comes_of_nonsense(desk: Desk) -> None:
    assert desk.offered(desk.preview(desk.form(), accounts="nonsense", contacts="1")) == set()
