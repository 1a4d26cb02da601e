"""Vetting in the browser, with and without JavaScript, and what others see of it."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from crm.picklists.models import Choice
from crm.picklists.selectors import choices
from crm.tenants.context import tenant_context
from leads.conversion import ConversionPlan, convert_lead, new
from leads.models import Lead
from leads.services import close_as_unqualified, meaning_of, reopen_lead
from leads.vetting import criteria
from leads.vetting.setup import create_criterion, update_criterion
from opportunities.models import Opportunity
from opportunities.services import move_to_stage
from tests import make
from tests.leads.vetting.asking import answer, ask_for, criterion, held
from tests.people import Firm, client_of

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def lead(firm: Firm) -> Lead:
    with tenant_context(firm.tenant):
        return make.lead(firm.ana)


def page(firm: Firm, lead: Lead, member: Any = None) -> str:
    return client_of(member or firm.ana).get(firm.url("leads:record", record_id=lead.pk)).content.decode()


def send(firm: Firm, lead: Lead, key: str, client: Client | None = None, **form: str) -> HttpResponse:
    with tenant_context(firm.tenant):
        chosen = criterion(key).pk
    path = firm.url("leads:vetting_answer", record_id=lead.pk, criterion_id=chosen)
    extra = {name: form.pop(name) for name in list(form) if name.startswith("HTTP_")}
    return (client or client_of(firm.ana)).post(path, {"evidence": "", "seen": "", **form}, **extra)  # type: ignore[arg-type]


def now(firm: Firm, lead: Lead) -> dict[str, str]:
    with tenant_context(firm.tenant):
        return held(lead)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub("</?bdi>", "", html)).split())


def test_every_criterion_can_be_answered_on_the_lead_s_page(firm: Firm, lead: Lead) -> None:
    text = page(firm, lead)
    assert "0 of 4 met 0%" in words(text)
    for label, question in (("Budget", "Is there money for it, and how much?"), ("Need", "Which problem")):
        assert label in text and question in text
    assert send(firm, lead, "budget", answer="yes", evidence="40,000 set aside").status_code == 303
    text = page(firm, lead)
    assert "1 of 4 met 25%" in words(text)
    assert re.search(r'value="yes"[^>]*checked', text)
    assert "40,000 set aside</textarea>" in text and "Ana Owner, " in words(text)


def test_without_javascript_the_page_comes_back_where_one_was(firm: Firm, lead: Lead) -> None:
    sent = send(firm, lead, "need", answer="no")
    assert sent["Location"] == f"{firm.url('leads:record', record_id=lead.pk)}#vetting"


def test_htmx_gets_the_sum_and_who_answered_and_leaves_the_controls_alone(firm: Firm, lead: Lead) -> None:
    sent = send(firm, lead, "budget", answer="yes", **HTMX)
    text = sent.content.decode()
    assert sent.status_code == 200 and sent["HX-Trigger"] == "activities-changed"
    assert text.lstrip().startswith('<span class="vetting-sum" id="vetting-summary">')
    assert "25%" in text and 'name="seen"' in text
    assert "<textarea" not in text and 'type="radio"' not in text
    with tenant_context(firm.tenant):
        first, second = (criterion(key).pk for key in ("budget", "need"))
    assert f'id="vetting-by-{first}" hx-swap-oob="true"' in text
    assert f"vetting-by-{second}" not in text


def test_an_answer_of_somebody_else_is_not_overwritten_unseen(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        answer(lead, "budget", "no", "Frozen until May", by=firm.max)
    refused = send(firm, lead, "budget", answer="yes", evidence="They told me", **HTMX)
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "Max Manager answered this meanwhile" in text
    assert "Frozen until May</textarea>" in text and "Not saved: Yes “They told me”." in text
    assert "Not saved: No." in send(firm, lead, "budget", answer="no", **HTMX).content.decode()
    assert refused["HX-Retarget"].startswith("#vetting-row-")
    assert now(firm, lead) == {"Budget": "no"}
    seen = re.search(r'name="seen" value="([^"]+)"', text)
    assert seen
    assert send(firm, lead, "budget", answer="yes", seen=seen[1], **HTMX).status_code == 200
    assert now(firm, lead) == {"Budget": "yes"}


def test_a_closed_lead_says_why_it_takes_no_answer(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        close_as_unqualified(lead=lead, reason=choices("unqualified_reason")[0], actor=firm.ana)
    refused = send(firm, lead, "budget", answer="yes", **HTMX)
    assert (refused.status_code, refused["Content-Type"]) == (409, "text/plain; charset=utf-8")
    assert "Reopen it" in refused.content.decode()
    told = send(firm, lead, "budget", client=client_of(firm.ana), answer="yes", evidence="Asked on the phone")
    assert told.status_code == 409
    assert "Reopen it to vet it again" in told.content.decode()
    assert "Asked on the phone" in told.content.decode()
    with tenant_context(firm.tenant):
        reopen_lead(lead=Lead.objects.get(pk=lead.pk), actor=firm.ana)
    assert send(firm, lead, "budget", answer="yes", **HTMX).status_code == 200
    assert "Round 2" in page(firm, lead)


def test_who_may_answer_and_who_may_read(firm: Firm, other_firm: Firm, lead: Lead) -> None:
    assert send(firm, lead, "budget", answer="yes", evidence="Set aside").status_code == 303
    assert send(firm, lead, "budget", client=client_of(firm.rita), answer="no").status_code == 404
    assert send(firm, lead, "budget", client=client_of(firm.sam), answer="no").status_code == 404
    assert send(firm, lead, "budget", client=client_of(other_firm.ada), answer="no").status_code == 404
    reading = page(firm, lead, firm.rita)
    assert "Set aside" in reading and 'name="evidence"' not in reading
    with tenant_context(other_firm.tenant):
        theirs = criteria()[0].pk
    client = client_of(firm.ana)
    for strange in (theirs, uuid4()):
        path = firm.url("leads:vetting_answer", record_id=lead.pk, criterion_id=strange)
        assert client.post(path, {"answer": "yes"}).status_code == 404
    assert now(firm, lead) == {"Budget": "yes"}


def test_the_history_shows_all_rounds_and_every_change(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        answer(lead, "budget", "no", "Frozen until May", by=firm.ana)
        answer(lead, "budget", "no", "Frozen until June", by=firm.max)
        close_as_unqualified(lead=lead, reason=choices("unqualified_reason")[0], actor=firm.ana)
        reopen_lead(lead=lead, actor=firm.ana)
        answer(lead, "budget", "yes", "Free again", by=firm.max)
    path = firm.url("leads:vetting", record_id=lead.pk)
    text = words(client_of(firm.ana).get(path).content.decode())
    assert text.index("Round 2") < text.index("Free again") < text.index("Round 1") < text.index("Frozen until June")
    assert "Evidence Frozen until May → Frozen until June" in text
    assert "Ana Owner vetted Budget: no" in text and "Max Manager vetted Budget: yes" in text
    assert client_of(firm.ana).get(path, **HTMX).content.decode().lstrip().startswith('<div class="dialog-body">')


@pytest.mark.parametrize("needed", [(), ("budget", "need")], ids=["nothing asked for", "two asked for"])
def test_once_all_is_met_one_press_marks_it_as_qualified(firm: Firm, lead: Lead, needed: tuple[str, ...]) -> None:
    if needed:
        ask_for(firm, *needed, unmet="warn")
    with tenant_context(firm.tenant):
        keys = needed or tuple(one.key for one in criteria())
        for key in keys[1:]:
            answer(lead, key, "yes", by=firm.ana)
        qualified = make.reason("lead_status", "qualified")
    assert "Mark as Qualified" not in page(firm, lead)
    sent = send(firm, lead, keys[0], answer="yes", **HTMX)
    assert "Mark as Qualified" in sent.content.decode() and "Mark as Qualified" in page(firm, lead)
    client = client_of(firm.ana)
    assert client.post(firm.url("leads:status", record_id=lead.pk), {"status": str(qualified.pk)}).status_code == 303
    with tenant_context(firm.tenant):
        assert meaning_of(Lead.objects.get(pk=lead.pk)) == "qualified"
    assert "Mark as Qualified" not in page(firm, lead)


def test_a_renamed_qualified_is_suggested_by_its_meaning(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        Choice.objects.filter(meaning="qualified").update(label="Good to go")
        for one in criteria():
            answer(lead, one.key, "yes", by=firm.ana)
    assert "Mark as Good to go" in page(firm, lead)


def test_without_criteria_there_is_no_vetting(firm: Firm, lead: Lead) -> None:
    assert 'id="vetting"' in page(firm, lead)
    with tenant_context(firm.tenant):
        for one in criteria():
            update_criterion(criterion=one, actor=firm.ada, values={"is_active": False})
    assert 'id="vetting"' not in page(firm, lead)


def test_what_people_write_is_shown_as_text(firm: Firm, lead: Lead) -> None:
    with tenant_context(firm.tenant):
        own = create_criterion(actor=firm.ada, values={"label": "<b>Bold</b>", "question": '"><script>'})
    path = firm.url("leads:vetting_answer", record_id=lead.pk, criterion_id=own.pk)
    client_of(firm.ana).post(path, {"answer": "yes", "evidence": "</textarea><script>x</script>", "seen": ""})
    for text in (
        page(firm, lead),
        client_of(firm.ana).get(firm.url("leads:vetting", record_id=lead.pk)).content.decode(),
    ):
        assert "<script>x" not in text and "<b>Bold" not in text
        assert "&lt;/textarea&gt;" in text


class TestTheOpportunity:
    @pytest.fixture
    def deal(self, firm: Firm, lead: Lead) -> Opportunity:
        """Ana vetted, Max helped, Sam of another team sells; he cannot open the lead."""
        with tenant_context(firm.tenant):
            answer(lead, "budget", "yes", "40,000 set aside", by=firm.ana)
            answer(lead, "authority", "no", "The board decides", by=firm.max)
            plan = ConversionPlan(contact=new(), opportunity=new(), owner=firm.sam)
            return convert_lead(lead_id=lead.pk, actor=firm.ana, plan=plan).opportunity

    def text(self, firm: Firm, deal: Opportunity) -> str:
        return client_of(firm.sam).get(firm.url("opportunities:record", record_id=deal.pk)).content.decode()

    def lose(self, firm: Firm, deal: Opportunity, meaning: str) -> None:
        with tenant_context(firm.tenant):
            deal = Opportunity.objects.get(pk=deal.pk)
            reason = make.reason("loss_reason", meaning)
            move_to_stage(opportunity=deal, stage=make.stage("lost"), actor=firm.sam, loss_reason=reason)

    def test_it_shows_the_vetting_that_it_came_with(self, firm: Firm, lead: Lead, deal: Opportunity) -> None:
        text = self.text(firm, deal)
        for part in ("40,000 set aside", "The board decides", "Ana Owner, ", "Max Manager, ", "25%"):
            assert part in words(text)
        assert f"/acme/leads/{lead.pk}/" not in text.partition('id="vetting"')[2].partition("</section>")[0]
        assert client_of(firm.sam).get(firm.url("leads:record", record_id=lead.pk)).status_code == 404

    def test_lost_over_vetting_it_shows_what_had_been_claimed_and_by_whom(self, firm: Firm, deal: Opportunity) -> None:
        self.lose(firm, deal, "vetting")
        text = self.text(firm, deal)
        assert "vetting should have found that" in text
        claims = text.partition("It had claimed:")[2].partition("</ul>")[0]
        assert words(claims) == "Budget: Yes · Ana Owner"
        assert "<mark>" in claims

    def test_lost_for_another_reason_nobody_is_named(self, firm: Firm, deal: Opportunity) -> None:
        self.lose(firm, deal, "sales")
        assert "vetting should have found that" not in self.text(firm, deal)
        assert "40,000 set aside" in self.text(firm, deal)

    def test_an_opportunity_without_a_lead_has_no_vetting(self, firm: Firm) -> None:
        with tenant_context(firm.tenant):
            deal = make.opportunity(firm.sam)
        self.lose(firm, deal, "vetting")
        assert 'id="vetting"' not in self.text(firm, deal)
