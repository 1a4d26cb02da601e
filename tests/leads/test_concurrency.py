"""However many people convert the same lead at once, there is one set of records."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from accounts.models import Account
from contacts.models import Contact
from crm.events.models import Event
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.undo.models import Change
from leads.conversion import (
    NOTHING,
    PARTS,
    BlockedError,
    ConversionPlan,
    Way,
    convert_lead,
    existing,
    new,
    undo_conversion,
)
from leads.models import Conversion, Lead
from opportunities.models import Opportunity
from opportunities.services import update_opportunity
from tests import make
from tests.people import Firm, client_of

CROWD = 20
QUEUE = 8  # who wait for one account, each for all before: on a busy machine none is to meet the lock's time limit


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
        leads = [make.lead(fresh_firm.ana, city=f"City {number}").pk for number in range(QUEUE)]
    plan = ConversionPlan(account=existing(account.pk), contact=new(), opportunity=new())
    answers = at_once(QUEUE, lambda number: convert(fresh_firm, leads[number], plan))
    assert len(set(answers)) == QUEUE
    assert all(isinstance(answer, UUID) for answer in answers), answers
    with tenant_context(fresh_firm.tenant):
        assert Account.objects.get().city in {f"City {number}" for number in range(QUEUE)}
        assert Contact.objects.filter(account=account).count() == QUEUE


FORM = {
    "accounts": "new",
    "contacts": "new",
    "accounts-name": "Kestrel",
    "contacts-last_name": "Lead",
    "opportunities": "none",
}


def race(firm: Firm, count: int) -> list[Lead]:
    """For each lead two convert it, one changes its city and one deletes it, all at once; return the leads."""
    with tenant_context(firm.tenant):
        leads = [make.lead(firm.ana, city=f"Before {number}") for number in range(count)]
    clients = [client_of(member) for member in (firm.ana, firm.max, firm.ada, firm.ana)]
    for number, lead in enumerate(leads):
        paths = {name: firm.url(f"leads:{name}", record_id=lead.pk) for name in ("conversion", "deletion")}
        change = firm.url("leads:field", record_id=lead.pk, name="city")
        requests = [
            (paths["conversion"], FORM),
            (paths["conversion"], FORM),
            (change, {"city": f"After {number}"}),
            (paths["deletion"], {}),
        ]
        chosen = requests if number % 2 else requests[:3]  # a deletion is quick, and would always win
        answers = at_once(len(chosen), lambda one, chosen=chosen: clients[one].post(*chosen[one]))  # type: ignore[misc]
        assert all(answer.status_code in (200, 303, 404, 409, 422) for answer in answers), answers
    with tenant_context(firm.tenant):
        return list(Lead.all_objects.select_related("account").order_by("pk"))


def check_race(firm: Firm, leads: list[Lead]) -> None:
    """Each lead was either converted wholly, as it stood then, or not at all; and none was both that and deleted."""
    with tenant_context(firm.tenant):
        converted = [lead for lead in leads if lead.converted_at is not None]
        assert converted
        for lead in converted:
            assert lead.deleted_at is None
            assert lead.account.city == lead.city, "what was changed afterwards was refused"
        counts = [model.objects.count() for model in (Conversion, Account, Contact)]
        assert counts == [len(converted)] * 3


def test_converting_changing_and_deleting_the_same_lead_at_once(fresh_firm: Firm) -> None:
    check_race(fresh_firm, race(fresh_firm, 6))


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
    assert sorted(answer.status_code for answer in answers) == [303, 409], "the slower one is told, and loses nothing"
    pages = [client.get(path).content.decode() for client in clients]
    assert all("Kestrel" in page for page in pages)
    with tenant_context(fresh_firm.tenant):
        assert (Account.objects.count(), Contact.objects.count()) == (1, 1)


@pytest.mark.slow
def test_twenty_people_press_the_button_of_each_of_fifty_leads(fresh_firm: Firm) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        leads = [make.lead(firm.ana, company=f"Company {number}").pk for number in range(50)]
    people = [client_of((firm.ana, firm.max, firm.ada)[number % 3]) for number in range(CROWD)]
    form = FORM | {"opportunities": "new", "opportunities-name": "Deal"}
    with tenant_context(firm.tenant):
        form["opportunities-stage"] = str(make.stage().pk)
    for lead_id in leads:
        path = firm.url("leads:conversion", record_id=lead_id)
        form["accounts-name"] = f"Company of {lead_id}"
        answers = at_once(CROWD, lambda number, path=path: people[number].post(path, form))  # type: ignore[misc]
        done = [answer["Location"] for answer in answers if answer.status_code == 303]
        assert set(done) == {path} and {answer.status_code for answer in answers} <= {303, 409}
    assert sets_of(firm) == [50, 50, 50, 50, 50]


def entangled(firm: Firm, count: int) -> dict[UUID, ConversionPlan]:
    """Leads with their plans: some go into the same few accounts, contacts and opportunities."""
    with tenant_context(firm.tenant):
        shared = [make.opportunity(firm.ana, contact=make.contact(firm.ana)) for _number in range(4)]
        for deal in shared[:2]:
            update_opportunity(deal, actor=firm.ana, values={"account": make.account(firm.ana)})
        plans = {}
        for number in range(count):
            lead = make.lead(firm.ana, company=f"Company {number}", city=f"City {number}")
            deal, kind = shared[number % 4], number % 5
            contact = existing(deal.contact_id) if kind in (1, 2) else new()
            account = existing(deal.account_id) if kind in (2, 3) and deal.account_id else NOTHING
            opportunity = existing(deal.pk) if kind == 2 else new()
            plans[lead.pk] = ConversionPlan(account=account, contact=contact, opportunity=opportunity)
    return plans


def walk_through(firm: Firm, plans: dict[UUID, ConversionPlan], crowd: int) -> None:
    before = sets_of(firm)

    def walk(number: int) -> dict[UUID, UUID]:
        order = random.Random(number).sample(sorted(plans), len(plans))
        return {lead_id: convert(firm, lead_id, plans[lead_id]) for lead_id in order}

    answers = at_once(crowd, walk)
    assert all(isinstance(answer, dict) for answer in answers), [one for one in answers if not isinstance(one, dict)]
    assert all(answer == answers[0] for answer in answers)
    made = [sum(plan.of(key).way == Way.NEW for plan in plans.values()) for key in PARTS]
    expected = [len(plans), *made, len(plans)]
    assert [now - was for now, was in zip(sets_of(firm), before, strict=True)] == expected


def test_a_few_go_through_leads_that_share_records_each_in_an_order_of_their_own(fresh_firm: Firm) -> None:
    walk_through(fresh_firm, entangled(fresh_firm, 20), 4)


@pytest.mark.slow
def test_twenty_go_through_a_hundred_leads_each_in_an_order_of_their_own(fresh_firm: Firm) -> None:
    """They wait for each other, and never for ever."""
    walk_through(fresh_firm, entangled(fresh_firm, 100), CROWD)


def convert_or_undo(firm: Firm, plans: dict[UUID, ConversionPlan], crowd: int, times: int) -> None:
    """Everybody converts leads and undoes conversions at random; what somebody has built on is left."""

    def act(number: int) -> int:
        chance, undone = random.Random(number), 0
        for _time in range(times):
            lead_id = chance.choice(sorted(plans))
            convert(firm, lead_id, plans[lead_id])
            with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
                live = Conversion.objects.filter(lead_id=chance.choice(sorted(plans)), undone_at=None).first()
                with suppress(BlockedError), transaction.atomic():
                    if live is not None:
                        undo_conversion(conversion=live, actor=firm.ana)
                        undone += 1
        return undone

    answers = at_once(crowd, act)
    assert all(isinstance(answer, int) for answer in answers), answers
    assert sum(answers) > crowd
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        live = Counter(Conversion.objects.filter(undone_at=None).values_list("lead_id", flat=True))
        assert set(live.values()) <= {1}
        assert set(Lead.objects.exclude(converted_at=None).values_list("pk", flat=True)) == set(live)
        for model in (Account, Contact, Opportunity):
            assert not model.objects.filter(pk__in=_made_and_undone(model)).exists()


def _made_and_undone(model: Any) -> set[UUID]:
    undone = Conversion.objects.exclude(undone_at=None).values("pk")
    made = Change.objects.filter(act__in=undone, table=model._meta.db_table, before=None)
    return set(made.values_list("row", flat=True))


def test_converting_and_undoing_at_random(fresh_firm: Firm) -> None:
    convert_or_undo(fresh_firm, entangled(fresh_firm, 10), 4, 5)


@pytest.mark.slow
def test_twenty_convert_and_undo_at_random(fresh_firm: Firm) -> None:
    convert_or_undo(fresh_firm, entangled(fresh_firm, 30), CROWD, 40)


@pytest.mark.slow
def test_converting_changing_and_deleting_each_of_a_hundred_leads_at_once(fresh_firm: Firm) -> None:
    leads = race(fresh_firm, 100)
    check_race(fresh_firm, leads)
    ends = {(lead.converted_at is not None, lead.city.startswith("After")) for lead in leads}
    assert len(ends) >= 3, "it went in too few ways to show anything"


def sets_of(firm: Firm) -> list[int]:
    """Conversions, accounts, contacts, opportunities, and the events that say so."""
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        records = [model.objects.count() for model in (Conversion, Account, Contact, Opportunity)]
        return [*records, Event.objects.filter(name="lead.converted").count()]
