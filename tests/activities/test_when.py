"""When it was: what is logged afterwards stands at its own time, by the clock of who logs it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine

from crm.activities import jobs
from crm.activities.models import Activity
from crm.events.delivery import deliver_all
from crm.tenants.context import tenant_context
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of

NOW = "2026-05-05T12:00:00Z"  # eight in the morning in New York


@pytest.fixture
def lead(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.lead(firm.ana)


def log(firm: Firm, lead: Any, **data: str) -> Any:
    given = {"record_type": "leads", "record_id": str(lead.pk), "kind": "call", "body": "We spoke"}
    return client_of(firm.ana).post(firm.url("activities:new"), given | data)


def logged(firm: Firm) -> list[Activity]:
    with tenant_context(firm.tenant):
        return list(Activity.objects.order_by("-occurred_at"))


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("kind", ["call", "meeting", "email", "note"])
def test_it_is_now_or_when_one_says(firm: Firm, lead: Any, kind: str) -> None:
    assert log(firm, lead, kind=kind).status_code == 303
    assert log(firm, lead, kind=kind, occurred_at="2026-05-04T17:30").status_code == 303
    assert [str(one.occurred_at) for one in logged(firm)] == ["2026-05-05 12:00:00+00:00", "2026-05-04 21:30:00+00:00"]


@time_machine.travel(NOW, tick=False)
def test_it_stands_in_the_timeline_where_it_belongs(firm: Firm, lead: Any) -> None:
    log(firm, lead, body="This morning")
    log(firm, lead, body="The day before", occurred_at="2026-05-04T17:30")
    page = client_of(firm.ana).get(f"/acme/leads/{lead.pk}/").content.decode()
    today, _line, yesterday = page.partition("Yesterday</li>")
    assert "This morning" in today and "The day before" in yesterday


@time_machine.travel(NOW, tick=False)
def test_only_a_meeting_lies_ahead(firm: Firm, lead: Any) -> None:
    for kind in ("call", "email", "note"):
        answer = log(firm, lead, kind=kind, occurred_at="2026-05-06T15:00")
        assert answer.status_code == 422
        assert list(answer.context["panel"]["composer"].errors) == ["occurred_at"]
        assert 'value="2026-05-06T15:00"' in answer.content.decode(), "what was typed is still there"
    assert logged(firm) == []
    assert log(firm, lead, kind="meeting", occurred_at="2026-05-06T15:00").status_code == 303
    page = client_of(firm.ana).get(f"/acme/leads/{lead.pk}/").content.decode()
    assert "plans a meeting" in page and "Tomorrow</li>" in page
    shown = page.partition("plans a meeting")[2].partition("</li>")[0]
    assert re.search(r'class="badge tone-info">[^<]*3:00\sPM', shown), "its hour, for who has no mouse too"
    with time_machine.travel("2026-05-06T20:00:00Z", tick=False):
        page = client_of(firm.ana).get(f"/acme/leads/{lead.pk}/").content.decode()
    assert "had a meeting" in page and "plans a meeting" not in page


def contacted(firm: Firm, lead: Any) -> str:
    with tenant_context(firm.tenant):
        deliver_all()
        lead.refresh_from_db()
    return str(lead.last_contacted_at)


def test_a_meeting_that_was_planned_counts_as_contact_once_it_was_held(firm: Firm, lead: Any) -> None:
    with time_machine.travel(NOW, tick=False):
        log(firm, lead, kind="meeting", occurred_at="2026-05-06T15:00")
        jobs.note_meetings()
        assert contacted(firm, lead) == "None"
    with time_machine.travel("2026-05-06T18:59:00Z", tick=False):
        jobs.note_meetings()
        assert contacted(firm, lead) == "None"
    with time_machine.travel("2026-05-09T12:00:00Z", tick=False):  # late, and twice
        for _time in range(2):
            jobs.note_meetings()
            assert contacted(firm, lead) == "2026-05-06 19:00:00+00:00"


def test_a_planned_meeting_that_was_called_off_is_no_contact(firm: Firm, lead: Any) -> None:
    with time_machine.travel(NOW, tick=False):
        log(firm, lead, kind="meeting", occurred_at="2026-05-06T15:00")
        log(firm, lead, kind="meeting", occurred_at="2026-05-06T16:00")
        with tenant_context(firm.tenant):
            later = Activity.objects.order_by("-occurred_at")[0]
        client_of(firm.ana).post(firm.url("activities:deletion", activity_id=later.pk))
    with time_machine.travel("2026-05-06T22:00:00Z", tick=False):
        jobs.note_meetings()
        assert contacted(firm, lead) == "2026-05-06 19:00:00+00:00"


@time_machine.travel(NOW, tick=False)
def test_it_can_be_mended_but_not_into_the_future(firm: Firm, lead: Any) -> None:
    log(firm, lead)
    [call] = logged(firm)
    url, client = firm.url("activities:edit", activity_id=call.pk), client_of(firm.ana)
    answer = client.post(url, {"subject": "", "body": "We spoke", "occurred_at": "2026-05-06T15:00"})
    assert answer.status_code == 422 and "has not happened yet" in answer.content.decode()
    assert client.post(url, {"subject": "", "body": "We spoke", "occurred_at": "2026-05-04T15:00"}).status_code == 303
    assert str(logged(firm)[0].occurred_at) == "2026-05-04 19:00:00+00:00"


@time_machine.travel(NOW, tick=False)
def test_a_task_has_no_time_of_its_own(firm: Firm, lead: Any) -> None:
    refused = log(firm, lead, kind="task", occurred_at="2026-05-04T17:30")
    assert refused.status_code == 422 and "A task has not been yet" in refused.content.decode()
    assert log(firm, lead, kind="task").status_code == 303
    assert [str(one.occurred_at) for one in logged(firm)] == ["2026-05-05 12:00:00+00:00"]


@time_machine.travel("2027-01-05T12:00:00Z", tick=False)
def test_a_time_that_no_clock_shows_or_shows_twice_is_refused_and_stays(firm: Firm, lead: Any) -> None:
    """In New York clocks go forward on 8 March 2026 at 2:00, and back on 1 November at 2:00."""
    refusals = {
        "2026-03-08T02:30": "There is no 02:30 on Mar 8, 2026",
        "03/08/2026 02:30 AM": "There is no 02:30 on Mar 8, 2026",
        "2026-11-01T01:30": "Write “2026-11-01 01:30-04:00” or “2026-11-01 01:30-05:00”",
        "05.12.2025 10:00": "write 2025-05-12 or 2025-12-05 to be sure",
    }
    for text, why in refusals.items():
        answer = log(firm, lead, occurred_at=text)
        page = answer.content.decode()
        assert (answer.status_code, why in page, f'value="{text}"' in page) == (422, True, True), text
        can_hold = text == "2026-03-08T02:30"
        assert ('type="datetime-local" name="occurred_at"' in page) == can_hold, "a calendar would drop it"
    assert logged(firm) == []
    for text in ("2026-11-01 01:30-05:00", "2026-11-01T02:00", "2026-03-08T03:00"):
        assert log(firm, lead, occurred_at=text).status_code == 303
    late = logged(firm)[1]
    assert str(late.occurred_at) == "2026-11-01 06:30:00+00:00"
    form = form_of(client_of(firm.ana), firm.url("activities:edit", activity_id=late.pk))
    assert form.data["occurred_at"] == ["2026-11-01 01:30-05:00"], "it says which"
    assert form.send(body="We spoke long").status_code == 303
    assert [str(one.occurred_at)[11:16] for one in logged(firm)] == ["07:00", "06:30", "07:00"]
    for text, status in (("2027-03-14T02:30", 422), ("2027-03-14T03:30", 303)):
        task = {"kind": "task", "body": "Call", "due_on": "2027-03-15", "reminder": "own", "remind_at": text}
        assert log(firm, lead, **task).status_code == status
