"""Setup of how long a customer is one, and of contacts that belong to no account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Account
from contacts.models import Contact
from contacts.settings import NEED_ACCOUNT
from crm.events.delivery import deliver_all
from crm.preferences.setting import Setting
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from opportunities.settings import PAST_CUSTOMER_MONTHS
from tests import make
from tests.people import Firm, client_of

LIFE, CONTACTS = "/acme/setup/past-customers/", "/acme/setup/contact-accounts/"


def setting(firm: Firm, one: Setting[Any]) -> Any:
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        return one.value()


def old_customer(firm: Firm, name: str, days: int) -> Account:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name=name)
        day = today() - timedelta(days=days)
        make.opportunity(firm.ana, account=account, stage=make.stage("won"), closed_on=day)
        deliver_all()
    return account


def test_it_says_what_tonight_brings_and_then_saves(firm: Firm) -> None:
    old_customer(firm, "Kestrel", 100)
    client = client_of(firm.ada)
    page = client.get(LIFE).content.decode()
    assert 'value="12"' in page and "0 customers would become past customers tonight" in page
    tried = client.get(LIFE, {"months": "3"}, HTTP_HX_REQUEST="true").content.decode()
    assert "1 customer would become a past customer tonight" in tried and "Kestrel" in tried
    assert "because nothing was won for 3 months" in tried and "<html" not in tried
    assert setting(firm, PAST_CUSTOMER_MONTHS) == 12
    assert "Kestrel" in client.get(LIFE, {"months": "3"}).content.decode()  # without JavaScript
    assert client.post(LIFE, {"months": "3"}).status_code == 303
    assert setting(firm, PAST_CUSTOMER_MONTHS) == 3
    changes = client.get("/acme/setup/changes/").content.decode()
    assert "changed months until a customer is a past customer from 12 to 3" in changes


def test_never_is_a_choice(firm: Firm) -> None:
    old_customer(firm, "Kestrel", 500)
    client = client_of(firm.ada)
    assert "1 customer would" in client.get(LIFE).content.decode()
    assert client.post(LIFE, {"months": ""}).status_code == 303
    assert setting(firm, PAST_CUSTOMER_MONTHS) is None
    assert "0 customers would" in client.get(LIFE).content.decode()


@pytest.mark.parametrize("typed", ["0", "-3", "1.5", "121", "a year"])
def test_what_is_no_number_of_months_is_refused(firm: Firm, typed: str) -> None:
    client = client_of(firm.ada)
    assert client.post(LIFE, {"months": typed}).status_code == 422
    assert setting(firm, PAST_CUSTOMER_MONTHS) == 12
    assert client.post(LIFE, {"months": "120"}).status_code == 303
    assert setting(firm, PAST_CUSTOMER_MONTHS) == 120


def need_account(firm: Firm, needed: str) -> None:
    assert client_of(firm.ada).post(CONTACTS, {"needed": needed}).status_code == 303
    assert setting(firm, NEED_ACCOUNT) == (needed == "yes")


def names(firm: Firm) -> list[str]:
    with tenant_context(firm.tenant):
        return list(Contact.objects.order_by("sort_name").values_list("name", flat=True))


def test_the_form_obeys_and_it_can_be_taken_back(firm: Firm) -> None:
    client = client_of(firm.ana)
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Kestrel")
    assert "0 contacts" not in client_of(firm.ada).get(CONTACTS).content.decode()
    assert client.post("/acme/contacts/new/", {"last_name": "First"}).status_code == 303
    assert "1 contact has neither an account nor a vendor today" in client_of(firm.ada).get(CONTACTS).content.decode()
    need_account(firm, "yes")
    assert "here every contact belongs to a company" in client.get("/acme/contacts/new/").content.decode()
    refused = client.post("/acme/contacts/new/", {"last_name": "Second"})
    assert refused.status_code == 422 and "Choose an account" in refused.content.decode()
    given = {"last_name": "Third", "account": "Kestrel", "account_id": str(account.pk)}
    assert client.post("/acme/contacts/new/", given).status_code == 303
    need_account(firm, "no")
    assert client.post("/acme/contacts/new/", {"last_name": "Fourth"}).status_code == 303
    assert names(firm) == ["First", "Fourth", "Third"]


def test_who_has_none_may_stay_so_and_who_has_one_keeps_one(firm: Firm) -> None:
    client = client_of(firm.ana)
    with tenant_context(firm.tenant):
        alone = make.contact(firm.ana, last_name="Alone")
        placed = make.contact(firm.ana, last_name="Placed", account=make.account(firm.ana))
    need_account(firm, "yes")
    field = "/acme/contacts/{}/fields/{}/"
    assert client.post(field.format(alone.pk, "job_title"), {"job_title": "Baker"}).status_code == 303
    assert client.post(field.format(placed.pk, "job_title"), {"job_title": "Baker"}).status_code == 303
    assert client.post(field.format(placed.pk, "account"), {"account": "", "account_id": ""}).status_code == 422
    need_account(firm, "no")
    assert client.post(field.format(placed.pk, "account"), {"account": "", "account_id": ""}).status_code == 303


def test_an_import_obeys(firm: Firm) -> None:
    from contacts.record import CONTACT
    from crm.imports.models import RefusedRow
    from crm.imports.services import start_import
    from crm.imports.uploading import upload_import
    from tests.imports.steps import run_import

    need_account(firm, "yes")
    tenant = Tenant.objects.get(pk=firm.tenant.pk)
    with tenant_context(tenant):
        make.account(firm.ada, name="Kestrel")
        content = b"last name,account\nWith,Kestrel\nWithout,\n"
        job = upload_import(actor=firm.ada, record_type=CONTACT, file_name="people.csv", content=content)
        start_import(run=job, actor=firm.ada, dry_run=False)
    run_import(tenant, job.pk)
    with tenant_context(tenant):
        refused = RefusedRow.objects.get(run=job)
        assert refused.cells == ["Without", ""] and "Choose an account" in refused.reasons[0]
    assert names(firm) == ["With"]


def test_a_conversion_obeys(firm: Firm) -> None:
    client = client_of(firm.ana)
    with tenant_context(firm.tenant):
        person = make.lead(firm.ana, first_name="Petra", last_name="Person")
    address = f"/acme/leads/{person.pk}/conversion/"
    alone = {"accounts": "none", "contacts": "new", "opportunities": "none", "contacts-last_name": "Person"}
    need_account(firm, "yes")
    assert 'value="Petra Person"' in client.get(address).content.decode()  # an account of the person's name
    refused = client.post(address, alone)
    assert refused.status_code == 422 and "Choose an account" in refused.content.decode()
    assert names(firm) == []
    need_account(firm, "no")
    assert client.post(address, alone).status_code == 303
    assert names(firm) == ["Person"]


def test_the_usual_conversion_makes_an_account_where_one_is_needed(inside: Firm) -> None:
    from leads.conversion import convert_lead
    from leads.conversion.defaults import plan_for

    lead = make.lead(inside.ana, first_name="Petra", last_name="Person")
    assert convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan_for(lead, inside.ana)).account is None
    NEED_ACCOUNT.change(True, actor=inside.ada)
    other = make.lead(inside.ana, first_name="Paul", last_name="Person")
    done = convert_lead(lead_id=other.pk, actor=inside.ana, plan=plan_for(other, inside.ana))
    assert done.account is not None and done.account.name == "Paul Person"
    assert done.contact is not None and done.contact.account == done.account
