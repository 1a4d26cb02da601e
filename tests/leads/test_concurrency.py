"""However many people convert the same lead at once, there is one set of records."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Account
from contacts.models import Contact
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.conversion import ConversionPlan, convert_lead, existing, new, undo_conversion
from leads.models import Conversion, Lead
from leads.services import update_lead
from opportunities.models import Opportunity
from tests import make
from tests.people import Firm, client_of

CROWD = 20


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Run ``act(number)`` in ``count`` threads that start together; return what each gave, or its exception."""
    barrier = Barrier(count)

    def run(number: int) -> Any:
        try:
            barrier.wait(timeout=60)
            return act(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def convert(firm: Firm, lead_id: UUID, plan: ConversionPlan) -> UUID:
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        return convert_lead(lead_id=lead_id, actor=firm.ana, plan=plan).pk


def test_twenty_at_once_make_one_set_of_each_lead(fresh_firm: Firm) -> None:
    with tenant_context(fresh_firm.tenant):
        leads = [make.lead(fresh_firm.ana, company=f"Company {number}").pk for number in range(5)]
    plan = ConversionPlan(account=new(), contact=new(), opportunity=new())
    for lead_id in leads:
        answers = at_once(CROWD, lambda _number, lead_id=lead_id: convert(fresh_firm, lead_id, plan))  # type: ignore[misc]
        assert len(set(answers)) == 1, answers
    with tenant_context(fresh_firm.tenant):
        counts = [model.objects.count() for model in (Conversion, Account, Contact, Opportunity)]
    assert counts == [5, 5, 5, 5]


def test_many_leads_go_into_one_account_at_once(fresh_firm: Firm) -> None:
    with tenant_context(fresh_firm.tenant):
        account = make.account(fresh_firm.ana, name="Kestrel")
        leads = [make.lead(fresh_firm.ana, city=f"City {number}").pk for number in range(CROWD)]
    plan = ConversionPlan(account=existing(account.pk), contact=new(), opportunity=new())
    answers = at_once(CROWD, lambda number: convert(fresh_firm, leads[number], plan))
    assert len(set(answers)) == CROWD
    assert all(isinstance(answer, UUID) for answer in answers), answers
    with tenant_context(fresh_firm.tenant):
        assert Account.objects.get().city in {f"City {number}" for number in range(CROWD)}
        assert Contact.objects.filter(account=account).count() == CROWD


def test_converting_and_changing_the_same_lead_at_once(fresh_firm: Firm) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, company="Before")

    def act(number: int) -> Any:
        if number % 2:
            return convert(fresh_firm, lead.pk, ConversionPlan(account=new(), contact=new()))
        with tenant_context(Tenant.objects.get(pk=fresh_firm.tenant.pk)):
            mine = Lead.objects.select_for_update().get(pk=lead.pk)
            return update_lead(mine, actor=fresh_firm.ana, values={"company": "After"})

    at_once(10, act)
    with tenant_context(fresh_firm.tenant):
        done = Lead.objects.select_related("account").get(pk=lead.pk)
        assert done.account.name == done.company
        assert Account.objects.count() == 1


def test_undoing_at_once_undoes_once(fresh_firm: Firm) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana)
        convert_lead(lead_id=lead.pk, actor=fresh_firm.ana, plan=ConversionPlan(contact=new()))

    def act(_number: int) -> Any:
        with tenant_context(Tenant.objects.get(pk=fresh_firm.tenant.pk)):
            return undo_conversion(conversion=Conversion.objects.get(lead=lead), actor=fresh_firm.ana)

    assert at_once(8, act) == [None] * 8
    with tenant_context(fresh_firm.tenant):
        assert Lead.objects.get().converted_at is None
        assert not Contact.objects.exists()


def test_two_browsers_press_the_button(fresh_firm: Firm) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, company="Kestrel")
    path = fresh_firm.url("leads:conversion", record_id=lead.pk)
    form = {
        "accounts": "new",
        "accounts-name": "Kestrel",
        "contacts": "new",
        "contacts-last_name": "Lead",
        "opportunities": "none",
    }
    clients = [client_of(fresh_firm.ana), client_of(fresh_firm.max)]
    answers = at_once(2, lambda number: clients[number].post(path, form))
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(303, path), (303, path)]
    pages = [client.get(path).content.decode() for client in clients]
    assert all("Kestrel" in page for page in pages)
    with tenant_context(fresh_firm.tenant):
        assert (Account.objects.count(), Contact.objects.count()) == (1, 1)
