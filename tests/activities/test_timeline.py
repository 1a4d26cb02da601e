"""A record's timeline: activities and events in one order, page by page."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.activities import services
from crm.activities.selectors import PAGE, TASKS_SHOWN, beside, open_tasks, timeline
from leads.services import update_lead
from tests import make
from tests.people import Firm


def test_activities_and_events_stand_together_newest_first(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    services.create_activity(kind="note", records=[lead], actor=inside.sam, body="A note")
    update_lead(lead, actor=inside.max, values={"company": "Acme"})
    lines = [entry.activity.body if entry.activity else entry.sentence for entry in timeline(inside.ana, lead).entries]
    assert lines == ["Max Manager changed Company from empty to Acme", "A note", "Ana Owner created this"]


def test_pages_join_without_gap_or_double_also_within_one_moment(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    moment = timezone.now() - timedelta(hours=1)
    for number in range(7):
        services.create_activity(kind="note", records=[lead], actor=inside.ana, body=f"n{number}", occurred_at=moment)
    for number in range(4):
        update_lead(lead, actor=inside.ana, values={"company": f"Acme {number}"})
    whole = [entry.key for entry in timeline(inside.ana, lead, limit=100).entries]
    assert len(whole) == 12
    paged, before = [], ""
    for _page in range(4):
        page = timeline(inside.ana, lead, before, limit=3)
        paged += [entry.key for entry in page.entries]
        before = page.before
    assert paged == whole
    assert before == ""


def test_a_page_reads_its_timeline_and_open_tasks_at_once(inside: Firm) -> None:
    lead, other = make.lead(inside.ana), make.lead(inside.ana)
    now, today = timezone.now(), timezone.localdate()
    for number in range(TASKS_SHOWN + 3):
        day = today + timedelta(days=number % 5 - 2) if number % 4 else None
        services.create_activity(kind="task", records=[lead, other], actor=inside.ana, subject=f"{number}", due_on=day)
    done, gone, *_rest = open_tasks(lead)
    services.complete_task(task=done, actor=inside.ana)
    services.delete_activity(activity=gone, actor=inside.ana)
    for number in range(PAGE + 3):
        at = now - timedelta(minutes=number % 7)
        services.create_activity(kind="note", records=[lead], actor=inside.ana, body=f"n{number}", occurred_at=at)
    for record in (lead, other):
        with CaptureQueriesContext(connection) as queries:
            found = beside(record)
        assert len(queries) == 1
        first = timeline(inside.ana, record, links=found.links)
        assert found.tasks == open_tasks(record, TASKS_SHOWN + 1)
        assert first == timeline(inside.ana, record)
        assert len(found.tasks) == TASKS_SHOWN + 1 and done not in found.tasks and gone not in found.tasks


def test_a_broken_cursor_gives_the_first_page(inside: Firm) -> None:
    lead = make.lead(inside.ana)
    first = [entry.key for entry in timeline(inside.ana, lead).entries]
    for broken in ("x", "2026-01-01_", "2026-01-01T00:00:00_0", "2026-99-99T00:00:00+00:00_1", "_"):
        assert [entry.key for entry in timeline(inside.ana, lead, broken).entries] == first


def test_a_long_timeline_costs_as_many_queries_as_a_short_one(inside: Firm) -> None:
    lead = make.lead(inside.ana)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            for entry in timeline(inside.ana, lead).entries:
                assert entry.sentence or str(entry.activity.owner)  # type: ignore[union-attr]
        return len(queries)

    few = queries()
    for number in range(20):
        services.create_activity(kind="note", records=[lead], actor=inside.max, body=str(number))
        update_lead(lead, actor=inside.ana, values={"company": f"Acme {number}"})
    assert queries() == few == 2
