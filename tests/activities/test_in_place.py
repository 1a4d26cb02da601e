"""A task handed on, postponed and taken back where it is shown: with htmx in its row, without it by plain forms."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from crm.activities import services
from crm.activities.models import Activity
from crm.events.delivery import deliver_all
from crm.notices.selectors import told
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from tests import make
from tests.own_words import tight
from tests.people import Firm, client_of

HERE = "/acme/"
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": f"http://testserver{HERE}"}


@pytest.fixture
def task(firm: Firm) -> Activity:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        return services.create_activity(
            kind="task", records=[lead], actor=firm.ana, subject="Call Lena", due_on=today()
        )


def fresh(firm: Firm, task: Activity) -> Activity:
    with tenant_context(firm.tenant):
        return Activity.objects.select_related("owner").get(pk=task.pk)


def owner_url(firm: Firm, task: Activity) -> str:
    return firm.url("activities:owner", activity_id=task.pk)


def undo_of(html: str) -> str:
    """Where the toast's Undo leads."""
    return unescape(re.findall(r'<form method="post" action="([^"]+)">', html.partition("data-toast")[2])[0])


def test_every_row_leads_to_the_question_who(firm: Firm, task: Activity) -> None:
    for path in (HERE, "/acme/tasks/", "/acme/tasks/?who=team"):
        page = tight(client_of(firm.ana).get(path).content.decode())
        link = unescape(page.partition(f'id="owner-{task.pk}" href="')[2].partition('"')[0])
        answer = client_of(firm.ana).get(link)
        assert answer.status_code == 200
        text = tight(answer.content.decode())
        assert "<html" in text and f'name="next" value="{path}"' in text
        assert f'<option value="{firm.ana.pk}" selected>Ana Owner</option>' in text
        assert "<html" not in client_of(firm.ana).get(link, **HTMX).content.decode()


def test_without_javascript_it_is_handed_on_and_one_is_back(firm: Firm, task: Activity) -> None:
    client = client_of(firm.ana)
    data = {"owner": str(firm.sam.pk), "next": HERE}
    assert client.post(owner_url(firm, task), data)["Location"] == HERE
    assert fresh(firm, task).owner == firm.sam
    page = client.get(HERE).content.decode()
    assert "Sam Seller is to do “Call Lena” now." in page
    assert f'id="owner-{task.pk}"' not in page
    with tenant_context(firm.tenant):
        deliver_all()
        assert [one.sentence for one in told(firm.sam)] == ["Ana Owner gave you the task “Call Lena”."]
    assert client.post(undo_of(page))["Location"] == HERE
    assert fresh(firm, task).owner == firm.ana


def test_in_its_row_it_shows_who_has_it_now(firm: Firm, task: Activity) -> None:
    client = client_of(firm.ana)
    answer = client.post(owner_url(firm, task), {"owner": str(firm.sam.pk), "row": "card"}, **HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200 and text.lstrip().startswith("<li")
    assert "Sam Seller" in text.partition("</li>")[0]
    assert {"activities-changed", "tasks-moved"} <= set(answer["HX-Trigger"].split(", "))
    assert "is to do “Call Lena” now" in text, "the toast comes with it"


def test_leaving_the_question_brings_the_row_back(firm: Firm, task: Activity) -> None:
    client = client_of(firm.ana)
    form = client.get(owner_url(firm, task), {"row": "card", "next": HERE}, **HTMX).content.decode()
    cancel = unescape(re.findall(r'hx-get="([^"]+)"[^>]*data-cancel', form)[0])
    row = client.get(cancel, **HTMX)
    assert 'aria-label="Complete: Call Lena"' in row.content.decode()
    assert "HX-Trigger" not in row
    assert client.get(cancel)["Location"] == HERE
    assert fresh(firm, task).owner == firm.ana


@pytest.mark.parametrize("owner", ["", "nobody", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_person_is_asked_for_again(firm: Firm, task: Activity, owner: str) -> None:
    client = client_of(firm.ana)
    answer = client.post(owner_url(firm, task), {"owner": owner})
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert fresh(firm, task).owner == firm.ana
    assert client.post(owner_url(firm, task), {"owner": str(firm.max.pk)}).status_code == 303
    assert fresh(firm, task).owner == firm.max


def test_nobody_of_another_workspace_is_offered_or_taken(firm: Firm, other_firm: Firm, task: Activity) -> None:
    client = client_of(firm.ana)
    assert str(other_firm.ana.pk) not in client.get(owner_url(firm, task)).content.decode()
    assert client.post(owner_url(firm, task), {"owner": str(other_firm.ana.pk)}).status_code == 422
    assert client.post(owner_url(firm, task), {"owner": str(firm.sam.pk)}).status_code == 303


def test_who_can_no_longer_reach_it_is_offered_no_undo(firm: Firm) -> None:
    """Sam was given a task on a lead of East, and gives it back."""
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
        task = services.create_activity(
            kind="task", records=[lead], actor=firm.ana, owner=firm.sam, subject="Call Lena", due_on=today()
        )
    given_back = client_of(firm.sam).post(owner_url(firm, task), {"owner": str(firm.ana.pk)}, **HTMX)
    assert "Undo" not in given_back.content.decode()
    given_on = client_of(firm.ana).post(owner_url(firm, task), {"owner": str(firm.max.pk)}, **HTMX)
    assert "Undo" in given_on.content.decode()


@pytest.mark.parametrize("before", ["a day", "none"])
def test_postponing_says_so_and_can_be_taken_back(firm: Firm, task: Activity, before: str) -> None:
    url, client = firm.url("activities:due", activity_id=task.pk), client_of(firm.ana)
    if before == "none":
        client.post(url, {"due_on": "none"})
        client.get(HERE)  # reads that toast
    was = fresh(firm, task).due_on
    client.post(url, {"other_day": "2027-03-02", "next": HERE})
    page = client.get(HERE).content.decode()
    assert "“Call Lena” is due now: 2 Mar 2027." in page or "“Call Lena” is due now: Mar 2, 2027." in page
    assert client.post(undo_of(page))["Location"] == HERE
    assert fresh(firm, task).due_on == was


def test_what_changes_nothing_says_nothing(firm: Firm, task: Activity) -> None:
    url, client = firm.url("activities:due", activity_id=task.pk), client_of(firm.ana)
    assert "data-toast" not in client.post(url, {"due_on": str(task.due_on)}, **HTMX).content.decode()
    same: dict[str, Any] = {"owner": str(firm.ana.pk)}
    assert "data-toast" not in client.post(owner_url(firm, task), same, **HTMX).content.decode()
    assert "data-toast" in client.post(url, {"due_on": "none"}, **HTMX).content.decode()


def test_whose_task_one_may_not_change_offers_nothing(firm: Firm) -> None:
    """A record that one sees, and may not change, shows its tasks and meetings without a button that is refused."""
    with tenant_context(firm.tenant):
        account = make.account(firm.sam)
        when = timezone.now() + timedelta(days=1)
        task = services.create_activity(
            kind="task", records=[account], actor=firm.sam, subject="Call Sue", due_on=today()
        )
        services.create_activity(kind="meeting", records=[account], actor=firm.sam, subject="Visit", occurred_at=when)
    answer = client_of(firm.ana).post(f"/acme/activities/{task.pk}/completion/")
    assert answer.status_code == 404
    for path, people in {
        f"/acme/accounts/{account.pk}/": (firm.ana, firm.max, firm.rita),
        "/acme/tasks/?who=team": (firm.ada,),
    }.items():
        for person in people:
            page = client_of(person).get(path).content.decode()
            offers = f"Complete: {task.subject}" in page
            assert task.subject in page and offers == (person == firm.ada), (path, person)
            assert offers == (f"/acme/activities/{task.pk}/edit/" in page) == (f'id="later-{task.pk}"' in page)
    assert f"Complete: {task.subject}" in client_of(firm.sam).get(f"/acme/accounts/{account.pk}/").content.decode()


def test_a_team_lists_what_one_may_not_change(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.max)
        services.create_activity(kind="task", records=[deal], actor=firm.max, subject="Call Sue", due_on=today())
        later = timezone.now() + timedelta(days=1)
        services.create_activity(kind="meeting", records=[deal], actor=firm.max, subject="Visit", occurred_at=later)
    for person, may in ((firm.ana, False), (firm.max, True)):
        page = client_of(person).get("/acme/tasks/?who=team").content.decode()
        assert "Call Sue" in page and "Visit" in page
        assert (may, may) == ("Complete: Call Sue" in page, "data-dialog><bdi>Visit" in page)
