"""What must be known before a lead is converted: it holds on every way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from contacts.models import Contact
from crm.events.models import Event
from crm.picklists.selectors import choice_meaning
from crm.tenants.context import current_tenant, tenant_context
from crm.tenants.models import Tenant
from leads.conversion import ConversionPlan, GateError, convert_lead, live_conversion, new
from leads.models import Lead
from leads.services import close_as_unqualified, meaning_of, reopen_lead, set_lead_status, update_lead
from leads.vetting import GateResult, criteria, current_gate, gate
from leads.vetting.setup import create_criterion, delete_criterion, set_gate, update_criterion
from opportunities.settings import PAST_CUSTOMER_MONTHS
from tests import make
from tests.imports.steps import told
from tests.leads.browser_form import form_values
from tests.leads.test_arriving import bring_in
from tests.leads.vetting.asking import answer, ask_for, criterion
from tests.people import Firm, client_of

PLAN = ConversionPlan(contact=new())


@pytest.fixture
def lead(firm: Firm) -> Lead:
    with tenant_context(firm.tenant):
        return make.lead(firm.ana)


def labels(result: GateResult) -> list[str]:
    return [one.label for one in result.missing]


def converted(firm: Firm, lead: Lead) -> bool:
    firm.tenant.__dict__.pop("_memo", None)
    with tenant_context(firm.tenant):
        return live_conversion(Lead.objects.get(pk=lead.pk)) is not None


def gone_past(firm: Firm) -> list[list[str]]:
    """What was missing of each lead that was converted all the same."""
    firm.tenant.__dict__.pop("_memo", None)
    with tenant_context(firm.tenant):
        return [event.data["despite_gate"] for event in Event.objects.filter(name="lead.converted")]


def test_nothing_is_asked_for_unless_the_workspace_says_so(inside: Firm, lead: Lead) -> None:
    assert gate(lead) == GateResult()
    assert convert_lead(lead_id=lead.pk, actor=inside.ana, plan=PLAN)


@pytest.mark.parametrize("unmet", ["warn", "block"])
def test_what_is_missing_is_named_until_it_is_answered_with_yes(inside: Firm, lead: Lead, unmet: str) -> None:
    ask_for(inside, "budget", "need", unmet=unmet)
    blocks = unmet == "block"
    assert (labels(gate(lead)), gate(lead).blocks) == (["Budget", "Need"], blocks)
    answer(lead, "budget", "yes", by=inside.ana)
    answer(lead, "need", "no", by=inside.ana)
    assert (labels(gate(lead)), gate(lead).blocks, gate(lead).warns) == (["Need"], blocks, not blocks)
    with pytest.raises(GateError) as refused:
        convert_lead(lead_id=lead.pk, actor=inside.ana, plan=PLAN)
    assert "Need" in refused.value.messages[0]
    answer(lead, "need", "yes", by=inside.ana)
    assert gate(lead).is_met
    assert convert_lead(lead_id=lead.pk, actor=inside.ana, plan=PLAN).event.data.get("despite_gate") is None


def test_a_warning_can_be_gone_past_and_a_block_cannot(inside: Firm, lead: Lead) -> None:
    ask_for(inside, "budget", unmet="block")
    with pytest.raises(GateError):
        convert_lead(lead_id=lead.pk, actor=inside.ada, plan=PLAN, despite_gate=True)
    assert not Contact.objects.exists()
    ask_for(inside, "budget", unmet="warn")
    done = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=PLAN, despite_gate=True)
    event = Event.objects.get(record_id=lead.pk, name="lead.converted")
    assert (event.data["despite_gate"], event.actor, done.event) == (["Budget"], inside.ana, event)


def test_all_means_the_criteria_in_use_the_own_ones_too(inside: Firm, lead: Lead) -> None:
    ask_for(inside)
    create_criterion(actor=inside.ada, values={"label": "Commitment"})
    for key in ("budget", "authority", "need", "timeline"):
        answer(lead, key, "yes", by=inside.ana)
    assert labels(gate(lead)) == ["Commitment"]
    own = next(one for one in criteria() if one.label == "Commitment")
    update_criterion(criterion=own, actor=inside.ada, values={"is_active": False})
    assert gate(lead).is_met


def test_a_criterion_that_is_gone_is_not_waited_for(inside: Firm, lead: Lead) -> None:
    spare = create_criterion(actor=inside.ada, values={"label": "Spare"})
    set_gate(actor=inside.ada, needs="some", criteria=[spare, criterion("need")], unmet="block")
    assert labels(gate(lead)) == ["Need", "Spare"]
    update_criterion(criterion=criterion("need"), actor=inside.ada, values={"is_active": False})
    assert labels(gate(lead)) == ["Spare"]
    delete_criterion(criterion=spare, actor=inside.ada)
    assert gate(lead).is_met
    assert current_gate().chosen == {criterion("need").pk}


def test_answers_of_an_earlier_round_do_not_count(inside: Firm, lead: Lead) -> None:
    ask_for(inside, "budget")
    answer(lead, "budget", "yes", by=inside.ana)
    assert gate(lead).is_met
    close_as_unqualified(lead=lead, reason=make.reason("unqualified_reason", "other"), actor=inside.ana)
    reopen_lead(lead=lead, actor=inside.ana)
    assert labels(gate(lead)) == ["Budget"]


def test_choosing_none_of_the_criteria_is_refused(inside: Firm) -> None:
    with pytest.raises(ValidationError):
        set_gate(actor=inside.ada, needs="some", criteria=[], unmet="block")
    set_gate(actor=inside.ada, needs="some", criteria=[criterion("need")], unmet="block")
    assert [one.label for one in current_gate().required] == ["Need"]


def test_the_rule_is_kept_beside_the_other_choices_and_in_the_log(inside: Firm) -> None:
    PAST_CUSTOMER_MONTHS.change(18, actor=inside.ada)
    ask_for(inside, "budget", unmet="warn")
    kept = Tenant.objects.get(pk=current_tenant().pk).settings
    assert (kept["past_customer_months"], kept["conversion_gate"]["unmet"]) == (18, "warn")
    event = Event.objects.get(name="conversion_gate.changed")
    assert (event.actor, event.changes["criteria"]) == (inside.ada, [[], ["Budget"]])
    ask_for(inside, "budget", unmet="warn")
    assert Event.objects.filter(name="conversion_gate.changed").count() == 1


# Every way in which a lead can become converted, as somebody who may do it. Each tries once.


def by_service(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant), pytest.raises(GateError):
        convert_lead(lead_id=lead.pk, actor=firm.ana, plan=PLAN)


def by_page(firm: Firm, lead: Lead) -> None:
    client, path = client_of(firm.ana), firm.url("leads:conversion", record_id=lead.pk)
    form = form_values(client.get(path).content.decode(), "convert-page")
    assert client.post(path, form).status_code == 422


def by_an_old_page(firm: Firm, lead: Lead) -> None:
    """Sent although the page now has no button."""
    form = {"accounts": "none", "contacts": "new", "contacts-last_name": "Lead", "opportunities": "none"}
    path = firm.url("leads:conversion", record_id=lead.pk)
    assert client_of(firm.ana).post(path, form).status_code == 422


def by_status_bar(firm: Firm, lead: Lead) -> None:
    """Leads to the conversion page and changes nothing by itself."""
    with tenant_context(firm.tenant):
        chosen = choice_meaning("lead_status", "converted")
    path = firm.url("leads:status", record_id=lead.pk)
    moved = client_of(firm.ana).post(path, {"status": str(chosen.pk)})
    assert moved["Location"] == firm.url("leads:conversion", record_id=lead.pk)


def by_board(firm: Firm, lead: Lead) -> None:
    """A card dropped on the column of converted leads, by mouse and as the board's own menu sends it."""
    with tenant_context(firm.tenant):
        chosen = choice_meaning("lead_status", "converted")
    client, path = client_of(firm.ana), firm.url("leads:status", record_id=lead.pk)
    dropped = client.post(f"{path}?board=1", {"status": str(chosen.pk)}, HTTP_HX_REQUEST="true")
    assert dropped["HX-Redirect"] == firm.url("leads:conversion", record_id=lead.pk)
    asked = client.get(f"{path}?board=1&status={chosen.pk}", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="dialog")
    assert asked["HX-Redirect"] == firm.url("leads:conversion", record_id=lead.pk)


def by_status_service(firm: Firm, lead: Lead) -> None:
    """What an import or the API would write."""
    with tenant_context(firm.tenant):
        chosen = choice_meaning("lead_status", "converted")
        for write in (
            lambda: set_lead_status(lead=lead, status=chosen, actor=firm.ana),
            lambda: update_lead(lead, actor=firm.ana, values={"status": chosen}),
        ):
            with pytest.raises(ValidationError):
                write()


def by_bulk(firm: Firm, lead: Lead) -> None:
    """Tried out and then done, as the list does it."""
    client = client_of(firm.ana)
    asked = client.post("/acme/bulk/leads/new/", {"action": "convert", "id": [str(lead.pk)], "go": "1"})
    assert client.post(asked["Location"]).status_code == 303


def by_bringing_together(firm: Firm, lead: Lead) -> None:
    """With another lead of the firm, which is vetted: neither of them is converted."""
    with tenant_context(firm.tenant):
        other = make.lead(firm.ana)
        answer(other, "budget", "yes", by=firm.ana)
    path = firm.url("leads:together", record_id=other.pk)
    answered = client_of(firm.ana).post(path, {"lead": [str(lead.pk)]}, follow=True)
    assert f"{lead.name}: Not vetted yet: Budget." in answered.content.decode()
    assert not converted(firm, other)


WAYS = [
    by_service, by_page, by_an_old_page, by_status_bar, by_board, by_status_service, by_bulk, by_bringing_together,
]  # fmt: skip


@pytest.mark.parametrize("unmet", ["warn", "block"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_way_leads_past_the_gate(firm: Firm, lead: Lead, way: Callable[[Firm, Lead], None], unmet: str) -> None:
    ask_for(firm, "budget", unmet=unmet)
    way(firm, lead)
    assert not converted(firm, lead)
    with tenant_context(firm.tenant):
        answer(lead, "budget", "yes", by=firm.ana)
        convert_lead(lead_id=lead.pk, actor=firm.ana, plan=PLAN)
    assert converted(firm, lead)


# A row that says "converted" is refused only by a gate that blocks: see leads/conversion/arriving.py.


@pytest.mark.parametrize("known", [False, True], ids=["new", "open here"])
def test_a_file_is_stopped_by_a_block_and_not_by_a_warning(firm: Firm, known: bool) -> None:
    rows = "External id,First name,Last name,Company,E-mail,Status,Owner\n1,Ann,Bell,Kestrel,a@k.example,{},Ana Owner\n"
    if known:
        bring_in(firm, rows.format("Working"))
    ask_for(firm, "budget", unmet="block")
    job = bring_in(firm, rows.format("Converted"))
    assert (job.refused_count, gone_past(firm)) == (1, [])
    ask_for(firm, "budget", unmet="warn")
    job = bring_in(firm, rows.format("Converted"))
    assert (job.refused_count, gone_past(firm)) == (0, [["Budget"]])


class TestBringingTogether:
    def page(self, firm: Firm, lead: Lead) -> str:
        return client_of(firm.ana).get(firm.url("leads:record", record_id=lead.pk)).content.decode()

    def test_a_warning_asks_for_a_tick_and_a_block_offers_none(self, firm: Firm) -> None:
        with tenant_context(firm.tenant):
            two = [make.lead(firm.ana, company="Kestrel") for _number in range(2)]
        send = {"lead": [str(two[1].pk)], "despite_gate": "1"}
        path = firm.url("leads:together", record_id=two[0].pk)
        assert 'name="despite_gate"' not in self.page(firm, two[0])
        ask_for(firm, "budget", unmet="block")
        assert 'name="despite_gate"' not in self.page(firm, two[0])
        client_of(firm.ana).post(path, send)
        assert not any(converted(firm, lead) for lead in two)
        ask_for(firm, "budget", unmet="warn")
        assert 'name="despite_gate"' in self.page(firm, two[0])
        client_of(firm.ana).post(path, send)
        assert all(converted(firm, lead) for lead in two)
        assert gone_past(firm) == [["Budget"], ["Budget"]]


class TestThePage:
    def send(self, firm: Firm, lead: Lead, **more: str) -> int:
        status: int = self.answer(firm, lead, **more).status_code
        return status

    def answer(self, firm: Firm, lead: Lead, **more: str) -> Any:
        client, path = client_of(firm.ana), firm.url("leads:conversion", record_id=lead.pk)
        form = form_values(client.get(path).content.decode(), "convert-page")
        return client.post(path, form | more)

    def page(self, firm: Firm, lead: Lead) -> str:
        return client_of(firm.ana).get(firm.url("leads:conversion", record_id=lead.pk)).content.decode()

    def test_a_warning_asks_for_a_tick(self, firm: Firm, lead: Lead) -> None:
        ask_for(firm, "budget", unmet="warn")
        page = self.page(firm, lead)
        assert "Not vetted yet: Budget" in page and 'name="despite_gate"' in page
        refused = self.answer(firm, lead)
        assert refused.status_code == 422
        assert told(refused).count("Not vetted yet: Budget") == 1, "it stood there twice"
        assert not converted(firm, lead)
        assert self.send(firm, lead, despite_gate="1") == 303
        assert converted(firm, lead)
        with tenant_context(firm.tenant):
            assert Event.objects.get(name="lead.converted").data["despite_gate"] == ["Budget"]

    def test_a_block_has_no_button_and_no_tick_helps(self, firm: Firm, lead: Lead) -> None:
        ask_for(firm, "budget", unmet="block")
        page = self.page(firm, lead)
        assert "Not vetted yet: Budget" in page and 'name="despite_gate"' not in page
        assert 'id="convert-go"' not in page.partition('id="convert-foot"')[2]
        refused = self.answer(firm, lead, despite_gate="1")
        assert refused.status_code == 422
        assert told(refused).count("Not vetted yet: Budget") == 1, "it stood there twice"
        assert not converted(firm, lead)
        with tenant_context(firm.tenant):
            answer(lead, "budget", "yes", by=firm.ana)
        assert 'id="convert-go"' in self.page(firm, lead).partition('id="convert-foot"')[2]
        assert self.send(firm, lead) == 303

    def test_the_lead_says_so_afterwards(self, firm: Firm, lead: Lead) -> None:
        ask_for(firm, "budget", unmet="warn")
        self.send(firm, lead, despite_gate="1")
        page = client_of(firm.ana).get(firm.url("leads:record", record_id=lead.pk)).content.decode()
        assert "Ana Owner converted this lead although it was not vetted: Budget." in page
        with tenant_context(firm.tenant):
            assert meaning_of(Lead.objects.get(pk=lead.pk)) == "converted"
