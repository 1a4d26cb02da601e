"""Losing with a follow-up, and reopening: over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crm.activities.models import Activity
from crm.activities.selectors import my_tasks, open_tasks
from crm.events.delivery import deliver_all
from crm.events.models import Event
from crm.mailing_lists.selectors import memberships_of
from crm.mailing_lists.services import create_list, set_list_active
from crm.picklists.selectors import choice_meaning, stages
from crm.picklists.services import create_stage
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity
from opportunities.services import move_to_stage
from tests import make
from tests.forms import form_of
from tests.own_words import tight
from tests.people import Firm, client_of


@pytest.fixture
def deal(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Kestrel")
        person = make.contact(firm.ana, first_name="Carl", last_name="One", account=account)
        return make.opportunity(firm.ana, name="Deal X", account=account, contact=person)


def address(deal: Any, rest: str = "stage/") -> str:
    return f"/acme/opportunities/{deal.pk}/{rest}"


def loss(firm: Firm, **values: str) -> dict[str, str]:
    with tenant_context(firm.tenant):
        return {
            "stage": str(make.stage("lost").pk),
            "loss_reason": str(choice_meaning("loss_reason", "vetting").pk),
            **values,
        }


def meaning(firm: Firm, deal: Any) -> str:
    with tenant_context(firm.tenant):
        return Opportunity.objects.select_related("stage").get(pk=deal.pk).stage.meaning


def newsletter(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return create_list(actor=firm.ada, name="Newsletter")


def ask(firm: Firm, deal: Any, client: Any = None) -> str:
    page = (client or client_of(firm.ana)).get(address(deal), {"stage": loss(firm)["stage"]})
    return page.content.decode()


def test_losing_leaves_a_task_and_puts_the_contact_on_a_list(firm: Firm, deal: Any) -> None:
    chosen = newsletter(firm)
    asked = ask(firm, deal)
    assert "Put Carl One on these mailing lists" in asked and 'name="task_due_on"' in asked
    with tenant_context(firm.tenant):
        due = today() + timedelta(days=182)
    given = loss(
        firm,
        task_due_on=due.isoformat(),
        task_subject="Ask about the new budget",
        task_owner=str(firm.sam.pk),
        lists=str(chosen.pk),
    )
    assert client_of(firm.ana).post(address(deal), given).status_code == 303
    assert meaning(firm, deal) == "lost"
    with tenant_context(firm.tenant):
        task = Activity.objects.get(kind="task")
        assert (task.subject, task.due_on, task.owner) == ("Ask about the new budget", due, firm.sam)
        assert task in open_tasks(deal) and task in open_tasks(deal.account)
        assert task in my_tasks(firm.sam, due).today
        assert [place.mailing_list for place in memberships_of(deal.contact)] == [chosen]
        lost = Event.objects.get(name="opportunity.lost")
        assert set(Event.objects.filter(because=lost).values_list("name", flat=True)) >= {
            "activity.created",
            "contact.put_on_list",
        }


def test_nothing_of_it_has_to_be_given(firm: Firm, deal: Any) -> None:
    newsletter(firm)
    assert client_of(firm.ana).post(address(deal), loss(firm, task_subject="", task_due_on="")).status_code == 303
    assert meaning(firm, deal) == "lost"
    with tenant_context(firm.tenant):
        assert not Activity.objects.exists() and not memberships_of(deal.contact)


def test_a_task_needs_its_day_and_the_reason_is_needed_first(firm: Firm, deal: Any) -> None:
    client = client_of(firm.ana)
    no_day = client.post(address(deal), loss(firm, task_subject="Call them"))
    assert no_day.status_code == 422 and "Give the day" in no_day.content.decode()
    no_reason = client.post(address(deal), loss(firm, loss_reason="", task_due_on="2030-01-05"))
    assert no_reason.status_code == 422 and "Say why it was lost" in no_reason.content.decode()
    assert meaning(firm, deal) == "open"
    with tenant_context(firm.tenant):
        assert not Activity.objects.exists()
    assert client.post(address(deal), loss(firm, task_due_on="2030-01-05")).status_code == 303
    with tenant_context(firm.tenant):
        assert Activity.objects.get().subject == "Follow up"


def test_lists_are_offered_for_a_contact_that_one_may_edit(firm: Firm, deal: Any) -> None:
    assert 'name="lists"' not in ask(firm, deal)  # there are none
    chosen = newsletter(firm)
    assert 'name="lists"' in ask(firm, deal)
    with tenant_context(firm.tenant):
        others = make.contact(firm.sam, last_name="Theirs")
        of_sams_contact = make.opportunity(firm.ana, account=deal.account, contact=others)
        without = make.opportunity(firm.ana, account=deal.account)
    assert 'name="lists"' not in ask(firm, of_sams_contact)
    assert 'name="lists"' in ask(firm, of_sams_contact, client_of(firm.ada))
    assert 'name="lists"' not in ask(firm, without)
    # What is not offered is not taken either.
    assert client_of(firm.ana).post(address(of_sams_contact), loss(firm, lists=str(chosen.pk))).status_code == 303
    with tenant_context(firm.tenant):
        assert memberships_of(others) == []
        set_list_active(mailing_list=chosen, is_active=False, actor=firm.ada)
    refused = client_of(firm.ana).post(address(deal), loss(firm, lists=str(chosen.pk)))
    assert refused.status_code == 303 and meaning(firm, deal) == "lost"  # no list is in use: there is no such field
    with tenant_context(firm.tenant):
        assert memberships_of(deal.contact) == []


def test_a_card_that_is_dropped_on_lost_is_asked_the_same(firm: Firm, deal: Any) -> None:
    board = tight(client_of(firm.ana).get("/acme/opportunities/board/?filters=none").content.decode())
    lost = loss(firm)["stage"]
    assert f'data-board-column="{lost}" aria-labelledby="column-{lost}" data-ask' in board
    dialog = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "dialog"}
    asked = client_of(firm.ana).get(f"{address(deal)}?board=1&stage={lost}", **dialog).content.decode()
    assert "<html" not in asked and 'name="loss_reason"' in asked and 'name="task_due_on"' in asked


def test_a_double_click_leaves_one_task(firm: Firm, deal: Any) -> None:
    given = loss(firm, task_due_on="2030-01-05")
    form = form_of(client_of(firm.ana), f"{address(deal)}?stage={given['stage']}", like=address(deal))
    for _click in range(2):
        assert form.send(**given).status_code == 303
    with tenant_context(firm.tenant):
        assert Activity.objects.filter(kind="task").count() == 1


@pytest.mark.parametrize("note", ["", "Too dear"])
def test_what_is_to_come_is_kept_where_a_colleague_has_lost_it_meanwhile(firm: Firm, deal: Any, note: str) -> None:
    chosen = newsletter(firm)
    given = loss(firm, task_due_on="2030-01-05", lists=str(chosen.pk))
    form = form_of(client_of(firm.ana), f"{address(deal)}?stage={given['stage']}", like=address(deal))
    assert client_of(firm.max).post(address(deal), loss(firm, loss_note=note)).status_code == 303
    answer = form.send(**given)
    if note:
        assert answer.status_code == 422 and "Max Manager has changed it" in answer.content.decode()
        answer = form.again(answer).send()
    assert answer.status_code == 303
    with tenant_context(firm.tenant):
        deal.refresh_from_db()
        assert deal.loss_note == note
        assert Activity.objects.filter(kind="task").count() == 1
        assert [place.mailing_list for place in memberships_of(deal.contact)] == [chosen]


def test_the_new_form_asks_for_the_reason_too(firm: Firm, deal: Any) -> None:
    given = loss(firm)
    values = {
        "name": "Deal Y",
        "account": "Kestrel",
        "account_id": str(deal.account_id),
        "stage": given["stage"],
        "amount_currency": "USD",
        "opened_on": "2026-01-05",
    }
    client = client_of(firm.ana)
    refused = client.post("/acme/opportunities/new/", values)
    assert refused.status_code == 422 and "Say why it was lost" in refused.content.decode()
    assert client.post("/acme/opportunities/new/", {**values, "loss_reason": given["loss_reason"]}).status_code == 303


def test_the_edit_form_and_the_field_in_place_move_nothing(firm: Firm, deal: Any) -> None:
    """The stage is changed where the reason is asked for, and nowhere else."""
    client = client_of(firm.ana)
    assert 'name="stage"' not in client.get(address(deal, "edit/")).content.decode()
    form = {"name": "Deal X", "account": "Kestrel", "account_id": str(deal.account_id), "opened_on": "2026-01-05"}
    assert client.post(address(deal, "edit/"), form | loss(firm)).status_code == 422  # an open one has no loss reason
    assert client.post(address(deal, "edit/"), form | {"stage": loss(firm)["stage"]}).status_code == 303
    assert client.post(address(deal, "fields/stage/"), {"stage": loss(firm)["stage"]}).status_code == 404
    assert meaning(firm, deal) == "open"


def test_reopening_asks_where_to_go_on_and_says_what_it_does(firm: Firm, deal: Any) -> None:
    client = client_of(firm.ana)
    with tenant_context(firm.tenant):
        third = stages()[2]
        move_to_stage(opportunity=deal, stage=third, actor=firm.ana)
        move_to_stage(opportunity=deal, stage=make.stage("won"), actor=firm.ana)
        deliver_all()
    assert "reopening/" in client.get(address(deal, "")).content.decode()
    asked = client.get(address(deal, "reopening/")).content.decode()
    assert f'value="{third.pk}" selected' in asked and "Kestrel is a customer because this was won" in asked
    assert f'value="{loss(firm)["stage"]}"' not in asked
    assert client.post(address(deal, "reopening/"), {"stage": loss(firm)["stage"]}).status_code == 422
    assert meaning(firm, deal) == "won"
    assert client.post(address(deal, "reopening/"), {"stage": str(third.pk)}).status_code == 303
    assert meaning(firm, deal) == "open"
    with tenant_context(firm.tenant):
        deliver_all()
        deal.account.refresh_from_db()
        assert deal.account.type.meaning == "prospect"
    page = client.get(address(deal, "")).content.decode()
    assert "reopening/" not in page
    assert client.get(address(deal, "reopening/"))["Location"] == address(deal, "")  # there is nothing to reopen
    assert client.post(address(deal, "stage/"), loss(firm)).status_code == 303
    with tenant_context(firm.tenant):
        deliver_all()
    again = client.get(address(deal, "reopening/")).content.decode()
    assert "is a customer" not in again, "it became a prospect because of this one, which is no win any more"


def test_who_may_not_edit_reopens_nothing(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        first = str(deal.stage_id)
        move_to_stage(opportunity=deal, stage=make.stage("won"), actor=firm.ana)
    for stranger in (firm.rita, firm.sam):
        assert client_of(stranger).post(address(deal, "reopening/"), {"stage": first}).status_code == 404
    assert "reopening/" not in client_of(firm.rita).get(address(deal, "")).content.decode()
    assert meaning(firm, deal) == "won"
    assert client_of(firm.max).post(address(deal, "reopening/"), {"stage": first}).status_code == 303
    assert meaning(firm, deal) == "open"


def test_the_note_of_a_loss_stays_in_another_lost_stage(firm: Firm, deal: Any) -> None:
    """As its day and its reason do; one that says more takes its place."""
    said = []
    with tenant_context(firm.tenant):
        pipeline = stages()[0].pipeline
        other = create_stage(actor=firm.ada, pipeline=pipeline, values={"label": "Gone", "meaning": "lost"})
        reason = make.reason("loss_reason", "other")
        for stage, note in ((make.stage("lost"), "Too dear"), (other, ""), (make.stage("lost"), "Far too dear")):
            move_to_stage(opportunity=deal, stage=stage, actor=firm.ana, loss_reason=reason, loss_note=note)
            deal.refresh_from_db()
            said.append((deal.stage_id == stage.pk, deal.loss_note))
    assert said == [(True, "Too dear"), (True, "Too dear"), (True, "Far too dear")]
