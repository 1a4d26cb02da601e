"""My day: what it shows to whom, by the workspace's day, and what it costs."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.activities.models import Activity
from crm.activities.selectors import MOST_MY_TASKS
from crm.activities.services import create_activity, postpone_task
from crm.fields.money import Money
from crm.home.selectors import my_pipeline, pipeline_week, waiting_opportunities
from crm.saved_views.models import SavedView
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from tests import make
from tests.own_words import tight
from tests.people import Firm, client_of

HTMX = {"HTTP_HX_REQUEST": "true"}


def page(firm: Firm, member: Any = None, client: Any = None) -> str:
    response = (client or client_of(member or firm.ana)).get("/acme/")
    assert response.status_code == 200
    return tight(response.content.decode())


def card(text: str, key: str) -> str:
    """The card ``key`` of the page."""
    return text.partition(f'id="{key}"')[2].partition("</section>")[0]


def count_of(text: str, key: str) -> str:
    return card(text, key).partition(f'id="count-{key}">')[2].partition("<")[0]


def task(firm: Firm, subject: str, distance: int, *records: Any, **values: Any) -> Activity:
    given = {"actor": firm.ana, "due_on": today() + timedelta(days=distance)}
    return create_activity(kind="task", records=records, subject=subject, **{**given, **values})  # type: ignore[arg-type]


def test_tasks_stand_by_their_days(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana, last_name="Brandt")
        for subject, distance in (("overdue one", -3), ("today one", 0), ("soon one", 6), ("later one", 8)):
            task(firm, subject, distance, lead)
        task(firm, "of Sam", 0, lead, owner=firm.sam)
    text = page(firm)
    assert "overdue one" in card(text, "overdue")
    assert "today one" in card(text, "today")
    assert "Lena Brandt" in card(text, "today")
    assert "soon one" in card(text, "soon")
    assert [count_of(text, key) for key in ("overdue", "today", "soon")] == ["1", "1", "1"]
    assert "later one" not in text
    assert "of Sam" not in text
    assert "of Sam" in page(firm, firm.sam)
    assert "Lena Brandt" not in page(firm, firm.sam)


def test_each_group_says_that_it_is_empty(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        task(firm, "a task", 0, make.lead(firm.ana))
    text = page(firm)
    assert "Nothing is overdue." in card(text, "overdue") and "Nothing is due today." not in card(text, "today")
    assert [count_of(text, key) for key in ("overdue", "today", "soon")] == ["0", "1", "0"]
    with tenant_context(firm.tenant):
        postpone_task(task=Activity.objects.get(subject="a task"), due_on=today() - timedelta(days=1), actor=firm.ana)
    text = page(firm)
    assert "a task" in card(text, "overdue")
    assert "Nothing is due today." in card(text, "today")
    assert "Nothing is due in the next 7 days." in card(text, "soon")


def test_many_that_are_overdue_leave_room_for_today(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        for number in range(MOST_MY_TASKS + 1):
            task(firm, f"old {number}", -1 - number, lead)
        task(firm, "of today", 0, lead)
    text = page(firm)
    assert "of today" in card(text, "today")
    assert (count_of(text, "overdue"), count_of(text, "today")) == (f"{MOST_MY_TASKS}+", "1")
    assert ">Show all<" in card(text, "overdue"), "how many is said once, where it is counted anew"
    assert card(text, "overdue").count("<li ") == 25


def test_the_groups_are_asked_for_anew_when_a_task_moves(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        todo = task(firm, "Ring Lena", 0, lead)
    client = client_of(firm.ana)
    assert 'hx-get="/acme/" hx-trigger="tasks-moved from:body"' in page(firm)
    url = firm.url("activities:due", activity_id=todo.pk)
    answer = client.post(url, {"due_on": (todo.due_on + timedelta(days=1)).isoformat()}, **HTMX)  # type: ignore[operator]
    assert "tasks-moved" in answer["HX-Trigger"]
    part = client.get("/acme/", **HTMX).content.decode()
    assert part.strip().startswith("<div") and "New leads for you" not in part
    assert "Ring Lena" in card(part, "soon") and "Ring Lena" not in card(part, "today")


def test_a_task_done_in_place_comes_back_as_a_row(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        todo = task(firm, "Ring Lena", 0)
    text = page(firm)
    url = firm.url("activities:completion", activity_id=todo.pk)
    assert f'hx-post="{url}"' in card(text, "today")
    answer = client_of(firm.ana).post(url, {"next": "/acme/"})
    assert answer["Location"] == "/acme/"
    assert "Complete: Ring Lena" not in page(firm)


@pytest.mark.parametrize(("now", "is_overdue"), [("2026-05-05T03:30:00Z", False), ("2026-05-05T04:30:00Z", True)])
def test_a_day_ends_when_it_ends_in_the_workspace(firm: Firm, now: str, is_overdue: bool) -> None:
    """In New York the fifth of May starts at four o'clock UTC."""
    with tenant_context(firm.tenant), time_machine.travel("2026-05-04T15:00:00Z", tick=False):
        task(firm, "Ring Lena", 0)
    with time_machine.travel(now, tick=False):
        assert ("text-danger" in page(firm).partition('class="split')[0]) is is_overdue


def test_opportunities_that_wait_for_me(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        now = today()
        account = make.account(firm.ana)
        days = {
            "Step now": {"next_step": "Call", "next_step_on": now, "expected_close_on": now + timedelta(days=60)},
            "Close passed": {"expected_close_on": now - timedelta(days=2)},
            "Closes soon": {"expected_close_on": now + timedelta(days=5)},
            "Far away": {"next_step_on": now + timedelta(days=8), "expected_close_on": now + timedelta(days=60)},
            "No days": {},
        }
        for name, values in days.items():
            make.opportunity(firm.ana, name=name, account=account, **values)
        make.opportunity(firm.max, name="Of Max", account=account, next_step_on=now)
        make.opportunity(firm.ana, name="Won", account=account, stage=make.stage("won"), expected_close_on=now)
        found = [(one.opportunity.name, one.reason) for one in waiting_opportunities(firm.ana, now)]
    assert found == [("Close passed", "late"), ("Step now", "step"), ("Closes soon", "close")]
    waiting = card(page(firm), "waiting")
    assert "Step now" in waiting
    assert "Of Max" not in waiting


def test_new_leads_of_mine_and_in_the_pool(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.lead(firm.ana, last_name="Mine")
        make.lead(firm.max, last_name="Ofmax")
        make.lead(None, last_name="Nobodys")
    text = page(firm)
    assert "Lena Mine" in card(text, "leads")
    assert "Lena Nobodys" in card(text, "pool")
    assert "Ofmax" not in text
    assert "Lena Mine" not in page(firm, firm.sam)
    assert "Lena Nobodys" in page(firm, firm.sam)


def test_who_sees_all_is_told_of_the_pool_without_a_look_at_the_teams(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.lead(None, last_name="Pool")
    client = client_of(firm.ada)
    client.get("/acme/")
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/acme/")
    assert [row["record"].last_name for row in page.context["pool"]] == ["Pool"]
    assert not [query["sql"] for query in captured if 'FROM "users_team"' in query["sql"]]


def test_records_seen_lately_as_long_as_they_can_be_seen(firm: Firm) -> None:
    from leads.services import delete_lead

    with tenant_context(firm.tenant):
        lead, account = make.lead(firm.ana, last_name="Seen"), make.account(firm.ana, name="Seen Ltd")
    client = client_of(firm.ana)
    client.get(f"/acme/leads/{lead.pk}/")
    client.get(f"/acme/accounts/{account.pk}/")
    recent = card(page(firm, client=client), "recent")
    assert recent.index("Seen Ltd") < recent.index("Lena Seen")
    with tenant_context(firm.tenant):
        delete_lead(lead, actor=firm.ana)
    assert "Lena Seen" not in page(firm, client=client)


def test_a_manager_sees_what_the_week_did_to_the_teams_pipeline(inside: Firm) -> None:
    now = today()
    account = make.account(inside.ana)

    def deal(owner: Any, meaning: str, days: int, minor: int, currency: str = "USD") -> None:
        values: dict[str, Any] = {"account": account, "amount": Money(minor, currency), "stage": make.stage(meaning)}
        if meaning == "lost":
            values["loss_reason"] = make.reason("loss_reason", "sales")
        with time_machine.travel(f"{now - timedelta(days=days)}T17:00:00Z", tick=False):
            make.opportunity(owner, **values)

    deal(inside.ana, "open", 0, 1_000)
    deal(inside.max, "open", 6, 2_000)
    deal(inside.ana, "open", 2, 500, "EUR")
    deal(inside.ana, "open", 7, 9_000)  # the week before
    deal(inside.ana, "won", 3, 4_000)
    deal(inside.ana, "lost", 1, 300)
    deal(inside.sam, "won", 1, 70_000)  # West
    week = pipeline_week(inside.max, now)
    assert (week["added"].total.count, week["added"].total.amounts) == (5, ((7_300, "USD"), (500, "EUR")))
    assert (week["won"].total.count, week["won"].total.amounts) == (1, ((4_000, "USD"),))
    assert (week["lost"].total.count, week["lost"].total.amounts) == (1, ((300, "USD"),))
    assert (week["added"].before, week["won"].before, week["lost"].before) == (1, 0, 0)
    assert pipeline_week(inside.ada, now)["won"].total.count == 2
    mine, closing = my_pipeline(inside.ana).values()
    assert (mine.count, mine.amounts) == (3, ((10_000, "USD"), (500, "EUR")))
    assert closing.count == 0


def test_who_leads_others_sees_the_week_and_who_sells_the_own_pipeline(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.ana)
    for member, shown in (
        (firm.ana, "Open pipeline"),
        (firm.max, "Opportunities won in 7 days"),
        (firm.ada, "Opportunities won in 7 days"),
    ):
        assert shown in page(firm, member)
    assert "Opportunities won in 7 days" not in page(firm)


def test_each_number_leads_to_its_rows(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.ana, name="Of East")
        make.opportunity(firm.sam, name="Of West")
    text = page(firm, firm.max)
    urls = [part.partition('"')[0].replace("&amp;", "&") for part in text.split('<a class="stat" href="')[1:]]
    assert len(urls) == 5
    client = client_of(firm.max)
    lists = [client.get(url) for url in urls]
    assert [answer.status_code for answer in lists] == [200] * 5
    added = lists[2].content.decode()
    assert "Of East" in added
    assert "Of West" not in added


@pytest.mark.parametrize("person", ["ana", "max"])
@time_machine.travel("2026-05-15T15:00:00Z", tick=False)
def test_each_tile_counts_the_rows_behind_its_link(firm: Firm, person: str) -> None:
    """ "Closing this month 1" led to a view of that name with none, "Next 7 days 0" stood over a meeting."""
    with tenant_context(firm.tenant):
        member, now = getattr(firm, person), today()
        lead = make.lead(member)
        for distance in (-3, -2, 0, 4):
            task(firm, f"task {distance}", distance, lead, owner=member)
        for hours in (2, 30):
            at = timezone.now() + timedelta(hours=hours)
            create_activity(kind="meeting", records=[lead], actor=member, subject=f"in {hours}", occurred_at=at)
        for name, days in (("late", -40), ("before", -3), ("soon", 3), ("next", 40), ("none", None)):
            make.opportunity(member, name=name, expected_close_on=None if days is None else now + timedelta(days=days))
        make.opportunity(member, stage=make.stage("won"))
        make.opportunity(member, stage=make.stage("lost"))
    client = client_of(member)
    text = page(firm, member)
    told = {}
    for part in text.split('<a class="stat" href="')[1:]:
        url, label, number = re.match(r'([^"]+)".*?stat-label">([^<]+)<.*?stat-number[^>]*>([^<]+)<', part).groups()  # type: ignore[union-attr]
        behind = client.get(html.unescape(url))
        listed = behind.context["count"].value if "/opportunities/" in url else None
        if listed is None:
            listed = len(behind.context["rows"]) + len(behind.context["meetings"])
        told[label] = int(number)
        assert told[label] == listed, label
    assert told["Overdue"] == 2 and told["Today"] == 2 and count_of(text, "soon") == "2"
    assert len(told) == (4 if person == "ana" else 5)
    if person == "ana":
        assert told["Open pipeline"] == 5 and told["Closing this month"] == 2
        with tenant_context(firm.tenant):
            view = SavedView.objects.get(name="Closing this month")
        assert client.get(f"/acme/opportunities/?view={view.pk}").context["count"].value == 2


def test_an_empty_workspace_says_how_to_start(firm: Firm) -> None:
    assert "How to start" in page(firm, firm.ada)
    assert "Invite your colleagues" in page(firm, firm.ada)
    assert "Invite your colleagues" not in page(firm)
    with tenant_context(firm.tenant):
        make.account(firm.sam)
    assert "How to start" not in page(firm, firm.ada)


def test_it_costs_the_same_with_one_task_and_thirty(firm: Firm) -> None:
    for member in (firm.ana, firm.max):
        client = client_of(member)

        def queries(client: Any = client) -> int:
            with CaptureQueriesContext(connection) as captured:
                page(firm, client=client)
            return sum(query["sql"].startswith(("SELECT", "(SELECT")) for query in captured)

        with tenant_context(firm.tenant):
            lead, account = make.lead(member), make.account(member)
            contact, deal = make.contact(member), make.opportunity(member, account=account, next_step_on=today())
            make.lead(None)
            task(firm, "first", 0, lead, account, contact, deal, owner=member)
        for record in (lead, account, contact, deal):
            client.get(f"/acme/{record.type_key}/{record.pk}/")
        page(firm, client=client)
        few = queries()
        with tenant_context(firm.tenant):
            for number in range(29):
                task(firm, str(number), number % 5 - 2, lead, account, contact, deal, owner=member)
                make.lead(member)
                make.opportunity(member, account=account, next_step_on=today())
        assert queries() == few <= 15
