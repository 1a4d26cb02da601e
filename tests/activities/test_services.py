"""Activities through their services."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.activities import services
from crm.activities.models import Activity, ActivityLink
from crm.activities.selectors import my_tasks, open_tasks, timeline
from crm.events.models import Event
from crm.tenants.clock import today
from tests import make
from tests.people import Firm


def task(firm: Firm, *records: object, subject: str = "Call Lena", **values: object) -> Activity:
    given = {"kind": "task", "actor": firm.ana, "subject": subject, "due_on": today()}
    return services.create_activity(records=records, **{**given, **values})  # type: ignore[arg-type]


def names_of(record: object) -> list[str]:
    return list(Event.objects.filter(record_id=record.pk).order_by("id").values_list("name", flat=True))  # type: ignore[attr-defined]


def test_an_activity_stands_on_each_of_its_records_once(inside: Firm) -> None:
    lead, account = make.lead(inside.ana), make.account(inside.ana)
    call = services.create_activity(kind="call", records=[lead, account, lead], actor=inside.ana, body="  Hello \n")
    assert call.body == "Hello"
    assert call.owner == call.created_by == inside.ana
    places = ActivityLink.objects.filter(activity=call).values_list("record_type", "record_id")
    assert sorted(places) == sorted([("leads", lead.pk), ("accounts", account.pk)])
    event = Event.objects.get(record_id=call.pk)
    assert event.name == "activity.created"
    assert event.data["records"] == sorted([["leads", str(lead.pk)], ["accounts", str(account.pk)]])


@pytest.mark.parametrize(("kind", "field"), [("note", "body"), ("email", "body"), ("task", "subject")])
def test_what_says_nothing_is_refused(inside: Firm, kind: str, field: str) -> None:
    lead = make.lead(inside.ana)
    services.create_activity(kind=kind, records=[lead], actor=inside.ana, **{field: "Something"})
    with pytest.raises(ValidationError) as refused:
        services.create_activity(kind=kind, records=[lead], actor=inside.ana, **{field: "  \n "})
    assert set(refused.value.error_dict) == {field}
    assert Activity.objects.count() == 1


def test_a_call_may_be_logged_without_words(inside: Firm) -> None:
    services.create_activity(kind="call", records=[make.lead(inside.ana)], actor=inside.ana)
    assert Activity.objects.get().kind == "call"


def test_only_a_task_has_a_due_day(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    assert task(inside, lead).due_on == today()
    note = services.create_activity(kind="note", records=[lead], actor=inside.ana, body="x", due_on=today())
    assert note.due_on is None


def test_completing_moves_a_task_from_the_open_ones_into_the_timeline_and_back(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    todo = task(inside, lead)
    assert [todo] == list(open_tasks(lead))
    assert [entry.activity for entry in timeline(inside.ana, lead).entries if entry.activity] == []

    services.complete_task(task=todo, actor=inside.max)
    assert list(open_tasks(lead)) == []
    done = next(entry for entry in timeline(inside.ana, lead).entries if entry.activity)
    assert done.activity == todo
    assert done.activity.completed_by == inside.max
    assert done.at == todo.completed_at

    first = todo.completed_at
    services.complete_task(task=todo, actor=inside.ana)
    assert (todo.completed_at, todo.completed_by) == (first, inside.max)

    services.reopen_task(task=todo, actor=inside.ana)
    assert [todo] == list(open_tasks(lead))
    assert names_of(todo) == ["activity.created", "task.completed", "task.reopened"]


def test_postponing_and_handing_over_say_what_was_before(inside: Firm) -> None:
    todo = task(inside, make.lead(inside.ana), due_on=date(2026, 5, 4))
    services.postpone_task(task=todo, due_on=date(2026, 5, 6), actor=inside.ana)
    services.postpone_task(task=todo, due_on=date(2026, 5, 6), actor=inside.ana)
    services.reassign_task(task=todo, owner=inside.sam, actor=inside.ana)
    todo.refresh_from_db()
    assert (todo.due_on, todo.owner) == (date(2026, 5, 6), inside.sam)
    changes = list(Event.objects.filter(record_id=todo.pk).order_by("id").values_list("name", "changes"))[1:]
    assert changes == [
        ("task.postponed", {"due_on": ["2026-05-04", "2026-05-06"]}),
        (
            "task.reassigned",
            {
                "owner": [
                    {"id": str(inside.ana.pk), "label": "Ana Owner"},
                    {"id": str(inside.sam.pk), "label": "Sam Seller"},
                ]
            },
        ),
    ]


def test_changing_the_time_of_a_call_moves_it_in_the_timeline(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    early = services.create_activity(kind="call", records=[lead], actor=inside.ana, body="first")
    late = services.create_activity(kind="call", records=[lead], actor=inside.ana, body="second")
    calls = [entry.activity for entry in timeline(inside.ana, lead).entries if entry.activity]
    assert calls == [late, early]
    yesterday = timezone.now() - timedelta(days=1)
    services.update_activity(activity=late, actor=inside.ana, values={"occurred_at": yesterday, "body": "second"})
    calls = [entry.activity for entry in timeline(inside.ana, lead).entries if entry.activity]
    assert calls == [early, late]
    assert list(Event.objects.get(record_id=late.pk, name="activity.changed").changes) == ["occurred_at"]


def test_a_tasks_day_is_not_changed_behind_its_service(inside: Firm) -> None:
    todo = task(inside, make.lead(inside.ana))
    services.update_activity(activity=todo, actor=inside.ana, values={"subject": "Write to Lena"})
    with pytest.raises(ValueError, match="due_on"):
        services.update_activity(activity=todo, actor=inside.ana, values={"due_on": None})
    todo.refresh_from_db()
    assert (todo.subject, todo.due_on) == ("Write to Lena", today())


def test_what_is_deleted_is_gone_everywhere_until_it_is_restored(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    todo = task(inside, lead)
    note = services.create_activity(kind="note", records=[lead], actor=inside.ana, body="x")
    for activity in (todo, note):
        services.delete_activity(activity=activity, actor=inside.ana)
    assert list(open_tasks(lead)) == my_tasks(inside.ana, today()).today == []
    assert not any(entry.activity for entry in timeline(inside.ana, lead).entries)
    for activity in (todo, note):
        services.restore_activity(activity=activity, actor=inside.ana)
    assert list(open_tasks(lead)) == my_tasks(inside.ana, today()).today == [todo]
    assert [entry.activity for entry in timeline(inside.ana, lead).entries if entry.activity] == [note]


def test_activities_follow_to_other_records_once_and_stay_where_they_were(inside: Firm) -> None:
    lead, account, contact = make.lead(inside.ana), make.account(inside.ana), make.contact(inside.ana)
    note = services.create_activity(kind="note", records=[lead], actor=inside.ana, body="x")
    todo = task(inside, lead)
    hidden = services.create_activity(kind="note", records=[lead], actor=inside.ana, body="gone")
    services.delete_activity(activity=hidden, actor=inside.ana)

    new = services.link_activities(from_record=lead, to_records=[account, contact], actor=inside.ana)
    assert len(new) == 6
    assert services.link_activities(from_record=lead, to_records=[account, contact], actor=inside.ana) == []
    for record in (lead, account, contact):
        assert [entry.activity for entry in timeline(inside.ana, record).entries if entry.activity] == [note]
        assert list(open_tasks(record)) == [todo]
    services.restore_activity(activity=hidden, actor=inside.ana)
    assert hidden in [entry.activity for entry in timeline(inside.ana, account).entries]


def test_my_tasks_are_by_the_workspaces_day(inside: Firm) -> None:
    now = today()
    lead = make.lead(inside.ana)
    days = {
        name: task(inside, lead, subject=name, due_on=now + timedelta(days=distance))
        for name, distance in (("before", -1), ("now", 0), ("next", 1), ("last", 7), ("after", 8))
    }
    task(inside, lead, subject="whenever", due_on=None)
    task(inside, lead, subject="of Sam", owner=inside.sam)
    services.complete_task(task=task(inside, lead, subject="done"), actor=inside.ana)
    mine = my_tasks(inside.ana, now)
    assert (mine.overdue, mine.today, mine.soon) == ([days["before"]], [days["now"]], [days["next"], days["last"]])
    assert my_tasks(inside.ana, now + timedelta(days=1)).overdue == [days["before"], days["now"]]


def test_tasks_of_a_deleted_record_leave_my_day_and_come_back_with_it(inside: Firm) -> None:
    from leads.services import delete_lead, restore_lead

    lead = make.lead(inside.ana)
    todo, own = task(inside, lead), task(inside, subject="Own")
    assert my_tasks(inside.ana, today()).today == [todo, own]
    delete_lead(lead, actor=inside.ana)
    assert my_tasks(inside.ana, today()).today == [own]
    restore_lead(lead, actor=inside.ana)
    assert my_tasks(inside.ana, today()).today == [todo, own]
