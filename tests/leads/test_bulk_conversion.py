"""Converting many leads: what the rehearsal says comes true, rows that fail are named, and nothing is made twice."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from accounts.models import Account
from contacts.models import Contact
from crm import events
from crm.bulk import running, services
from crm.bulk.events import STARTED
from crm.bulk.kind import BULK
from crm.bulk.models import BulkFinding, BulkRows, BulkRun
from crm.catalogue.actions import Became
from crm.events.models import Event
from crm.picklists.selectors import choices
from crm.runs import jobs
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.users.models import Membership
from crm.users.services import create_role
from leads import bulk
from leads.conversion.bulk import Batch, Options
from leads.conversion.defaults import open_stages
from leads.models import Conversion, Lead
from leads.services import close_as_unqualified
from leads.vetting.rule import Gate, Needs, Unmet
from leads.vetting.settings import CONVERSION_GATE
from opportunities.models import Opportunity, OpportunityContact
from tests import make
from tests.people import Firm, client_of
from tests.working import work, work_alone

ALSO = {"to-also_doubtful": "on"}


def try_out(firm: Firm, leads: list[Lead], member: Any = None, **data: str) -> tuple[HttpResponse, BulkRun]:
    """Send the form of the list's "Convert"; return the answer and the run that it made."""
    form = {"action": "convert", "id": [str(lead.pk) for lead in leads], "go": "1", **data}
    answer = client_of(member or firm.ana).post(f"/{firm.tenant.slug}/bulk/leads/new/", form)
    return answer, latest(firm)


def latest(firm: Firm) -> BulkRun:
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        return BulkRun.objects.latest("made_at")


def go_on(firm: Firm, run: BulkRun) -> BulkRun:
    assert client_of(firm.ana).post(f"/{firm.tenant.slug}/bulk/{run.pk}/").status_code == 303
    return latest(firm)


def counts() -> list[int]:
    return [model.objects.count() for model in (Account, Contact, Opportunity, Conversion)]


@pytest.fixture
def leads(firm: Firm) -> list[Lead]:
    return some_leads(firm)


def some_leads(firm: Firm) -> list[Lead]:
    """Three of one company (by name and city, by address, by both), one of another, one without any."""
    with tenant_context(firm.tenant):
        return [
            make.lead(firm.ana, last_name="One", company="Kestrel Ltd", city="Ulm", email="one@kestrel.example"),
            make.lead(firm.ana, last_name="Two", company="Kestrel Ltd", city="Ulm", email="two@elsewhere.example"),
            make.lead(firm.ana, last_name="Three", company="", email="three@kestrel.example"),
            make.lead(firm.ana, last_name="Four", company="Other", email="four@other.example"),
            make.lead(firm.ana, last_name="Five", email="five@gmail.com"),
        ]


def test_a_rehearsal_says_what_would_become_of_them_and_writes_nothing(firm: Firm, leads: list[Lead]) -> None:
    answer, run = try_out(firm, leads)
    assert answer["Location"] == f"/acme/bulk/{run.pk}/"
    assert (run.is_dry_run, run.state, run.done_count) == (True, RunState.DONE, 5)
    assert run.counts == {
        "accounts.new": 2, "accounts.shared": 2, "contacts.new": 5, "opportunities.new": 5,
    }  # fmt: skip
    with tenant_context(firm.tenant):
        assert counts() == [0, 0, 0, 0]
    page = client_of(firm.ana).get(answer["Location"]).content.decode()
    assert "<b>2</b> new accounts" in page and "Convert 5 leads</button>" in page


def test_leads_of_one_company_come_together_in_one_account(firm: Firm, leads: list[Lead]) -> None:
    _answer, tried = try_out(firm, leads)
    before = tried.counts
    run = go_on(firm, tried)
    assert (run.is_dry_run, run.state, run.counts) == (False, RunState.DONE, before)
    with tenant_context(firm.tenant):
        assert counts() == [2, 5, 5, 5]
        kestrel = Account.objects.get(name="Kestrel Ltd")
        assert set(Lead.objects.filter(account=kestrel)) == set(leads[:3])
        events = Event.objects.filter(name="lead.converted").select_related("because")
        assert {event.because.data["action"] for event in events} == {"Convert 5 leads"}


def test_what_the_same_person_made_by_hand_meanwhile_is_not_of_the_run(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        run = events.record(STARTED, record=BulkRun(), actor=firm.ana)
        make.account(firm.ana, name="Kestrel Ltd", city="Ulm")
        ways = []
        for lead in (
            leads[0],
            leads[3],
            make.lead(firm.ana, last_name="Six", company="Other", email="6@other.example"),
        ):
            done = Batch([lead], actor=firm.ana, options=Options()).convert(lead, because=run)
            ways.append(next(one.way for one in done.became if one.key == "accounts"))
        assert ways == [Became.EXISTING, Became.NEW, Became.SHARED]


def test_what_it_asks_is_done_for_all(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.max, name="Kestrel", website="kestrel.example")
        second = open_stages()[1]
    options = {"to-stage": str(second.pk), "to-owner": str(firm.max.pk)}
    _answer, run = try_out(firm, leads[3:], **options)
    go_on(firm, run)
    with tenant_context(firm.tenant):
        assert {(one.owner, one.stage) for one in Opportunity.objects.all()} == {(firm.max, second)}
    _answer, run = try_out(firm, leads[:1], **{"to-without_opportunity": "on"})
    assert run.counts == {"accounts.existing": 1, "contacts.new": 1}
    go_on(firm, run)
    with tenant_context(firm.tenant):
        assert counts() == [2, 3, 2, 3]


def test_a_role_is_given_to_all_that_come_into_an_opportunity(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        user = next(one for one in choices("contact_role") if one.label == "User")
    _answer, run = try_out(firm, leads[:2], **{"to-role": str(user.pk)})
    go_on(firm, run)
    _answer, run = try_out(firm, leads[2:3], **{"to-role": str(user.pk), "to-without_opportunity": "on"})
    assert go_on(firm, run).done_count == 1
    with tenant_context(firm.tenant):
        assert list(OpportunityContact.objects.values_list("role", flat=True)) == [user.pk] * 2


def test_what_cannot_be_converted_is_named_before_and_after(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        close_as_unqualified(lead=leads[1], reason=choices("unqualified_reason")[0], actor=firm.ana)
        mate = make.lead(firm.sam, last_name="West")
    ids = [str(lead.pk) for lead in (*leads, mate)]  # one of them is out of sight: it is asked once more
    asked = client_of(firm.ana).post("/acme/bulk/leads/new/", {"action": "convert", "id": ids, "go": "1"})
    assert asked.status_code == 422 and "West" not in asked.content.decode()
    _answer, run = try_out(firm, leads)
    assert (run.done_count, run.refused_count) == (4, 1)
    run = go_on(firm, run)
    assert (run.done_count, run.refused_count) == (4, 1)
    with tenant_context(firm.tenant):
        finding = BulkFinding.objects.get()
        assert (finding.record_id, finding.is_refused) == (leads[1].pk, True)
        assert "Reopen it" in finding.reasons[0]
        assert set(Lead.objects.filter(converted_at=None)) == {leads[1], mate}
    page = client_of(firm.ana).get(f"/acme/bulk/{run.pk}/").content.decode()
    assert "Lena Two" in page and "Reopen it" in page


def test_doubtful_ones_are_shown_and_may_be_left(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.max, name="Other Things")
    _answer, run = try_out(firm, leads, **ALSO)
    assert run.doubt_count == 1
    page = client_of(firm.ana).get(f"/acme/bulk/{run.pk}/").content.decode()
    assert "Account “Other Things” may be the same (similar name)." in page
    _answer, run = try_out(firm, leads)
    assert (run.done_count, run.refused_count, run.doubt_count) == (4, 1, 0)
    go_on(firm, run)
    with tenant_context(firm.tenant):
        assert list(Lead.objects.filter(converted_at=None)) == [leads[3]]


def test_a_name_alone_is_doubtful(firm: Firm) -> None:
    """D4: another firm of that name, or of a name that begins alike, is not linked without a word."""
    with tenant_context(firm.tenant):
        mercury = make.account(firm.max, name="Mercury Ltd", website="mercury-uk.example", country="United Kingdom")
        make.account(firm.max, name="Compare AG")
        make.account(firm.max, name="Ash Ltd", website="ash-uk.example")
        two = [
            make.lead(firm.ana, company="The Mercury Group Inc.", email="a@mercury-us.example", country="USA"),
            make.lead(firm.ana, company="Ash Inc.", email="b@ash-fr.example"),
            make.lead(firm.ana, company="Compare GmbH", email="c@gmail.com"),
        ]
        sure = make.lead(firm.ana, company="Mercury", email="d@mercury-uk.example")
    _answer, run = try_out(firm, [*two, sure], **ALSO)
    assert (run.doubt_count, run.counts["accounts.existing"], run.counts["accounts.new"]) == (3, 1, 3)
    page = client_of(firm.ana).get(f"/acme/bulk/{run.pk}/").content.decode()
    assert "Account “Ash Ltd” may be the same (same name, other domain)." in page
    assert "Account “Mercury Ltd” may be the same (similar name, other domain, other country)." in page
    assert "Account “Compare AG” may be the same (same name)." in page
    _answer, run = try_out(firm, [*two, sure])
    assert (run.done_count, run.refused_count) == (1, 3)
    go_on(firm, run)
    with tenant_context(firm.tenant):
        assert Lead.objects.get(account=mercury) == sure
        assert set(Lead.objects.filter(converted_at=None)) == set(two)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_open_opportunity_with_the_same_contact_is_doubtful(firm: Firm, at_once: bool) -> None:
    """D9: one more is not made without a word, neither beside an old one nor beside one of the same run."""
    with tenant_context(firm.tenant):
        nina = make.contact(firm.ana, first_name="Nina", last_name="Twelve", email="nina@gmail.com")
        if not at_once:
            make.opportunity(firm.ana, contact=nina, name="Running deal")
        again = [make.lead(firm.ana, email="nina@gmail.com") for _number in range(2 if at_once else 1)]
        other = make.lead(firm.ana, email="other@gmail.com")
    _answer, run = try_out(firm, [*again, other], **ALSO)
    assert (run.counts["opportunities.new"], run.doubt_count) == (len(again) + 1, 1)
    page = client_of(firm.ana).get(f"/acme/bulk/{run.pk}/").content.decode()
    assert "(open with the same contact)" in page
    _answer, run = try_out(firm, [*again, other])
    assert (run.done_count, run.refused_count) == (len(again), 1)
    run = go_on(firm, run)
    assert (run.done_count, run.refused_count) == (len(again), 1)
    with tenant_context(firm.tenant):
        assert Opportunity.objects.filter(contact=nina).count() == 1
    _answer, run = try_out(firm, again, **{"to-without_opportunity": "on"})
    assert run.doubt_count == 0


def test_the_gate_holds(firm: Firm, leads: list[Lead]) -> None:
    def set_gate(unmet: str) -> None:
        with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
            CONVERSION_GATE.keep(Gate(Needs.ALL, frozenset(), unmet))

    set_gate(Unmet.BLOCK)
    _answer, run = try_out(firm, leads, **{"to-despite_gate": "on"})
    assert (run.done_count, run.refused_count) == (0, 5)
    run = go_on(firm, run)
    assert (run.done_count, run.refused_count) == (0, 5)
    set_gate(Unmet.WARN)
    assert try_out(firm, leads)[1].refused_count == 5
    _answer, run = try_out(firm, leads, **{"to-despite_gate": "on"})
    assert go_on(firm, run).done_count == 5
    with tenant_context(firm.tenant):
        assert Event.objects.filter(name="lead.converted").latest("at").data["despite_gate"]


def test_converted_ones_are_counted_and_left(firm: Firm, leads: list[Lead]) -> None:
    _answer, run = try_out(firm, leads)
    go_on(firm, run)
    _answer, run = try_out(firm, leads)
    assert run.counts == {"before": 5}
    run = go_on(firm, run)
    assert (run.counts, run.refused_count) == ({"before": 5}, 0)
    with tenant_context(firm.tenant):
        assert counts() == [2, 5, 5, 5]


def test_who_may_create_nothing_is_not_offered_it(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        access = {"leads": {"view": "all", "create": "none", "edit": "all", "delete": "none"}}
        role = create_role(actor=firm.ada, name="Vetter", access=access)
        Membership.objects.filter(pk=firm.sam.pk).update(role=role)
    assert try_status(firm, leads, firm.sam) == 404
    assert try_status(firm, leads, firm.ana) == 303


def try_status(firm: Firm, leads: list[Lead], member: Any) -> int:
    form = {"action": "convert", "id": [str(lead.pk) for lead in leads], "go": "1"}
    return client_of(member).post("/acme/bulk/leads/new/", form).status_code


def test_a_view_of_too_many_is_refused(firm: Firm, leads: list[Lead], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CONVERT", replace(bulk.CONVERT, most=4))
    assert "At most 4 rows" in follow(firm, leads)
    assert "At most 4 rows" not in follow(firm, leads[:4])


def follow(firm: Firm, leads: list[Lead]) -> str:
    form = {"action": "convert", "id": [str(lead.pk) for lead in leads]}
    return client_of(firm.ana).post("/acme/bulk/leads/new/", form, follow=True).content.decode()


COMPANIES = ("", "Kestrel", "Kestrel Ltd", "Kestrel Air", "Falcon", "Falcon & Sons", "Heron")
DOMAINS = ("kestrel.example", "falcon.example", "gmail.com", "heron.example")
PHONES = ("", "", "+12125550142", "+12125550143", "+12125550144")
SITES = ("", "", "https://kestrel.example", "https://www.falcon.example/")


def random_leads(firm: Firm, chance: random.Random, count: int) -> list[Lead]:
    made = []
    for _number in range(count):
        name = chance.choice(("Ann", "Bob", "Cid", "Dee", ""))
        company = chance.choice(COMPANIES)
        if not name and not company:
            continue
        values = {
            "first_name": name,
            "last_name": chance.choice(("Bell", "Cole")) if name else "",
            "company": company,
            "email": f"{(name or 'info').lower()}{chance.randrange(3)}@{chance.choice(DOMAINS)}",
            "phone": chance.choice(PHONES),
            "website": chance.choice(SITES),
        }
        made.append(make.lead(chance.choice((firm.ana, firm.max)), **values))
    return made


@pytest.mark.parametrize("seed", range(4))  # each choice with each other one
def test_what_the_rehearsal_says_comes_true(firm: Firm, seed: int) -> None:
    chance = random.Random(seed)
    with tenant_context(firm.tenant):
        make.account(firm.max, name="Kestrel")
        make.account(firm.ana, name="Heron Holding", website="https://heron.example")
        make.contact(firm.ana, first_name="Ann", last_name="Bell", email="ann0@falcon.example")
        made = random_leads(firm, chance, 30)
    data = {"to-without_opportunity": "on"} if seed % 2 else {}
    if seed % 3 == 0:
        data["to-also_doubtful"] = "on"
    _answer, tried = try_out(firm, made, **data)
    with tenant_context(firm.tenant):
        refused = {one.record_id: one.reasons for one in BulkFinding.objects.filter(run=tried, is_refused=True)}
    run = go_on(firm, tried)
    assert Counter(run.counts) == Counter(tried.counts)
    with tenant_context(firm.tenant):
        assert {one.record_id: one.reasons for one in BulkFinding.objects.filter(run=run)} == refused
        assert Lead.objects.exclude(converted_at=None).count() == run.done_count == tried.done_count


class Killed(BaseException):
    """What ends a worker without any clearing up."""


def test_killed_in_the_middle_every_lead_is_converted_once(fresh_firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 5)
    monkeypatch.setattr(running, "BATCH", 5)
    monkeypatch.setattr(jobs, "kick", lambda *ids: None)
    firm = fresh_firm
    with tenant_context(firm.tenant):
        sites = [f"https://company{number % 4}.example" for number in range(17)]
        made = [make.lead(firm.ana, company="Company", website=site) for site in sites]
    _answer, run = try_out(firm, made, **ALSO)
    work(BULK, firm.tenant, run.pk)
    assert (latest(firm).counts["accounts.new"], latest(firm).done_count) == (4, 17)
    go_on(firm, run)
    convert, written = Batch.convert, iter(range(1000))

    def dying(*args: Any, **options: Any) -> Any:
        found = convert(*args, **options)
        if next(written) == 7:
            raise Killed
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Batch, "convert", dying)
        with pytest.raises(Killed):
            work_alone(BULK, Tenant.objects.get(pk=firm.tenant.pk), run.pk)
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        assert Lead.objects.exclude(converted_at=None).count() == 5, "a batch is done wholly or not at all"
        BulkRun.objects.filter(pk=run.pk).update(seen_at=timezone.now() - timedelta(minutes=1))
    work(BULK, firm.tenant, run.pk)
    run = latest(firm)
    assert (run.state, run.done_count, run.refused_count) == (RunState.DONE, 17, 0)
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        assert counts() == [4, 17, 17, 17]


def test_what_was_only_tried_is_forgotten_after_a_week(firm: Firm, leads: list[Lead]) -> None:
    """The rows of each try stayed for ever: 16 MB of a million."""
    _answer, old = try_out(firm, leads)
    _answer, young = try_out(firm, leads)
    _answer, done = try_out(firm, leads)
    go_on(firm, done)
    with tenant_context(firm.tenant):
        BulkRun.objects.exclude(pk=young.pk).update(finished_at=timezone.now() - timedelta(days=8))
    jobs.tidy()
    with tenant_context(firm.tenant):
        assert {*BulkRun.objects.values_list("pk", flat=True)} == {young.pk, done.pk}
        assert {*BulkRows.objects.values_list("run_id", flat=True)} == {young.pk}
        assert not BulkFinding.objects.filter(run_id=old.pk).exists()
    assert client_of(firm.ana).get(f"/acme/bulk/{old.pk}/").status_code == 404
