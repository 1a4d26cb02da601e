"""What moves a record or changes many can be undone from its toast, unless somebody has changed the same since."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from crm import catalogue
from crm.events.models import Event
from crm.events.selectors import said_by_a_person
from crm.mailing_lists.services import create_list
from crm.pages.idempotency import new_key
from crm.picklists.selectors import choices, stages
from crm.picklists.services import replace_and_delete
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from crm.users.services import create_role
from leads.models import Lead
from leads.vetting.models import VettingRound
from leads.vetting.rule import criteria
from leads.vetting.services import record_answer
from opportunities.models import Opportunity, StageVisit
from opportunities.services import move_to_stage, update_opportunity
from tests import make
from tests.forms import HTMX
from tests.own_words import tight
from tests.people import Firm, client_of

UNDO = re.compile(r'<form method="post" action="([^"]+)">(?:(?!</form>).)*?name="_method" value="DELETE"', re.DOTALL)


def toast(answer: HttpResponse) -> str:
    """The part of a page that holds its toasts."""
    return answer.content.decode().split('id="toasts"')[1]


def undo(client: Client, answer: HttpResponse) -> HttpResponse:
    """Press Undo in the toast of the page."""
    [url] = UNDO.findall(toast(answer))[:1]
    return client.post(unescape(url), {"_method": "DELETE"}, follow=True)


@pytest.fixture
def deal(firm: Firm) -> Any:
    """Of Ana's, since the first of June in the second stage, with a probability of her own."""
    with tenant_context(firm.tenant):
        found = make.opportunity(firm.ana, name="Depot", stage=stages()[1], opened_on=date(2026, 5, 1))
        update_opportunity(found, actor=firm.ana, values={"probability": 33})
        since = found.stage_since.replace(year=2026, month=6, day=1)
        StageVisit.objects.filter(opportunity=found).update(entered_at=since)
        Opportunity.objects.filter(pk=found.pk).update(stage_since=since)
        return Opportunity.objects.get(pk=found.pk)


def state(firm: Firm, deal: Any) -> tuple[Any, ...]:
    with tenant_context(firm.tenant):
        now = Opportunity.objects.get(pk=deal.pk)
        visits = list(
            StageVisit.objects.filter(opportunity=deal).order_by("entered_at").values_list("stage", "left_at")
        )
        return now.stage_id, now.stage_since, now.probability, now.closed_on, now.loss_reason_id, now.loss_note, visits


MOVES = ("open", "won", "lost")


@pytest.mark.parametrize("meaning", MOVES)
def test_a_move_by_the_bar_is_undone_as_if_it_had_not_been(firm: Firm, deal: Any, meaning: str) -> None:
    before = state(firm, deal)
    with tenant_context(firm.tenant):
        stage = [one for one in stages() if one.meaning == meaning][-1]
        data = {"stage": str(stage.pk), "moved_from": str(deal.stage_id)}
        if meaning == "lost":
            data |= {"loss_reason": str(choices("loss_reason")[0].pk), "loss_note": "Too dear"}
    ana = client_of(firm.ana)
    moved = ana.post(f"/acme/opportunities/{deal.pk}/stage/", data, follow=True)
    assert state(firm, deal)[0] == stage.pk
    done = undo(ana, moved)
    assert "Undone: Depot is as it was." in toast(done)
    assert state(firm, deal) == before
    again = undo(ana, moved)
    assert state(firm, deal) == before
    assert again.status_code == 200


def test_reopening_is_undone_with_day_and_reason(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        reason, lost = choices("loss_reason")[0], make.stage("lost")
        words = {"loss_reason": reason, "loss_note": "Too dear", "on": date(2026, 7, 1)}
        move_to_stage(opportunity=deal, stage=lost, actor=firm.ana, **words)
    before, ana = state(firm, deal), client_of(firm.ana)
    url = f"/acme/opportunities/{deal.pk}/reopening/"
    opened = ana.post(url, {"stage": str(before[-1][0][0])}, follow=True)
    assert state(firm, deal)[3] is None
    undo(ana, opened)
    assert state(firm, deal) == before


def test_undoing_a_reopening_invents_no_day_of_closing(firm: Firm) -> None:
    """An old file did not tell when it was won."""
    with tenant_context(firm.tenant):
        old = make.opportunity(firm.ana, stage=make.stage("won"), closed_on=None)
        to = stages()[0]
    before, ana = state(firm, old), client_of(firm.ana)
    assert before[3] is None
    opened = ana.post(f"/acme/opportunities/{old.pk}/reopening/", {"stage": str(to.pk)}, follow=True)
    assert state(firm, old)[0] == to.pk
    undo(ana, opened)
    assert state(firm, old) == before


def test_a_card_that_was_dropped_brings_a_toast_with_undo(firm: Firm, deal: Any) -> None:
    before, ana = state(firm, deal), client_of(firm.ana)
    with tenant_context(firm.tenant):
        data = {"stage": str(stages()[2].pk), "moved_from": str(deal.stage_id)}
    url = f"/acme/opportunities/{deal.pk}/stage/?board=1&back=/acme/opportunities/board/"
    dropped = ana.post(url, data, headers=HTMX)
    done = undo(ana, dropped)
    assert done.redirect_chain[-1][0] == f"/acme/opportunities/board/#card-{deal.pk}"
    assert state(firm, deal) == before


def test_it_is_refused_when_somebody_moved_on_meanwhile(firm: Firm, deal: Any) -> None:
    ana = client_of(firm.ana)
    with tenant_context(firm.tenant):
        second, third = stages()[2], next(one for one in stages() if one.meaning == "won")
    moved = ana.post(f"/acme/opportunities/{deal.pk}/stage/", {"stage": str(second.pk)}, follow=True)
    client_of(firm.max).post(f"/acme/opportunities/{deal.pk}/stage/", {"stage": str(third.pk)})
    answer = undo(ana, moved)
    assert "Not undone. Max Manager has changed it to “Won” meanwhile." in toast(answer)
    assert state(firm, deal)[0] == third.pk


def test_it_is_refused_when_the_setup_has_replaced_what_was_chosen(firm: Firm, deal: Any) -> None:
    """Which no event of the opportunity tells."""
    ana = client_of(firm.ana)
    with tenant_context(firm.tenant):
        gone, instead = stages()[2:4]
    moved = ana.post(f"/acme/opportunities/{deal.pk}/stage/", {"stage": str(gone.pk)}, follow=True)
    with tenant_context(firm.tenant):
        replace_and_delete(entry=gone, replacement=instead, actor=firm.ada)
    assert "Not undone" in toast(undo(ana, moved))
    assert state(firm, deal)[0] == instead.pk


def test_a_lead_s_status_and_its_closing_are_undone(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        working = next(one for one in choices("lead_status") if one.meaning == "working")
        reason = choices("unqualified_reason")[0]
    ana = client_of(firm.ana)

    def now() -> tuple[Any, ...]:
        with tenant_context(firm.tenant):
            return Lead.objects.values_list("status", "status_since", "unqualified_reason").get(pk=lead.pk)

    before = now()
    for url, data in (
        ("status", {"status": str(working.pk)}),
        ("closing", {"unqualified_reason": str(reason.pk)}),
    ):
        answer = ana.post(f"/acme/leads/{lead.pk}/{url}/", data, follow=True)
        assert now() != before
        undo(ana, answer)
        assert now() == before


def test_undo_says_what_a_closing_left_behind_and_what_stays(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead, reason = make.lead(firm.ana), choices("unqualified_reason")[0]
        news = create_list(actor=firm.ada, name="News")
    ana = client_of(firm.ana)
    for more, stays in (
        ({}, ""),
        ({"task_due_on": "2027-03-01"}, " The follow-up task stays."),
        ({"lists": [str(news.pk)]}, " The mailing lists stay as they are."),
    ):
        data = {"unqualified_reason": str(reason.pk), **more}
        closed = ana.post(f"/acme/leads/{lead.pk}/closing/", data, follow=True)
        assert f"is as it was.{stays}<" in toast(undo(ana, closed))
    with tenant_context(firm.tenant):
        assert Event.objects.filter(name__in=["activity.created", "lead.put_on_list"]).count() == 2


def test_undo_leaves_the_vetting_in_the_round_that_it_was_in(firm: Firm) -> None:
    """Undoing a closing opens none; undoing a reopening takes the new one back, unless it has answers."""
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        working = next(one for one in choices("lead_status") if one.meaning == "working")
        reason, budget = choices("unqualified_reason")[0], criteria()[0]
        record_answer(lead=lead, criterion=budget, answer="yes", actor=firm.ana)
    ana, url = client_of(firm.ana), f"/acme/leads/{lead.pk}"

    def rounds() -> list[tuple[int, bool]]:
        with tenant_context(firm.tenant):
            return list(VettingRound.objects.order_by("number").values_list("number", "is_current"))

    undo(ana, ana.post(f"{url}/closing/", {"unqualified_reason": str(reason.pk)}, follow=True))
    assert rounds() == [(1, True)]
    ana.post(f"{url}/closing/", {"unqualified_reason": str(reason.pk)}, follow=True)
    reopened = ana.post(f"{url}/status/", {"status": str(working.pk)}, follow=True)
    assert rounds() == [(1, False), (2, True)]
    undo(ana, reopened)
    assert rounds() == [(1, True)]
    reopened = ana.post(f"{url}/status/", {"status": str(working.pk)}, follow=True)
    with tenant_context(firm.tenant):
        record_answer(lead=lead, criterion=budget, answer="no", actor=firm.ana)
    assert "Not undone. The lead has been vetted since" in toast(undo(ana, reopened))
    assert rounds() == [(1, False), (2, True)]
    with tenant_context(firm.tenant):
        assert Lead.objects.get(pk=lead.pk).status_id == working.pk


@pytest.mark.parametrize("action", ["tags", "set:rating", "owner", "status"])
def test_a_change_of_many_is_undone_but_for_what_was_changed_since(firm: Firm, action: str) -> None:
    with tenant_context(firm.tenant):
        first, second, third = (make.lead(firm.max, tags=("old",)) for _each in range(3))
        ratings, statuses = choices("rating"), choices("lead_status")
        value = {
            "tags": ("to-tags", "fair", "other"),
            "set:rating": ("to-rating", str(ratings[0].pk), str(ratings[1].pk)),
            "owner": ("to-owner", str(firm.ana.pk), str(firm.sam.pk)),
            "status": ("to-status", str(statuses[1].pk), str(statuses[2].pk)),
        }[action]
    max_ = client_of(firm.max)

    def change(rows: list[Any], to: str) -> HttpResponse:
        ids = [str(row.pk) for row in rows]
        data = {"action": action, "id": ids, "go": "1", "back": "/acme/leads/?filters=none", value[0]: to}
        return max_.post("/acme/bulk/leads/new/", data, follow=True)

    def now() -> list[Any]:
        with tenant_context(firm.tenant):
            rows = Lead.objects.order_by("pk")
            return list(rows.values_list("owner", "rating", "status", "custom"))

    before = now()
    changed = change([first, second, third], value[1])
    assert all(new != old for new, old in zip(now(), before, strict=True))
    undo(max_, changed)
    assert now() == before
    changed = change([first, second, third], value[1])
    change([second], value[2])
    kept = now()[1]
    page = undo(max_, changed)
    assert "meanwhile" in page.content.decode(), "the row that was refused, and why"
    max_.post(page.redirect_chain[-1][0], {"shown": page.context["question"].mark})
    assert now() == [before[0], kept, before[2]]


@pytest.mark.parametrize(("key", "field"), [("accounts", "type"), ("contacts", "relationship")])
def test_what_many_are_to_us_comes_back_with_its_day_and_its_reason(firm: Firm, key: str, field: str) -> None:
    """And it is nobody's word, neither what was taken back nor that it was."""
    record_type, noun = catalogue.record_type(key), key.rstrip("s")
    columns = {"type": ["type_since", "type_because", "type_kept"]}.get(field, [f"{field}_because"])
    with tenant_context(firm.tenant):
        old, new = choices("account_type" if field == "type" else field)[1::-1]
        record = getattr(make, noun)(firm.max, **{field: old})
        why = Event.objects.get(record_id=record.pk, name=f"{noun}.created")
        said = {f"{field}_because": why} | (
            {"type_since": date(2019, 5, 1), "type_kept": True} if field == "type" else {}
        )
        record_type.model.objects.filter(pk=record.pk).update(**said)

    def now() -> tuple[Any, ...]:
        with tenant_context(firm.tenant):
            return record_type.model.objects.values_list(field, *columns).get(pk=record.pk)

    before, max_ = now(), client_of(firm.max)
    data = {"action": f"set:{field}", "id": [str(record.pk)], "go": "1", "back": f"/acme/{key}/?filters=none"}
    changed = max_.post(f"/acme/bulk/{key}/new/", data | {f"to-{field}": str(new.pk)}, follow=True)
    assert now()[0] == new.pk
    with tenant_context(firm.tenant):
        words = Event.objects.filter(said_by_a_person(), record_id=record.pk, changes__has_key=field)
        assert words.count() == 2
    undo(max_, changed)
    assert now() == before
    with tenant_context(firm.tenant):
        assert [one.pk for one in words.all()] == [why.pk]


def test_many_that_are_out_of_reach_by_now_are_counted_and_another_can_still_undo(firm: Firm) -> None:
    """Who sees only their own leads has assigned them away."""
    with tenant_context(firm.tenant):
        leads = [make.lead(firm.ana) for _each in range(2)]
        own = create_role(actor=firm.ada, name="Own", access={"leads": {"view": "own", "edit": "own"}})
        Membership.objects.filter(pk=firm.ana.pk).update(role=own)
    ana = client_of(firm.ana)
    data = {"action": "owner", "id": [str(one.pk) for one in leads], "go": "1", "back": "/acme/leads/?filters=none"}
    changed = ana.post("/acme/bulk/leads/new/", data | {"to-owner": str(firm.max.pk)}, follow=True)

    def owners() -> set[Any]:
        with tenant_context(firm.tenant):
            return set(Lead.objects.values_list("owner", flat=True))

    assert owners() == {firm.max.pk}
    page = undo(ana, changed).content.decode()
    assert page.count("It is gone, or out of your reach.") == 2
    assert owners() == {firm.max.pk}
    undo(client_of(firm.ada), changed)
    assert owners() == {firm.ana.pk}


def test_making_a_record_is_no_change_to_take_back(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        event = Event.objects.get(record_id=deal.pk, name="opportunity.created")
    url = f"/acme/opportunities/{deal.pk}/changes/{event.pk}/"
    assert "nothing to take back" in toast(client_of(firm.ana).post(url, {"_method": "DELETE"}, follow=True))
    assert client_of(firm.ana).get(url)["Location"].endswith("/history/")


class TestALossFromAnOldPage:
    """The dialog was opened from a page on which the opportunity still stood elsewhere."""

    def open(self, firm: Firm, deal: Any) -> tuple[str, dict[str, str]]:
        with tenant_context(firm.tenant):
            lost, reasons = make.stage("lost"), choices("loss_reason")
        url = f"/acme/opportunities/{deal.pk}/stage/"
        data = {"stage": str(lost.pk), "loss_reason": str(reasons[0].pk), "loss_note": "Too dear", "back": "/acme/"}
        return url, data | {"moved_from": str(deal.stage_id)}

    def test_it_says_at_once_who_moved_it(self, firm: Firm, deal: Any) -> None:
        url, data = self.open(firm, deal)
        with tenant_context(firm.tenant):
            move_to_stage(opportunity=deal, stage=stages()[2], actor=firm.max)
        link = f"{url}?stage={data['stage']}&moved_from={data['moved_from']}"
        page = client_of(firm.ana).get(link).content.decode()
        assert "Max Manager has changed it to" in page
        fresh = client_of(firm.ana).get(f"{url}?stage={data['stage']}").content.decode()
        assert "Max Manager has changed it to" not in fresh

    def test_a_loss_by_another_is_told_and_not_written_over_unasked(self, firm: Firm, deal: Any) -> None:
        url, data = self.open(firm, deal)
        with tenant_context(firm.tenant):
            reason, lost = choices("loss_reason")[1], make.stage("lost")
            move_to_stage(opportunity=deal, stage=lost, actor=firm.max, loss_reason=reason, loss_note="No budget")
        ana = client_of(firm.ana)
        asked = ana.post(url, data)
        assert asked.status_code == 422
        page = tight(asked.content.decode())
        assert "<h2>Not moved</h2>" in page, "there is nothing to correct"
        assert "Max Manager has changed it to “Lost” meanwhile. Press the button again to do it anyway." in page
        assert "Too dear" in page
        assert state(firm, deal)[5] == "No budget"
        again = data | {"moved_from": re.findall(r'name="moved_from" value="([^"]+)"', page)[0]}
        assert ana.post(url, again).status_code == 303
        assert state(firm, deal)[4:6] == (choices_of(firm)[0], "Too dear")

    def test_sent_twice_it_is_lost_once(self, firm: Firm, deal: Any) -> None:
        url, data = self.open(firm, deal)
        data |= {"task_due_on": "2027-03-01", "idempotency_key": new_key()}
        ana = client_of(firm.ana)
        assert [ana.post(url, data).status_code for _each in range(2)] == [303, 303]
        with tenant_context(firm.tenant):
            assert Event.objects.filter(record_id=deal.pk, name="opportunity.lost").count() == 1
            assert Event.objects.filter(name="activity.created").count() == 1


def choices_of(firm: Firm) -> list[Any]:
    with tenant_context(firm.tenant):
        return [one.pk for one in choices("loss_reason")]
