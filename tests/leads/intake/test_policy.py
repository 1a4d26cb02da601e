"""A workspace that does without leads, and how the setup page says so."""

from __future__ import annotations

import pytest

from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.conversion import convert_lead, plan_for
from leads.models import Lead
from leads.settings import OF_CONTACT, USES_LEADS, OfContact
from tests import make
from tests.people import Firm, client_of


def switch(firm: Firm, on: bool) -> None:
    data = {"rule": "warn", "source": ""} | ({"uses": "on"} if on else {})
    assert client_of(firm.ada).post("/acme/setup/leads/", data).status_code == 303


@pytest.fixture
def lead(firm: Firm) -> Lead:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, company="Kestrel", last_name="Hawk")
        convert_lead(lead_id=lead.pk, actor=firm.ana, plan=plan_for(lead, firm.ana))
        make.lead(firm.ana, last_name="Open")
        return Lead.objects.select_related("account", "opportunity").get(pk=lead.pk)


def gone(lead: Lead) -> list[str]:
    own = [f"leads/{lead.pk}/{page}" for page in ("", "history/", "conversion/", "access/")]
    pages = ("leads/", "leads/board/", "leads/new/", "leads/card/", "leads/bin/", "leads/export/")
    return [*pages, *own, "views/leads/", "imports/new/leads/", "lookup/leads/"]


def still_there(lead: Lead) -> list[str]:
    return [
        "", "accounts/", f"accounts/{lead.account_id}/", "contacts/", "opportunities/", "opportunities/board/",
        f"opportunities/{lead.opportunity_id}/", "search/?q=Hawk", "reports/", "imports/", "setup/", "setup/leads/",
        "tasks/", "bulk/",
    ]  # fmt: skip


def test_switched_off_leads_are_nowhere_and_the_rest_works(firm: Firm, lead: Lead) -> None:
    clients = [client_of(member) for member in (firm.ada, firm.ana)]
    for client in clients:
        assert "/acme/leads/" in client.get("/acme/accounts/").content.decode()
    assert {path: clients[0].get(f"/acme/{path}").status_code for path in gone(lead)} == dict.fromkeys(gone(lead), 200)
    switch(firm, on=False)
    for client in clients:
        assert {path: client.get(f"/acme/{path}").status_code for path in gone(lead)} == dict.fromkeys(gone(lead), 404)
    for path in still_there(lead):
        answer = clients[0].get(f"/acme/{path}")
        assert answer.status_code == 200, path
        assert "/acme/leads/" not in answer.content.decode(), path
    switch(firm, on=True)
    for client in clients:
        assert client.get(f"/acme/leads/{lead.pk}/").status_code == 200


def test_who_sets_up_chooses_and_nobody_else(firm: Firm) -> None:
    assert client_of(firm.max).get("/acme/setup/leads/").status_code == 404
    client = client_of(firm.ada)
    assert "We work with leads" in client.get("/acme/setup/leads/").content.decode()
    client.post("/acme/setup/leads/", {"uses": "on", "rule": "block", "source": ""})
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        assert (USES_LEADS.value(), OF_CONTACT.value()) == (True, OfContact.BLOCK)
    assert client.post("/acme/setup/leads/", {"uses": "on", "rule": "nonsense"}).status_code == 422
    changes = client.get("/acme/setup/changes/").content.decode()
    assert "leads of known contacts" in changes
