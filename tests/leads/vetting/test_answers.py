"""Answering criteria: what is kept, by whom, and what was held before."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.events.models import Event
from crm.picklists.selectors import choices
from crm.records.services import LockedError
from leads.conversion import ConversionPlan, convert_lead, live_conversion, new, undo_conversion
from leads.models import Lead
from leads.services import close_as_unqualified, reopen_lead, set_lead_status, update_lead
from leads.vetting import criteria
from leads.vetting.models import MOST_EVIDENCE, VettingRound
from leads.vetting.selectors import changes_of, vetting_of
from leads.vetting.services import MeanwhileError, record_answer, stamp
from leads.vetting.setup import create_criterion, create_shipped_criteria, delete_criterion, update_criterion
from tests import make
from tests.leads.dump import living_rows
from tests.leads.vetting.asking import answer, criterion, held
from tests.people import Firm


@pytest.fixture
def lead(inside: Firm) -> Lead:
    return make.lead(inside.ana)


def close(lead: Lead, firm: Firm) -> None:
    close_as_unqualified(lead=lead, reason=choices("unqualified_reason")[0], actor=firm.ana)


def test_a_workspace_starts_with_four_criteria_and_is_given_them_once(inside: Firm) -> None:
    assert [one.key for one in criteria()] == ["budget", "authority", "need", "timeline"]
    create_shipped_criteria()
    assert len(criteria()) == 4


def test_an_answer_is_kept_with_its_evidence_and_who_gave_it(inside: Firm, lead: Lead) -> None:
    row = answer(lead, "budget", "yes", "  40,000 set aside \n", by=inside.ana)
    assert row is not None
    assert (row.answer, row.evidence, row.by) == ("yes", "40,000 set aside", inside.ana)
    event = Event.objects.get(record_id=lead.pk, name="lead.vetted")
    assert event.changes == {"answer": [None, True], "evidence": [None, "40,000 set aside"]}
    assert (event.actor, event.data["criterion"]["label"], event.data["round"]) == (inside.ana, "Budget", 1)


def test_every_change_is_kept_and_none_without_a_difference(inside: Firm, lead: Lead) -> None:
    answer(lead, "budget", "yes", "Said so", by=inside.ana)
    assert answer(lead, "budget", "yes", "Said so", by=inside.max) is None
    answer(lead, "budget", "no", "Said so", by=inside.max)
    answer(lead, "budget", "no", "Frozen until May", by=inside.max)
    answer(lead, "budget", "unknown", "", by=inside.ana)
    told = [(one.name, one.changes, one.actor) for one in reversed(changes_of(lead))]
    assert told == [
        ("lead.vetted", {"answer": [None, True], "evidence": [None, "Said so"]}, inside.ana),
        ("lead.vetted", {"answer": [True, False]}, inside.max),
        ("lead.evidence_changed", {"evidence": ["Said so", "Frozen until May"]}, inside.max),
        ("lead.vetting_taken_back", {"answer": [False, None], "evidence": ["Frozen until May", None]}, inside.ana),
    ]


def test_saying_nothing_about_what_nobody_answered_leaves_no_trace(inside: Firm, lead: Lead) -> None:
    assert answer(lead, "need", "unknown", "  ", by=inside.ana) is None
    assert not VettingRound.objects.exists()


def test_the_score_is_the_weighted_share_of_yes(inside: Firm, lead: Lead) -> None:
    update_criterion(criterion=criterion("need"), actor=inside.ada, values={"weight": 5})
    answer(lead, "need", "yes", by=inside.ana)
    answer(lead, "budget", "no", by=inside.ana)
    assert vetting_of(lead).current.score == 62  # 5 of 8
    answer(lead, "timeline", "yes", by=inside.ana)
    assert vetting_of(lead).current.score == 75
    assert VettingRound.objects.get(lead=lead).score == 75


@pytest.mark.parametrize(
    ("says", "evidence"), [("maybe", ""), ("", ""), ("yes", "x" * (MOST_EVIDENCE + 1))], ids=["maybe", "none", "long"]
)
def test_what_is_no_answer_is_refused(inside: Firm, lead: Lead, says: str, evidence: str) -> None:
    with pytest.raises(ValidationError):
        answer(lead, "budget", says, evidence, by=inside.ana)
    assert held(lead) == {}
    assert answer(lead, "budget", "yes", "x" * MOST_EVIDENCE, by=inside.ana)


def test_who_looks_at_an_older_answer_does_not_overwrite_a_newer_one(inside: Firm, lead: Lead) -> None:
    first = answer(lead, "budget", "yes", by=inside.ana, seen="")
    with pytest.raises(MeanwhileError) as refused:
        answer(lead, "budget", "no", "Cut", by=inside.max, seen="")
    assert refused.value.current == first
    assert held(lead) == {"Budget": "yes"}
    assert answer(lead, "budget", "no", "Cut", by=inside.max, seen=stamp(first))
    assert answer(lead, "budget", "no", "Cut", by=inside.ana, seen="") is None, (
        "what stands there already is no quarrel"
    )


def test_a_reopened_lead_is_vetted_anew_and_remembers(inside: Firm, lead: Lead) -> None:
    answer(lead, "budget", "no", "No money this year", by=inside.ana)
    close(lead, inside)
    with pytest.raises(LockedError):
        answer(lead, "budget", "yes", by=inside.ana)
    reopen_lead(lead=lead, actor=inside.max)
    assert held(lead) == {}
    answer(lead, "budget", "yes", "New budget year", by=inside.max)
    vetting = vetting_of(lead)
    assert (vetting.current.number, vetting.current.opened_by) == (2, inside.max)
    assert [(one.number, [claim.evidence for claim in one.claims]) for one in vetting.earlier] == [
        (1, ["No money this year"])
    ]
    [budget] = [claim for claim in vetting.current.claims if claim.criterion.key == "budget"]
    assert budget.before is not None and budget.before.evidence == "No money this year"


@pytest.mark.parametrize("way", ["service", "status", "fields"])
def test_every_way_of_reopening_opens_a_round(inside: Firm, lead: Lead, way: str) -> None:
    close(lead, inside)
    working = make.reason("lead_status", "working")
    if way == "service":
        reopen_lead(lead=lead, actor=inside.ana)
    elif way == "status":
        set_lead_status(lead=lead, status=working, actor=inside.ana)
    else:
        update_lead(lead, actor=inside.ana, values={"status": working, "campaign": "Autumn"})
    opened = VettingRound.objects.get(lead=lead)
    assert (opened.number, opened.is_current) == (2, True)
    assert opened.because == Event.objects.get(record_id=lead.pk, name="lead.status_changed")


def test_moving_between_open_statuses_stays_in_the_round(inside: Firm, lead: Lead) -> None:
    answer(lead, "budget", "yes", by=inside.ana)
    for meaning in ("working", "qualified", "new"):
        set_lead_status(lead=lead, status=make.reason("lead_status", meaning), actor=inside.ana)
    assert (vetting_of(lead).current.number, held(lead)) == (1, {"Budget": "yes"})


def test_a_converted_lead_keeps_its_vetting_and_undoing_lets_it_go_on(inside: Firm, lead: Lead) -> None:
    answer(lead, "budget", "yes", by=inside.ana)
    before = living_rows()
    convert_lead(lead_id=lead.pk, actor=inside.ana, plan=ConversionPlan(contact=new()))
    with pytest.raises(LockedError):
        answer(lead, "budget", "no", by=inside.ana)
    lead = Lead.objects.get(pk=lead.pk)
    done: Any = live_conversion(lead)
    undo_conversion(conversion=done, actor=inside.ana)
    assert living_rows() == before
    answer(lead, "budget", "no", by=inside.ana)
    assert (vetting_of(lead).current.number, held(lead)) == (1, {"Budget": "no"})


class TestACriterionInUse:
    def test_renamed(self, inside: Firm, lead: Lead) -> None:
        answer(lead, "budget", "yes", by=inside.ana)
        update_criterion(criterion=criterion("budget"), actor=inside.ada, values={"label": "Money"})
        assert held(lead) == {"Money": "yes"}
        assert changes_of(lead)[0].data["criterion"]["label"] == "Budget", "history keeps the name of the day"

    def test_deactivated(self, inside: Firm, lead: Lead) -> None:
        closed = make.lead(inside.ana)
        for one in (lead, closed):
            answer(one, "budget", "yes", "Set aside", by=inside.ana)
        close(closed, inside)
        update_criterion(criterion=criterion("budget"), actor=inside.ada, values={"is_active": False})
        assert "Budget" not in [claim.criterion.label for claim in vetting_of(lead).current.claims]
        with pytest.raises(ValidationError):
            answer(lead, "budget", "no", by=inside.ana)
        past = vetting_of(closed, is_open=False).current
        assert [(claim.criterion.label, claim.evidence) for claim in past.claims] == [("Budget", "Set aside")]
        assert past.score == 25, "a closed lead keeps the score that it had"
        update_criterion(criterion=criterion("budget"), actor=inside.ada, values={"is_active": True})
        assert answer(lead, "budget", "no", by=inside.ana)

    def test_deleted_only_when_unanswered(self, inside: Firm, lead: Lead) -> None:
        own = create_criterion(actor=inside.ada, values={"label": "Mutual commitment"})
        spare = create_criterion(actor=inside.ada, values={"label": "Spare"})
        record_answer(lead=lead, criterion=own, answer="yes", actor=inside.ana)
        with pytest.raises(ValidationError):
            delete_criterion(criterion=own, actor=inside.ada)
        delete_criterion(criterion=spare, actor=inside.ada)
        assert [one.label for one in criteria()][4:] == ["Mutual commitment"]


def test_reading_takes_as_many_queries_for_many_answers_and_rounds_as_for_one(inside: Firm, lead: Lead) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            vetting_of(lead)
        return len(captured)

    answer(lead, "budget", "yes", by=inside.ana)
    few = queries()
    for number in range(4):
        create_criterion(actor=inside.ada, values={"label": f"Own {number}"})
    for _round in range(3):
        for one in criteria():
            record_answer(lead=lead, criterion=one, answer="no", evidence="So it is", actor=inside.max)
        close(lead, inside)
        reopen_lead(lead=lead, actor=inside.ana)
    criteria()
    assert len(vetting_of(lead).earlier) == 3
    assert queries() == few
