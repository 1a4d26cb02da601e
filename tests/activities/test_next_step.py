"""What is typed for the next step is written, or refused: none of it is dropped, and none goes over unseen."""

from __future__ import annotations

import html
import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.activities.models import Activity
from crm.activities.next_step import ahead_of
from crm.activities.services import create_activity
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from opportunities.models import Opportunity
from opportunities.services import update_opportunity
from tests import make
from tests.people import Firm, client_of

DAY, OTHER_DAY = "2030-05-06", date(2030, 4, 3)


@pytest.fixture
def deal(firm: Firm) -> Opportunity:
    with tenant_context(firm.tenant):
        return make.opportunity(firm.ana, name="Deal", next_step="Call", next_step_on=OTHER_DAY)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize(
    ("days", "first"),
    [
        (("2030-12-02T20:00", "2030-12-03"), "meeting"),
        (("2030-12-02T08:00", "2030-12-02"), "meeting"),
        (("2030-12-02T23:30", "2030-12-02"), "meeting"),
        (("2030-12-03T00:30", "2030-12-02"), "task"),
        (("2030-12-02T08:00", "2030-12-01"), "task"),
        (("2030-12-02T08:00", None), "meeting"),
    ],
)
def test_what_comes_next_is_told_by_the_days_of_the_workspace(
    firm: Firm, deal: Opportunity, zone: str, days: tuple[str, str | None], first: str
) -> None:
    """``days``: the hour of a meeting, and the day by which a task is due."""
    meeting, due = days
    Tenant.objects.filter(pk=firm.tenant.pk).update(time_zone=zone)
    with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
        day = date.fromisoformat(due) if due else None
        at = datetime.fromisoformat(meeting).replace(tzinfo=ZoneInfo(zone))
        create_activity(kind="task", records=[deal], actor=firm.ana, owner=firm.ana, subject="Write", due_on=day)
        create_activity(kind="meeting", records=[deal], actor=firm.ana, subject="Lunch", occurred_at=at)
        assert ahead_of("opportunities", [deal.pk])[deal.pk].kind == first


def step_of(firm: Firm, deal: Opportunity) -> tuple[str, date | None]:
    with tenant_context(firm.tenant):
        return Opportunity.objects.values_list("next_step", "next_step_on").get(pk=deal.pk)


def send(firm: Firm, record: Any, **data: Any) -> Any:
    named = {"record_type": record.type_key, "record_id": str(record.pk)} if record else {}
    return client_of(firm.ana).post(firm.url("activities:new"), {"kind": "note", "body": "Met", **named, **data})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"due_on": DAY}, "Say what is to be done on that day"),
        ({"owner": "max"}, "Say what Max"),
        ({"reminder": "own", "remind_at": f"{DAY}T10:00"}, "choose no reminder"),
        ({"kind": "task", "occurred_at": "2026-01-02T10:00"}, "A task has not been yet"),
    ],
)
def test_half_a_next_step_is_refused_and_nothing_of_it_dropped(
    firm: Firm, deal: Opportunity, data: dict[str, str], words: str
) -> None:
    if "owner" in data:
        data = {"owner": str(firm.max.pk)}
    answer = send(firm, deal, **data)
    assert answer.status_code == 422
    assert words in html.unescape(answer.content.decode())
    with tenant_context(firm.tenant):
        assert not Activity.objects.exists()
    left_out = {
        "kind": "note",
        "due_on": "",
        "owner": str(firm.ana.pk),
        "remind_at": "",
        "reminder": "",
        "occurred_at": "",
    }
    assert send(firm, deal, **{**data, **left_out}).status_code == 303


def drawn(firm: Firm, deal: Opportunity) -> str:
    page = client_of(firm.ana).get(f"/acme/opportunities/{deal.pk}/").content.decode()
    return seen_in(page)


def seen_in(page: str) -> str:
    [seen] = re.findall(r'name="step_seen"[^>]* value="([^"]*)"', page)
    return html.unescape(seen)


def test_a_next_step_keeps_the_day_unless_another_is_given(firm: Firm, deal: Opportunity) -> None:
    assert send(firm, deal, next_step="Send offer", step_seen=drawn(firm, deal)).status_code == 303
    assert step_of(firm, deal) == ("Send offer", OTHER_DAY)
    assert send(firm, deal, next_step="Sign", due_on=DAY, step_seen=drawn(firm, deal)).status_code == 303
    assert step_of(firm, deal) == ("Sign", date.fromisoformat(DAY))


def test_a_colleagues_newer_next_step_is_shown_before_it_is_replaced(firm: Firm, deal: Opportunity) -> None:
    seen = drawn(firm, deal)
    with tenant_context(firm.tenant):
        later = {"next_step": "Lunch", "next_step_on": today() + timedelta(days=3)}
        update_opportunity(Opportunity.objects.get(pk=deal.pk), actor=firm.max, values=later)
    data = {"next_step": "Send offer", "due_on": DAY}
    answer = send(firm, deal, step_seen=seen, **data)
    assert answer.status_code == 422
    page = html.unescape(answer.content.decode())
    assert f"{firm.max.name} has changed it to “Lunch” meanwhile." in page and "Send it once more" in page
    assert step_of(firm, deal)[0] == "Lunch"
    with tenant_context(firm.tenant):
        assert not Activity.objects.exists(), "all of it, or nothing"
    assert send(firm, deal, step_seen=seen_in(answer.content.decode()), **data).status_code == 303
    assert step_of(firm, deal) == ("Send offer", date.fromisoformat(DAY))


def test_ones_own_newer_next_step_asks_nothing(firm: Firm, deal: Opportunity) -> None:
    seen = drawn(firm, deal)
    with tenant_context(firm.tenant):
        update_opportunity(Opportunity.objects.get(pk=deal.pk), actor=firm.ana, values={"next_step": "Lunch"})
    assert send(firm, deal, next_step="Send offer", step_seen=seen).status_code == 303
    assert step_of(firm, deal)[0] == "Send offer"


def test_what_is_no_next_step_breaks_nothing(firm: Firm, deal: Opportunity) -> None:
    for seen in ("[", "[1]", "7", '{"name": "x"}'):
        assert send(firm, deal, next_step="Send offer", step_seen=seen).status_code == 303
