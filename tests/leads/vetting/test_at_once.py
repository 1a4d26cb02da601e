"""Several people vet one lead at once, while others convert or reopen it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crm.picklists.selectors import choices
from crm.records.services import LockedError
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.conversion import ConversionPlan, GateError, convert_lead, new
from leads.models import Lead, VettingAnswer, VettingRound
from leads.services import close_as_unqualified
from leads.vetting import criteria
from leads.vetting.services import MeanwhileError, record_answer
from leads.vetting.setup import set_gate
from tests import make
from tests.leads.test_concurrency import at_once
from tests.leads.vetting.asking import answer, criterion, held
from tests.people import Firm, client_of

CROWD = 8


def inside(firm: Firm, act: Any) -> Any:
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        return act()


def vet(lead_id: UUID, number: int, firm: Firm, *, seen: str | None = None) -> Any:
    asked = criteria()
    one = asked[number % len(asked)]
    lead = Lead.objects.get(pk=lead_id)
    return record_answer(
        lead=lead, criterion=one, answer="yes", evidence=f"Said {number}", actor=firm.ana, seen=seen
    ).pk  # type: ignore[union-attr]


def test_first_answers_at_once_open_one_round_and_lose_none(fresh_firm: Firm) -> None:
    lead_id = inside(fresh_firm, lambda: make.lead(fresh_firm.ana).pk)
    said = at_once(4, lambda number: inside(fresh_firm, lambda: vet(lead_id, number, fresh_firm)))
    assert len({one for one in said if isinstance(one, UUID)}) == 4, said
    with tenant_context(fresh_firm.tenant):
        assert (VettingRound.objects.count(), VettingAnswer.objects.count()) == (1, 4)
        assert VettingRound.objects.get().score == 100


def test_of_many_who_saw_nothing_one_answers_and_the_others_are_told(fresh_firm: Firm) -> None:
    lead_id = inside(fresh_firm, lambda: make.lead(fresh_firm.ana).pk)
    said = at_once(CROWD, lambda number: inside(fresh_firm, lambda: vet(lead_id, number * 4, fresh_firm, seen="")))
    assert sum(isinstance(one, UUID) for one in said) == 1, said
    assert sum(isinstance(one, MeanwhileError) for one in said) == CROWD - 1


def test_an_answer_taken_back_while_somebody_converts_holds_the_gate_or_comes_too_late(fresh_firm: Firm) -> None:
    """Never a converted lead whose kept vetting does not meet the gate."""
    firm = fresh_firm
    with tenant_context(firm.tenant):
        set_gate(actor=firm.ada, needs="some", criteria=[criterion("budget")], unmet="block")
        ids = [make.lead(firm.ana).pk for _number in range(4)]
        for lead_id in ids:
            answer(Lead.objects.get(pk=lead_id), "budget", "yes", by=firm.ana)

    def act(lead_id: UUID, number: int) -> Any:
        if number % 2:
            return convert_lead(lead_id=lead_id, actor=firm.ana, plan=ConversionPlan(contact=new())).pk
        lead, budget = Lead.objects.get(pk=lead_id), criterion("budget")
        return record_answer(lead=lead, criterion=budget, answer="no", evidence="Cut", actor=firm.max)

    for lead_id in ids:
        said = at_once(CROWD, lambda number, lead_id=lead_id: inside(firm, lambda: act(lead_id, number)))  # type: ignore[misc]
        strange = [one for one in said if isinstance(one, Exception) and not isinstance(one, GateError | LockedError)]
        assert not strange
        with tenant_context(firm.tenant):
            lead = Lead.objects.get(pk=lead_id)
            assert (lead.converted_at is not None) == (held(lead) == {"Budget": "yes"})


def test_reopened_twice_at_once_it_is_in_its_second_round(fresh_firm: Firm) -> None:
    firm = fresh_firm
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        answer(lead, "budget", "no", by=firm.ana)
        close_as_unqualified(lead=lead, reason=choices("unqualified_reason")[0], actor=firm.ana)
    path = firm.url("leads:closing", record_id=lead.pk)
    clients = [client_of(firm.ana) for _number in range(4)]
    said = at_once(4, lambda number: clients[number].post(path, {"_method": "DELETE"}).status_code)
    assert said == [303, 303, 303, 303]
    with tenant_context(firm.tenant):
        rounds = VettingRound.objects.filter(lead=lead).order_by("number")
        assert [(one.number, one.is_current) for one in rounds] == [(1, False), (2, True)]
