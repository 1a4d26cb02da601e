"""Reminders: chosen in the composer, told once at the right moment where one lives, and moved with the task."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from crm.activities import jobs, reminders, services
from crm.activities.models import Activity
from crm.notices.models import Notification
from crm.notices.selectors import told
from crm.notices.services import News
from crm.tenants.context import tenant_context
from crm.users.models import Membership, User
from leads.services import delete_lead
from tests import make
from tests.people import Firm, client_of

MONDAY = "2026-05-04T12:00:00Z"  # eight o'clock in New York, where the workspace is
NEW_YORK = ZoneInfo("America/New_York")
WEDNESDAY = date(2026, 5, 6)
Travel = Callable[[str], None]


@pytest.fixture
def travel() -> Any:
    """Goes to a moment, first to Monday noon in Greenwich."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield lambda moment: traveller.move_to(datetime.fromisoformat(moment))


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Jobs that are rung for run here and now; returns the workspaces that it was done for."""
    found: list[str] = []

    def ring(task: Any, *arguments: str) -> bool:
        found.extend(arguments)
        task(*arguments)
        return True

    monkeypatch.setattr(jobs, "ring", ring)
    return found


def lives_in(member: Membership, zone: str) -> None:
    User.objects.filter(pk=member.user_id).update(time_zone=zone)


def task_of(firm: Firm, *records: Any, **values: Any) -> Activity:
    given = {"kind": "task", "actor": firm.ana, "subject": "Call Lena", "due_on": WEDNESDAY, "reminder": "morning"}
    with tenant_context(firm.tenant):
        return services.create_activity(records=records, **{**given, **values})  # type: ignore[arg-type]


def fresh(firm: Firm, task: Activity) -> Activity:
    with tenant_context(firm.tenant):
        return Activity.objects.select_related("owner").get(pk=task.pk)


def news(firm: Firm, member: Membership) -> list[str]:
    with tenant_context(firm.tenant):
        return [one.sentence for one in told(member)]


def in_new_york(moment: datetime | None) -> str:
    return moment.astimezone(NEW_YORK).strftime("%a %d %H:%M") if moment else ""


class TestTheMoment:
    @pytest.mark.parametrize(
        ("zone", "before", "at"),
        [
            ("Pacific/Tongatapu", "2026-05-05T19:59:00+00:00", "2026-05-05T20:00:00+00:00"),  # UTC+13
            ("Etc/GMT+8", "2026-05-06T16:59:00+00:00", "2026-05-06T17:00:00+00:00"),  # UTC−8
            ("", "2026-05-06T12:59:00+00:00", "2026-05-06T13:00:00+00:00"),  # as the workspace: New York, in summer
        ],
    )
    def test_is_nine_o_clock_where_one_lives(self, firm: Firm, travel: Travel, zone: str, before: str, at: str) -> None:
        lives_in(firm.ana, zone)
        with tenant_context(firm.tenant):
            lead = make.lead(firm.ana)
        data = {"record_type": "leads", "record_id": str(lead.pk), "kind": "call", "next_step": "Send the offer"}
        data |= {"due_on": str(WEDNESDAY), "reminder": "morning"}
        assert client_of(firm.ana).post(firm.url("activities:new"), data).status_code == 303
        travel(before)
        jobs.sweep_reminders()
        assert news(firm, firm.ana) == []
        travel(at)
        jobs.sweep_reminders()
        assert news(firm, firm.ana) == ["Reminder: “Send the offer”."]

    def test_of_ones_own_is_read_by_ones_own_clock(self, firm: Firm, travel: Travel) -> None:
        lives_in(firm.ana, "Pacific/Tongatapu")
        data = {"kind": "task", "body": "Ring them", "reminder": "own", "remind_at": "2026-05-06T09:00"}
        assert client_of(firm.ana).post(firm.url("activities:new"), data).status_code == 303
        with tenant_context(firm.tenant):
            [task] = Activity.objects.all()
        assert str(task.remind_at) == "2026-05-05 20:00:00+00:00"
        page = client_of(firm.ana).get(firm.url("activities:edit", activity_id=task.pk)).content.decode()
        assert 'value="2026-05-06T09:00"' in page

    @pytest.mark.parametrize(
        ("refused", "field", "taken"),
        [
            ({"reminder": "morning", "due_on": ""}, "reminder", {"due_on": "2026-05-05"}),
            ({"reminder": "morning", "due_on": "2026-05-03"}, "reminder", {"due_on": "2026-05-04"}),
            ({"reminder": "day_before", "due_on": "2026-05-04"}, "reminder", {"due_on": "2026-05-05", "now": "early"}),
            ({"reminder": "own", "remind_at": ""}, "remind_at", {"remind_at": "2026-05-05T09:00"}),
            ({"reminder": "own", "remind_at": "2026-05-04T07:59"}, "remind_at", {"remind_at": "2026-05-04T08:01"}),
            ({"reminder": "own", "remind_at": "soon"}, "remind_at", {"remind_at": "2026-05-05T09:00"}),
            ({"reminder": "sometimes"}, "reminder", {"reminder": ""}),
        ],
    )
    def test_that_cannot_be_is_refused(
        self, firm: Firm, travel: Travel, refused: dict[str, str], field: str, taken: dict[str, str]
    ) -> None:
        client, url = client_of(firm.ana), firm.url("activities:new")
        data = {"kind": "task", "body": "Ring them", **refused}
        answer = client.post(url, data)
        assert answer.status_code == 422
        assert list(answer.context["panel"]["composer"].errors) == [field]
        assert "field-error" in answer.content.decode()
        if taken.pop("now", "") == "early":
            travel("2026-05-04T04:30:00+00:00")
        assert client.post(url, data | taken).status_code == 303

    def test_needs_something_to_be_reminded_of(self, firm: Firm, travel: Travel) -> None:
        with tenant_context(firm.tenant):
            lead = make.lead(firm.ana)
        data = {"record_type": "leads", "record_id": str(lead.pk), "kind": "call", "body": "Hello"}
        data |= {"due_on": str(WEDNESDAY), "reminder": "morning"}
        client, url = client_of(firm.ana), firm.url("activities:new")
        assert client.post(url, data).status_code == 422
        with tenant_context(firm.tenant):
            assert not Activity.objects.exists(), "and the call is not logged without it"
        assert client.post(url, data | {"next_step": "Send it"}).status_code == 303
        assert client.post(url, data | {"reminder": "", "due_on": ""}).status_code == 303


class TestTelling:
    AT = "2026-05-06T13:00:00+00:00"

    def test_twice_run_tells_once(self, firm: Firm, travel: Travel) -> None:
        task = task_of(firm)
        travel(self.AT)
        for _time in range(3):
            jobs.sweep_reminders()
        with tenant_context(firm.tenant):
            assert Notification.objects.count() == 1
            assert Membership.objects.get(pk=firm.ana.pk).unread == 1
            assert reminders.remind_owner(task_id=task.pk) is False

    def test_a_killed_worker_has_told_it_or_not(
        self, firm: Firm, travel: Travel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        task_of(firm)
        travel(self.AT)

        def die(*_news: News) -> None:
            raise SystemExit

        with monkeypatch.context() as patched:
            patched.setattr(reminders, "notify", die)
            with pytest.raises(SystemExit):
                jobs.sweep_reminders()
        assert news(firm, firm.ana) == []
        jobs.sweep_reminders()
        assert news(firm, firm.ana) == ["Reminder: “Call Lena”."]

    def test_one_that_fails_keeps_no_other_waiting(
        self, firm: Firm, travel: Travel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        task_of(firm, subject="Bad")
        task_of(firm, subject="Good")
        travel(self.AT)

        def fail_once(news: News) -> Any:
            if news.data["name"] == "Bad":
                raise RuntimeError("no")
            return notify(news)

        notify = reminders.notify
        with monkeypatch.context() as patched:
            patched.setattr(reminders, "notify", fail_once)
            jobs.sweep_reminders()
        assert news(firm, firm.ana) == ["Reminder: “Good”."]
        jobs.sweep_reminders()
        assert len(news(firm, firm.ana)) == 2

    @pytest.mark.parametrize("what", ["completed", "deleted", "reassigned", "record deleted"])
    def test_of_what_is_done_or_gone_nobody_is_told(self, firm: Firm, travel: Travel, what: str) -> None:
        with tenant_context(firm.tenant):
            lead = make.lead(firm.ana)
        task_of(firm, subject="Control")
        task = task_of(firm, lead)
        with tenant_context(firm.tenant):
            if what == "completed":
                services.complete_task(task=task, actor=firm.ana)
            elif what == "deleted":
                services.delete_activity(activity=task, actor=firm.ana)
            elif what == "reassigned":
                services.reassign_task(task=task, owner=firm.sam, actor=firm.ana)
            else:
                delete_lead(lead, actor=firm.ana)
        travel(self.AT)
        jobs.sweep_reminders()
        assert news(firm, firm.ana) == ["Reminder: “Control”."]
        assert news(firm, firm.sam) == (["Reminder: “Call Lena”."] if what == "reassigned" else [])

    def test_opened_again_before_its_moment_it_is_told(self, firm: Firm, travel: Travel) -> None:
        task = task_of(firm)
        with tenant_context(firm.tenant):
            services.complete_task(task=task, actor=firm.ana)
            services.reopen_task(task=task, actor=firm.ana)
        travel(self.AT)
        jobs.sweep_reminders()
        assert news(firm, firm.ana) == ["Reminder: “Call Lena”."]

    def test_wakes_only_the_workspaces_that_have_some(
        self, firm: Firm, other_firm: Firm, travel: Travel, rung: list[str]
    ) -> None:
        task_of(firm)
        theirs = task_of(other_firm, due_on=date(2026, 5, 7))
        travel(self.AT)
        jobs.sweep_reminders()
        assert rung == [str(firm.tenant.pk)]
        assert fresh(other_firm, theirs).reminded_at is None
        travel("2026-05-07T13:00:00+00:00")
        jobs.sweep_reminders()
        assert rung == [str(firm.tenant.pk), str(other_firm.tenant.pk)]
        assert (len(news(firm, firm.ana)), len(news(other_firm, other_firm.ana))) == (1, 1)

    def test_many_are_told_in_turns(
        self, firm: Firm, travel: Travel, rung: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs, "REMINDERS_PER_JOB", 2)
        for number in range(5):
            task_of(firm, subject=f"Task {number}")
        travel(self.AT)
        jobs.sweep_reminders()
        assert len(rung) == 3
        assert len(news(firm, firm.ana)) == 5


class TestTheBell:
    def line(self, firm: Firm, member: Membership) -> Any:
        client = client_of(member)
        assert 'aria-label="1 unread notification"' in client.get("/acme/tasks/").content.decode()
        [line] = client.get("/acme/notifications/").context["lines"]
        answer = client.get(f"/acme/notifications/{line.pk}/")
        assert 'aria-label="Notifications"' in client.get("/acme/tasks/").content.decode()
        assert client.get(answer["Location"]).status_code == 200
        return answer["Location"]

    def test_leads_to_the_record(self, firm: Firm, travel: Travel) -> None:
        with tenant_context(firm.tenant):
            lead = make.lead(firm.ana)
        task_of(firm, lead)
        travel("2026-05-06T13:00:00+00:00")
        jobs.sweep_reminders()
        assert self.line(firm, firm.ana) == f"/acme/leads/{lead.pk}/#open-tasks"

    def test_leads_to_the_task_where_there_is_no_record_that_one_may_open(self, firm: Firm, travel: Travel) -> None:
        with tenant_context(firm.tenant):
            lead = make.lead(firm.ana)
        task = task_of(firm, lead, owner=firm.sam)
        travel("2026-05-06T13:00:00+00:00")
        jobs.sweep_reminders()
        assert self.line(firm, firm.sam) == firm.url("activities:edit", activity_id=task.pk)

    def test_leads_to_the_tasks_when_it_is_gone(self, firm: Firm, travel: Travel) -> None:
        task = task_of(firm)
        travel("2026-05-06T13:00:00+00:00")
        jobs.sweep_reminders()
        with tenant_context(firm.tenant):
            services.delete_activity(activity=fresh(firm, task), actor=firm.ana)
        assert self.line(firm, firm.ana) == "/acme/tasks/"


class TestMoving:
    def postpone(self, firm: Firm, task: Activity, day: str) -> Activity:
        url = firm.url("activities:due", activity_id=task.pk)
        assert client_of(firm.ana).post(url, {"due_on": day}).status_code == 303
        return fresh(firm, task)

    def test_the_mornings_go_with_the_day(self, firm: Firm, travel: Travel) -> None:
        morning, before = task_of(firm), task_of(firm, reminder="day_before")
        assert in_new_york(morning.remind_at) == "Wed 06 09:00"
        assert in_new_york(before.remind_at) == "Tue 05 09:00"
        assert in_new_york(self.postpone(firm, morning, "2026-05-08").remind_at) == "Fri 08 09:00"
        assert in_new_york(self.postpone(firm, before, "2026-05-08").remind_at) == "Thu 07 09:00"

    def test_a_moment_of_ones_own_keeps_hour_and_distance_over_a_change_of_clocks(
        self, firm: Firm, travel: Travel
    ) -> None:
        at = datetime(2026, 5, 5, 15, 30, tzinfo=NEW_YORK)
        task = self.postpone(firm, task_of(firm, reminder="own", remind_at=at), "2026-11-04")  # winter by then
        assert in_new_york(task.remind_at) == "Tue 03 15:30"

    def test_without_a_day_there_is_no_morning_until_it_has_one_again(self, firm: Firm, travel: Travel) -> None:
        task = self.postpone(firm, task_of(firm), "none")
        assert (task.remind_at, task.reminder) == (None, "morning")
        assert in_new_york(self.postpone(firm, task, "2026-05-08").remind_at) == "Fri 08 09:00"

    def test_what_was_told_is_told_again_on_the_new_day(self, firm: Firm, travel: Travel) -> None:
        task = task_of(firm)
        travel("2026-05-06T13:00:00+00:00")
        jobs.sweep_reminders()
        self.postpone(firm, task, "2026-05-07")
        jobs.sweep_reminders()
        assert len(news(firm, firm.ana)) == 1
        travel("2026-05-07T13:00:00+00:00")
        jobs.sweep_reminders()
        assert len(news(firm, firm.ana)) == 2

    def test_a_morning_that_has_passed_rings_no_bell(self, firm: Firm, travel: Travel) -> None:
        task = task_of(firm)
        travel("2026-05-04T18:00:00+00:00")
        assert self.postpone(firm, task, "2026-05-04").remind_at is None
        jobs.sweep_reminders()
        assert news(firm, firm.ana) == []
        assert in_new_york(self.postpone(firm, task, "2026-05-05").remind_at) == "Tue 05 09:00"

    def test_who_has_it_now_is_told_in_their_own_morning(self, firm: Firm, travel: Travel) -> None:
        lives_in(firm.sam, "Pacific/Tongatapu")
        task = task_of(firm)
        url = firm.url("activities:owner", activity_id=task.pk)
        assert client_of(firm.ana).post(url, {"owner": str(firm.sam.pk)}).status_code == 303
        travel("2026-05-05T20:00:00+00:00")
        jobs.sweep_reminders()
        assert "Reminder: “Call Lena”." in news(firm, firm.sam)
        travel("2026-05-06T13:00:00+00:00")
        jobs.sweep_reminders()
        assert news(firm, firm.ana) == []

    def test_what_was_told_is_not_told_to_the_next_owner_again(self, firm: Firm, travel: Travel) -> None:
        task = task_of(firm)
        travel("2026-05-06T13:00:00+00:00")
        jobs.sweep_reminders()
        with tenant_context(firm.tenant):
            services.reassign_task(task=fresh(firm, task), owner=firm.sam, actor=firm.ana)
        jobs.sweep_reminders()
        assert news(firm, firm.sam) == []
        assert fresh(firm, task).reminded_at is not None


class TestTheForm:
    def test_sets_changes_and_takes_off(self, firm: Firm, travel: Travel) -> None:
        task = task_of(firm, reminder="")
        url, client = firm.url("activities:edit", activity_id=task.pk), client_of(firm.ana)
        data = {"subject": "Call Lena", "body": "", "due_on": str(WEDNESDAY), "owner": str(firm.ana.pk)}
        client.post(url, data | {"reminder": "morning"})
        assert in_new_york(fresh(firm, task).remind_at) == "Wed 06 09:00"
        assert "Reminder: May 6" in client.get("/acme/tasks/").content.decode()
        client.post(url, data | {"reminder": "own", "remind_at": "2026-05-05T11:00"})
        assert in_new_york(fresh(firm, task).remind_at) == "Tue 05 11:00"
        client.post(url, data | {"reminder": "own", "remind_at": "2026-05-05T12:00"})
        assert in_new_york(fresh(firm, task).remind_at) == "Tue 05 12:00"
        client.post(url, data | {"reminder": "", "remind_at": "2026-05-05T12:00"})
        assert fresh(firm, task).remind_at is None
        assert "Reminder:" not in client.get("/acme/tasks/").content.decode()

    def test_a_new_day_and_nothing_else_takes_the_reminder_along(self, firm: Firm, travel: Travel) -> None:
        at = datetime(2026, 5, 5, 15, 30, tzinfo=NEW_YORK)
        task = task_of(firm, reminder="own", remind_at=at)
        data = {"subject": "Call Lena", "body": "", "owner": str(firm.ana.pk), "reminder": "own"}
        data |= {"due_on": str(WEDNESDAY + timedelta(days=1)), "remind_at": "2026-05-05T15:30"}
        url = firm.url("activities:edit", activity_id=task.pk)
        assert client_of(firm.ana).post(url, data).status_code == 303
        assert in_new_york(fresh(firm, task).remind_at) == "Wed 06 15:30"

    def test_what_is_refused_changes_nothing(self, firm: Firm, travel: Travel) -> None:
        task = task_of(firm)
        url, client = firm.url("activities:edit", activity_id=task.pk), client_of(firm.ana)
        data = {"subject": "Other", "body": "", "due_on": "2026-05-08", "owner": str(firm.sam.pk), "reminder": "own"}
        answer = client.post(url, data | {"remind_at": "2026-05-01T09:00"})
        assert answer.status_code == 422
        assert "This moment has passed" in answer.content.decode()
        now = fresh(firm, task)
        assert (now.subject, now.due_on, now.owner, now.reminder) == ("Call Lena", WEDNESDAY, firm.ana, "morning")
        assert client.post(url, data | {"remind_at": "2026-05-07T09:00"}).status_code == 303
        now = fresh(firm, task)
        assert (now.subject, now.owner, in_new_york(now.remind_at)) == ("Other", firm.sam, "Thu 07 09:00")
