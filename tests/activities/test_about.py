"""What a task is about, the next step that a call leads to, and meetings that are still to come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.activities import task_views
from crm.activities.models import Activity, ActivityLink
from crm.activities.services import create_activity
from crm.events.models import Event
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from leads.conversion import ConversionPlan, convert_lead
from leads.conversion.plan import new
from tests import make
from tests.people import Firm, client_of

NEW = "/acme/activities/new/"


@pytest.fixture
def deal(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.opportunity(firm.ana, name="Big one")


def places(firm: Firm, subject: str) -> list[tuple[str, Any]]:
    with tenant_context(firm.tenant):
        links = ActivityLink.objects.filter(activity__subject=subject)
        return list(links.values_list("record_type", "record_id"))


def task(**values: str) -> dict[str, str]:
    return {"kind": "task", "body": "Send the offer", **values}


def test_the_page_of_a_task_has_no_field_whose_text_would_be_lost(firm: Firm, deal: Any) -> None:
    assert 'name="next_step"' not in client_of(firm.ana).get(NEW).content.decode()
    on_record = f"{NEW}?record_type=opportunities&record_id={deal.pk}&kind=call"
    assert 'name="next_step"' in client_of(firm.ana).get(on_record).content.decode()


def test_a_task_beside_which_a_next_step_was_typed_keeps_both(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    sent = task(record_type="leads", record_id=str(lead.pk), next_step="Then call")
    assert client_of(firm.ana).post(NEW, sent).status_code == 303
    assert places(firm, "Send the offer") == places(firm, "Then call") == [("leads", lead.pk)]


@pytest.mark.parametrize("picked", [True, False])
def test_a_task_from_home_is_tied_to_a_record(firm: Firm, deal: Any, picked: bool) -> None:
    place = {"about_id": f"opportunities:{deal.pk}"} if picked else {}
    assert client_of(firm.ana).post(NEW, task(about="big ONE", **place)).status_code == 303
    assert places(firm, "Send the offer") == [("opportunities", deal.pk)]


def test_two_of_one_name_are_asked_about(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Big one")
    refused = client_of(firm.ana).post(NEW, task(about="Big one"))
    assert refused.status_code == 422 and "Several records are called" in refused.content.decode()
    assert places(firm, "Send the offer") == []
    assert client_of(firm.ana).post(NEW, task(about="Big one", about_id=f"accounts:{account.pk}")).status_code == 303
    assert places(firm, "Send the offer") == [("accounts", account.pk)]


@pytest.mark.parametrize("about", ["Nowhere", "Of the west"])
def test_what_one_cannot_reach_is_refused_with_the_text_kept(firm: Firm, about: str) -> None:
    with tenant_context(firm.tenant):
        make.lead(firm.sam, first_name="", last_name="Of the west")
    refused = client_of(firm.ana).post(NEW, task(about=about))
    text = refused.content.decode()
    assert refused.status_code == 422 and f"Nothing is called “{about}”" in text
    assert "Send the offer" in text and f'value="{about}"' in text
    assert client_of(firm.sam).post(NEW, task(about="Of the west")).status_code == 303


def test_records_of_all_types_are_offered(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Bigger Ltd")
        make.lead(firm.sam, first_name="", last_name="Biggest")
    text = client_of(firm.ana).get("/acme/lookup/any/?q=big").content.decode()
    assert f"opportunities:{deal.pk}" in text and f"accounts:{account.pk}" in text
    assert "Biggest" not in text
    assert "Biggest" in client_of(firm.sam).get("/acme/lookup/any/?q=big").content.decode()
    with tenant_context(firm.tenant):  # of other people's, who may be seen and not changed, there are more than fit
        for number in range(5):
            make.contact(firm.sam, last_name=f"A{number} Bigwig")
        mine = make.contact(firm.ana, last_name="Zed Bigwig")
    assert f"contacts:{mine.pk}" in client_of(firm.ana).get("/acme/lookup/any/?q=bigwig").content.decode()


def test_a_record_that_takes_nothing_any_more_is_not_offered(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        leads = [make.lead(firm.ana, first_name="", last_name=f"Closing {number}") for number in range(25)]
        for lead in sorted(leads, key=lambda lead: lead.sort_name)[:24]:
            convert_lead(lead_id=lead.pk, actor=firm.ana, plan=ConversionPlan(contact=new()))
    text = client_of(firm.ana).get("/acme/lookup/any/?q=closing").content.decode()
    assert "Closing 9" in text and f"leads:{leads[0].pk}" not in text


def test_a_task_is_tied_to_another_record_later_and_to_none(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        one = create_activity(kind="task", records=[], actor=firm.ana, subject="Send the offer")
    path = f"/acme/activities/{one.pk}/edit/"
    values = {"subject": "Send the offer", "body": "", "owner": str(firm.ana.pk)}
    assert client_of(firm.ana).post(path, values | {"about": "Big one"}).status_code == 303
    assert places(firm, "Send the offer") == [("opportunities", deal.pk)]
    assert 'value="Big one"' in client_of(firm.ana).get(path).content.decode()
    assert client_of(firm.ana).post(path, values | {"about": ""}).status_code == 303
    assert places(firm, "Send the offer") == []
    with tenant_context(firm.tenant):
        moves = Event.objects.filter(name="task.moved").order_by("at").values_list("changes", flat=True)
        there = {"id": str(deal.pk), "label": "Big one"}
        assert [one["record"] for one in moves] == [[None, there], [there, None]]


def test_the_next_step_of_a_call_is_the_opportunitys(firm: Firm, deal: Any) -> None:
    on_deal = {"record_type": "opportunities", "record_id": str(deal.pk)}
    day = (timezone.localdate() + timedelta(days=4)).isoformat()
    sent = {"kind": "call", "body": "Good talk", "next_step": "Send revised offer", "due_on": day, **on_deal}
    assert client_of(firm.ana).post(NEW, sent).status_code == 303
    with tenant_context(firm.tenant):
        deal.refresh_from_db()
        assert (deal.next_step, deal.next_step_on.isoformat()) == ("Send revised offer", day)
        assert not Activity.objects.filter(kind="task").exists()
    page = client_of(firm.ana).get(f"/acme/opportunities/{deal.pk}/").content.decode()
    assert "No next step" not in page


def test_somebody_elses_next_step_and_one_with_a_reminder_are_tasks_too(firm: Firm, deal: Any) -> None:
    on_deal = {"record_type": "opportunities", "record_id": str(deal.pk)}
    sent = {"kind": "call", "body": "Good talk", "next_step": "Draw it", "owner": str(firm.max.pk), **on_deal}
    assert client_of(firm.ana).post(NEW, sent).status_code == 303
    with tenant_context(firm.tenant):
        deal.refresh_from_db()
        assert deal.next_step == "Draw it"
        assert Activity.objects.get(subject="Draw it").owner == firm.max


def test_where_there_is_no_such_field_the_next_step_is_a_task(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    sent = {"kind": "call", "next_step": "Call back", "record_type": "leads", "record_id": str(lead.pk)}
    assert client_of(firm.ana).post(NEW, sent).status_code == 303
    assert places(firm, "Call back") == [("leads", lead.pk)]


def plan(firm: Firm, owner: Any, days: float, subject: str, record: Any) -> None:
    with tenant_context(firm.tenant):
        moment = timezone.now() + timedelta(days=days)
        create_activity(kind="meeting", records=[record], actor=owner, subject=subject, occurred_at=moment)


def test_a_planned_meeting_stands_in_my_day_and_among_the_tasks(firm: Firm, deal: Any) -> None:
    plan(firm, firm.ana, 2, "Demo at theirs", deal)
    plan(firm, firm.ana, -2, "Was already", deal)
    plan(firm, firm.ana, 30, "Far ahead", deal)
    home = client_of(firm.ana).get("/acme/").content.decode()
    assert "Demo at theirs" in home and "Was already" not in home and "Far ahead" not in home
    shown = {
        when: client_of(firm.ana).get(f"/acme/tasks/?due={when}").content.decode()
        for when in ("all", "soon", "later", "today", "overdue", "done")
    }
    assert [when for when, text in shown.items() if "Demo at theirs" in text] == ["all", "soon"]
    assert [when for when, text in shown.items() if "Far ahead" in text] == ["all", "later"]
    assert not any("Was already" in text for text in shown.values())
    assert "Big one" in shown["soon"]


def test_many_meetings_before_them_hide_none_of_later_days(
    firm: Firm, deal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_views, "MOST_SHOWN", 2)
    for number in range(3):
        plan(firm, firm.ana, 2, f"Soon {number}", deal)
    plan(firm, firm.ana, 30, "Far ahead", deal)
    shown = {when: client_of(firm.ana).get(f"/acme/tasks/?due={when}").content.decode() for when in ("soon", "later")}
    assert "Soon 1" in shown["soon"] and "Soon 2" not in shown["soon"]
    assert "Far ahead" in shown["later"]


def test_meetings_of_others_are_the_teams(firm: Firm, deal: Any) -> None:
    with tenant_context(firm.tenant):
        assert today()
        west = make.opportunity(firm.sam, name="Western")
    plan(firm, firm.ana, 1, "Demo at theirs", deal)
    plan(firm, firm.sam, 1, "Out west", west)
    assert "Demo at theirs" not in client_of(firm.max).get("/acme/tasks/").content.decode()
    team = client_of(firm.max).get("/acme/tasks/?who=team").content.decode()
    assert "Demo at theirs" in team and "Out west" not in team


def test_who_may_change_no_record_is_not_asked_what_a_task_is_about(firm: Firm) -> None:
    """The field asked an address that is not there for them."""
    for member, asked in ((firm.rita, False), (firm.ana, True)):
        client = client_of(member)
        page = client.get("/acme/activities/new/").content.decode()
        assert ('data-lookup="any"' in page) is asked
        assert 'name="next_step"' not in page, "a task has no task that follows from it"
        assert client.get("/acme/lookup/any/?q=a").status_code == (200 if asked else 404)
