"""Nothing new goes to a person who is deactivated, however a lead of theirs is converted; and it is said."""

from __future__ import annotations

import pytest

from crm.tenants.context import tenant_context
from crm.users.models import Membership
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of


@pytest.fixture
def lead(firm: Firm) -> Lead:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.sam, last_name="One", company="Kestrel", description="urgent\nplease call")
        make.lead(firm.sam, last_name="Two", company="Kestrel")
        Membership.objects.filter(pk=firm.sam.pk).update(is_active=False)
        return lead


def owners(firm: Firm) -> set[object]:
    with tenant_context(firm.tenant):
        deals = Opportunity.objects.select_related("account", "contact")
        return {record.owner_id for one in deals for record in (one, one.account, one.contact) if record is not None}


def test_the_conversion_page_offers_somebody_else_and_says_so(firm: Firm, lead: Lead) -> None:
    client, path = client_of(firm.ada), f"/acme/leads/{lead.pk}/conversion/"
    page = client.get(path).content.decode()
    assert f'value="{firm.ada.pk}" selected' in page and str(firm.sam.pk) not in page
    assert f"{firm.sam.name}, who owns the lead, is deactivated: new records will belong to you." in page
    assert form_of(client, path).send(owner="").status_code == 303
    assert owners(firm) == {firm.ada.pk}


def test_the_conversion_page_keeps_the_lines_of_a_text(firm: Firm, lead: Lead) -> None:
    page = client_of(firm.ada).get(f"/acme/leads/{lead.pk}/conversion/").content.decode()
    assert '<span class="first-lines is-text">urgent\nplease call</span>' in page


def test_bringing_several_together_says_so(firm: Firm, lead: Lead) -> None:
    data = {"lead": str(lead.pk), "with_opportunity": "on"}
    page = client_of(firm.ada).post(f"/acme/leads/{lead.pk}/together/", data, follow=True).content.decode()
    assert f"{firm.sam.name} is deactivated, so the new records belong to you." in page
    assert owners(firm) == {firm.ada.pk}
    with tenant_context(firm.tenant):
        other = make.lead(firm.ada, last_name="Three", company="Kestrel")
    page = client_of(firm.ada).post(f"/acme/leads/{lead.pk}/together/", {"lead": str(other.pk)}, follow=True)
    told = page.content.decode()
    assert "leads are in" in told and "is deactivated, so" not in told, "nothing of Sam's was converted this time"
