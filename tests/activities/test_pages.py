"""Activities over HTTP: composer, timeline, tasks in place, the Tasks page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.activities import services
from crm.activities.models import Activity
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of

HTMX = {"HTTP_HX_REQUEST": "true"}


def lead_of(firm: Firm, owner: Any = None, **values: Any) -> Any:
    with tenant_context(firm.tenant):
        return make.lead(owner or firm.ana, **values)


def task_of(firm: Firm, *records: Any, **values: Any) -> Activity:
    with tenant_context(firm.tenant):
        given = {"kind": "task", "actor": firm.ana, "subject": "Call Lena", "due_on": today()}
        return services.create_activity(records=records, **{**given, **values})  # type: ignore[arg-type]


def compose(firm: Firm, record: Any, **data: Any) -> dict[str, Any]:
    return {"record_type": record.type_key, "record_id": str(record.pk), "kind": "note", **data}


def activities(firm: Firm) -> list[Activity]:
    with tenant_context(firm.tenant):
        return list(Activity.objects.select_related("owner").order_by("id"))


def fresh(firm: Firm, task: Activity) -> Activity:
    with tenant_context(firm.tenant):
        return Activity.objects.select_related("owner", "completed_by").get(pk=task.pk)


def test_a_call_is_logged_with_its_next_step_in_one_go(firm: Firm) -> None:
    lead = lead_of(firm)
    url = firm.url("activities:new")
    data = compose(firm, lead, kind="call", body="Wants a demo", next_step="Book the demo", due_on="2026-12-01")
    response = client_of(firm.ana).post(url, data)
    assert response.status_code == 303
    assert response["Location"] == f"/acme/leads/{lead.pk}/"
    call, task = activities(firm)
    assert (call.kind, call.body, call.due_on) == ("call", "Wants a demo", None)
    assert (task.kind, task.subject, str(task.due_on), task.owner) == ("task", "Book the demo", "2026-12-01", firm.ana)
    page = client_of(firm.ana).get(f"/acme/leads/{lead.pk}/").content.decode()
    assert "Wants a demo" in page
    assert "Complete: Book the demo" in page


def test_a_tasks_first_line_is_what_is_to_be_done(firm: Firm) -> None:
    lead = lead_of(firm)
    data = compose(firm, lead, kind="task", body="Send the offer\nwith the discount", owner=str(firm.sam.pk))
    client_of(firm.ana).post(firm.url("activities:new"), data)
    (task,) = activities(firm)
    assert (task.subject, task.body, task.owner) == ("Send the offer", "with the discount", firm.sam)


@pytest.mark.parametrize("kind", ["note", "email", "task"])
def test_an_empty_composer_says_what_is_missing(firm: Firm, kind: str) -> None:
    lead = lead_of(firm)
    client, url = client_of(firm.ana), firm.url("activities:new")
    response = client.post(url, compose(firm, lead, kind=kind, body=" ", feed="1"), **HTMX)
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert activities(firm) == []
    response = client.post(url, compose(firm, lead, kind=kind, body="Hello", feed="1"), **HTMX)
    assert response.status_code == 200
    assert len(activities(firm)) == 1


def test_the_fragment_brings_composer_timeline_and_tasks(firm: Firm) -> None:
    lead = lead_of(firm)
    data = compose(firm, lead, kind="task", body="Ring her", feed="1")
    text = client_of(firm.ana).post(firm.url("activities:new"), data, **HTMX).content.decode()
    assert "<html" not in text
    assert 'id="activity-feed"' in text
    assert 'hx-swap-oob="true"' in text
    assert "Complete: Ring her" in text


def test_a_form_sent_twice_writes_once(firm: Firm) -> None:
    lead = lead_of(firm)
    data = compose(firm, lead, body="Only once", idempotency_key="abc")
    answers = [client_of(firm.ana).post(firm.url("activities:new"), data) for _time in range(2)]
    assert [answer["Location"] for answer in answers] == [f"/acme/leads/{lead.pk}/"] * 2
    assert len(activities(firm)) == 1
    client_of(firm.ana).post(firm.url("activities:new"), data | {"idempotency_key": "abd"})
    assert len(activities(firm)) == 2


def test_a_task_of_ones_own_needs_no_record(firm: Firm) -> None:
    url = firm.url("activities:new")
    assert client_of(firm.rita).get(url).status_code == 200
    response = client_of(firm.rita).post(url, {"kind": "task", "body": "Read the guide"})
    assert response["Location"] == "/acme/tasks/"
    assert [task.owner for task in activities(firm)] == [firm.rita]
    # A note on nothing could never be read again
    assert client_of(firm.rita).post(url, {"kind": "note", "body": "Read the guide"}).status_code == 422
    assert len(activities(firm)) == 1


def test_writing_needs_the_right_to_change_the_record(firm: Firm, other_firm: Firm) -> None:
    lead = lead_of(firm)
    url = firm.url("activities:new")
    data = compose(firm, lead, body="Hello")
    for member in (firm.rita, firm.sam):
        assert client_of(member).post(url, data).status_code == 404
    elsewhere = lead_of(other_firm)
    assert client_of(firm.ada).post(url, data | {"record_id": str(elsewhere.pk)}).status_code == 404
    assert client_of(firm.ada).post(url, data | {"record_id": "x"}).status_code == 404
    assert client_of(firm.ada).post(url, data | {"record_type": "nothing"}).status_code == 404
    assert activities(firm) == []
    assert client_of(firm.max).post(url, data).status_code == 303
    assert len(activities(firm)) == 1


def test_a_task_is_completed_and_reopened_in_place(firm: Firm) -> None:
    lead = lead_of(firm)
    task = task_of(firm, lead)
    url = firm.url("activities:completion", activity_id=task.pk)
    response = client_of(firm.ana).post(url, **HTMX)
    assert response["HX-Trigger"] == "activities-changed"
    assert "is-complete" in response.content.decode()
    assert fresh(firm, task).completed_by == firm.ana
    response = client_of(firm.ana).post(url, {"_method": "DELETE"}, **HTMX)
    assert "is-complete" not in response.content.decode()
    assert fresh(firm, task).completed_at is None


def test_without_javascript_one_comes_back_to_the_page_one_was_on(firm: Firm) -> None:
    task = task_of(firm, lead_of(firm))
    url = firm.url("activities:completion", activity_id=task.pk)
    client = client_of(firm.ana)
    assert client.post(url, {"next": "/acme/tasks/?due=today"})["Location"] == "/acme/tasks/?due=today"
    for foreign in (
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "/globex/tasks/",
        "/auth/login/",
        "",
    ):
        assert client.post(url, {"next": foreign})["Location"].startswith("/acme/leads/")


def test_a_task_is_postponed_by_a_day_or_to_no_day(firm: Firm) -> None:
    task = task_of(firm, lead_of(firm))
    url = firm.url("activities:due", activity_id=task.pk)
    client = client_of(firm.ana)
    client.post(url, {"due_on": "2027-03-01"})
    assert str(fresh(firm, task).due_on) == "2027-03-01"
    for unreadable in ({"due_on": "soon"}, {"other_day": ""}, {}):
        assert client.post(url, unreadable).status_code == 303
        assert str(fresh(firm, task).due_on) == "2027-03-01"
    client.post(url, {"other_day": "2027-03-02"})
    assert str(fresh(firm, task).due_on) == "2027-03-02"
    client.post(url, {"due_on": "none"})
    assert fresh(firm, task).due_on is None


def test_a_task_is_handed_over_and_a_call_redated_on_the_form(firm: Firm) -> None:
    lead = lead_of(firm)
    task = task_of(firm, lead)
    client = client_of(firm.ana)
    url = firm.url("activities:edit", activity_id=task.pk)
    assert "Call Lena" in client.get(url).content.decode()
    data = {"subject": "Call Lena", "body": "about the price", "due_on": "2027-01-05", "owner": str(firm.sam.pk)}
    assert client.post(url, data).status_code == 303
    task = fresh(firm, task)
    assert (task.owner, task.body, str(task.due_on)) == (firm.sam, "about the price", "2027-01-05")
    response = client.post(url, data | {"subject": ""})
    assert response.status_code == 422
    assert fresh(firm, task).subject == "Call Lena"
    with tenant_context(firm.tenant):
        call = services.create_activity(kind="call", records=[lead], actor=firm.ana, body="Hello")
    url = firm.url("activities:edit", activity_id=call.pk)
    client.post(url, {"subject": "", "body": "Hello", "occurred_at": "2026-01-02T10:00"})
    # Ana's clock is the workspace's: New York
    assert fresh(firm, call).occurred_at.isoformat() == "2026-01-02T15:00:00+00:00"


def test_deleting_can_be_undone(firm: Firm) -> None:
    lead = lead_of(firm)
    task = task_of(firm, lead)
    url = firm.url("activities:deletion", activity_id=task.pk)
    client = client_of(firm.ana)
    assert client.post(url)["Location"] == f"/acme/leads/{lead.pk}/"
    assert client.post(url).status_code == 409  # says who deleted it
    assert fresh(firm, task).deleted_at is not None
    assert client.post(url, {"_method": "DELETE"}).status_code == 303
    assert fresh(firm, task).deleted_at is None


ACTIONS = ("completion", "due", "edit", "deletion")


@pytest.mark.parametrize("action", ACTIONS)
def test_who_reaches_neither_the_record_nor_the_task_gets_404(firm: Firm, other_firm: Firm, action: str) -> None:
    task = task_of(firm, lead_of(firm))
    url = firm.url(f"activities:{action}", activity_id=task.pk)
    data = {"due_on": "2027-01-05", "subject": "Taken over", "owner": str(firm.ana.pk)}
    before = fresh(firm, task).__dict__.copy()
    for member in (firm.sam, firm.rita):  # another team; may look at everything, but change nothing
        assert client_of(member).post(url, data).status_code == 404
    foreign = other_firm.url(f"activities:{action}", activity_id=task.pk)
    assert client_of(other_firm.ada).post(foreign, data).status_code == 404
    assert {**fresh(firm, task).__dict__, "_state": 0} == {**before, "_state": 0}
    assert client_of(firm.max).post(url, data).status_code == 303


@pytest.mark.parametrize("action", ACTIONS)
def test_the_owner_of_a_task_may_do_it_without_the_record(firm: Firm, action: str) -> None:
    task = task_of(firm, lead_of(firm), owner=firm.rita)
    url = firm.url(f"activities:{action}", activity_id=task.pk)
    data = {"due_on": "2027-01-05", "subject": "Mine", "owner": str(firm.rita.pk)}
    assert client_of(firm.rita).post(url, data).status_code == 303


def test_the_timeline_page_shows_what_was_before(firm: Firm) -> None:
    lead = lead_of(firm)
    with tenant_context(firm.tenant):
        for number in range(40):
            services.create_activity(kind="note", records=[lead], actor=firm.ana, body=f"note-{number:02}")
    client = client_of(firm.ana)
    page = client.get(f"/acme/leads/{lead.pk}/").content.decode()
    assert "note-39" in page
    assert "note-09" not in page
    older = page.partition('href="/acme/activities/of/')[2].partition('"')[0]
    text = client.get(f"/acme/activities/of/{older}".replace("&amp;", "&")).content.decode()
    assert "note-09" in text
    assert "note-39" not in text
    url = firm.url("activities:timeline", record_type="leads", record_id=lead.pk)
    assert "<html" not in client.get(url, **HTMX).content.decode()
    assert client_of(firm.sam).get(url).status_code == 404
    assert client.get(url.replace("/of/leads/", "/of/nothing/")).status_code == 404


def test_what_people_type_is_shown_as_text(firm: Firm) -> None:
    lead = lead_of(firm)
    nasty = "<script>alert(1)</script>"
    task_of(firm, lead, subject=nasty)
    with tenant_context(firm.tenant):
        services.create_activity(kind="note", records=[lead], actor=firm.ana, subject=nasty, body=nasty)
    for path in (f"/acme/leads/{lead.pk}/", "/acme/tasks/"):
        text = client_of(firm.ana).get(path).content.decode()
        assert nasty not in text
        assert "&lt;script&gt;" in text


def tasks_on(firm: Firm, member: Any, query: str = "") -> list[str]:
    text = client_of(member).get(f"/acme/tasks/{query}").content.decode()
    return [part.partition('"')[0] for part in text.split('aria-label="Complete: ')[1:]]


def test_the_tasks_page_shows_mine_by_their_days(firm: Firm) -> None:
    lead = lead_of(firm)
    with tenant_context(firm.tenant):
        now = today()
    for subject, distance in (("later", 9), ("soon", 3), ("now", 0), ("before", -2)):
        task_of(firm, lead, subject=subject, due_on=now + timedelta(days=distance))
    task_of(firm, lead, subject="whenever", due_on=None)
    task_of(firm, lead, subject="of Sam", owner=firm.sam)
    assert tasks_on(firm, firm.ana) == ["before", "now", "soon", "later", "whenever"]
    for due, subject in (("overdue", "before"), ("today", "now"), ("soon", "soon"), ("later", "later")):
        assert tasks_on(firm, firm.ana, f"?due={due}") == [subject]
    assert tasks_on(firm, firm.ana, "?due=none") == ["whenever"]
    assert tasks_on(firm, firm.ana, "?due=nonsense&who=nonsense") == tasks_on(firm, firm.ana)


def test_the_teams_tasks_are_those_on_records_one_may_see(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.sam)
    task_of(firm, account, subject="of Ana on an account")
    task_of(firm, lead_of(firm), subject="of Max on a lead of East", owner=firm.max)
    task_of(firm, lead_of(firm, firm.sam), subject="of Sam on a lead of West", owner=firm.sam, actor=firm.sam)
    task_of(firm, subject="private to Max", owner=firm.max, actor=firm.max)
    assert sorted(tasks_on(firm, firm.ana, "?who=team")) == ["of Ana on an account", "of Max on a lead of East"]
    assert tasks_on(firm, firm.sam, "?who=team") == ["of Sam on a lead of West"]
    assert len(tasks_on(firm, firm.ada, "?who=team")) == 3
    assert tasks_on(firm, firm.ana, f"?who={firm.max.pk}") == ["of Max on a lead of East"]
    assert "of Sam on a lead of West" not in tasks_on(firm, firm.ana, f"?who={firm.sam.pk}")


def test_the_tasks_page_costs_the_same_for_one_task_and_thirty(firm: Firm) -> None:
    client = client_of(firm.ana)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/acme/tasks/").status_code == 200
        return sum(query["sql"].startswith(("SELECT", "(SELECT", "UPDATE")) for query in captured)

    with tenant_context(firm.tenant):
        records = [make.lead(firm.ana), make.account(firm.ana), make.contact(firm.ana)]
    task_of(firm, *records)
    client.get("/acme/tasks/")  # the first visit renews the session
    few = queries()
    for number in range(29):
        task_of(firm, *records, subject=str(number))
    assert queries() == few <= 11
