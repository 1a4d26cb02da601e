"""A handler that takes many gets the events of many messages at once, and still each of them once in effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.events import delivery, handlers, on, on_many, record
from crm.events.models import Event, HandlerRun, OutboxMessage
from crm.notices.services import News, notify
from crm.users.models import Membership
from tests.events.happenings import EFFECT, HAPPENED
from tests.people import Firm

Many = Callable[[Sequence[Event]], Mapping[UUID, str]]


@pytest.fixture
def handler() -> Iterator[Callable[[Many], Many]]:
    """Declare a handler of "test.happened" that takes many, for this test only."""
    yield on_many(HAPPENED, key="test-many")
    handlers.forget("test-many")


def happened(firm: Firm, count: int) -> list[Event]:
    return [record(HAPPENED, record=None, actor=firm.ana, data={"number": number}) for number in range(count)]


def test_many_messages_are_one_call_and_a_run_each(inside: Firm, handler: Callable[[Many], Many]) -> None:
    calls: list[list[Event]] = []

    @handler
    def note(events: Sequence[Event]) -> dict[UUID, str]:
        calls.append(list(events))
        return {events[-1].pk: f"all {len(events)}"}

    events = happened(inside, 5)
    assert delivery.deliver_due() == 5
    assert calls == [events]
    assert not OutboxMessage.objects.exists()
    outcomes = dict(HandlerRun.objects.filter(succeeded=True).values_list("event_id", "outcome"))
    assert outcomes == {event.pk: "all 5" if event == events[-1] else "" for event in events}


def test_one_that_takes_one_gets_one(inside: Firm, handler: Callable[[Many], Many]) -> None:
    sizes: list[int] = []
    handler(lambda events: sizes.append(len(events)) or {})
    on(HAPPENED, key="test-one")(lambda event: sizes.append(-1) or "")
    try:
        happened(inside, 3)
        assert delivery.deliver_due() == 6
    finally:
        handlers.forget("test-one")
    assert sorted(sizes) == [-1, -1, -1, 3]


def test_no_more_than_asked_for(inside: Firm, handler: Callable[[Many], Many]) -> None:
    sizes: list[int] = []
    handler(lambda events: sizes.append(len(events)) or {})
    happened(inside, 5)
    assert (delivery.deliver_due(3), delivery.deliver_due(3)) == (3, 2)
    assert sizes == [3, 2]


@pytest.mark.parametrize("bad", [0, 4, 10])
def test_the_one_to_blame_waits_alone(inside: Firm, handler: Callable[[Many], Many], bad: int) -> None:
    @handler
    def half(events: Sequence[Event]) -> dict[UUID, str]:
        for event in events:
            record(EFFECT, record=None, actor=None, because=event)
            if event.data["number"] == bad:
                raise ZeroDivisionError("in the middle")
        return {}

    events = happened(inside, 11)
    delivery.deliver_due()
    message = OutboxMessage.objects.get()
    assert (message.event, message.attempts) == (events[bad], 1)
    assert message.last_error == "ZeroDivisionError: in the middle"
    effects = Event.objects.filter(name="test.effect").values_list("because_id", flat=True)
    assert sorted(effects) == sorted(event.pk for event in events if event != events[bad])
    assert HandlerRun.objects.filter(succeeded=True).count() == 10


def test_a_group_does_not_wait_long_for_what_others_hold(inside: Firm, handler: Callable[[Many], Many]) -> None:
    """Whoever holds it may be waiting for what the group has locked: neither must be killed for a deadlock."""
    limits: list[str] = []

    @handler
    def look(events: Sequence[Event]) -> dict[UUID, str]:
        limits.append(limit())
        return {}

    usual = limit()
    happened(inside, 2)
    delivery.deliver_due()
    happened(inside, 1)
    delivery.deliver_due()
    assert limits == ["200ms", usual]
    assert limit() == usual


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


def test_a_bell_is_rung_last_and_waited_for(inside: Firm, handler: Callable[[Many], Many]) -> None:
    """Two groups for one owner need not give way to each other: who holds the bell waits for nothing any more."""

    @handler
    def tell(events: Sequence[Event]) -> dict[UUID, str]:
        notify(*(News(member=inside.sam, kind="given", event=one, record=None) for one in events))
        list(Membership.objects.filter(pk=inside.ana.pk))  # whatever else it does
        return {}

    happened(inside, 3)
    with CaptureQueriesContext(connection) as captured:
        delivery.deliver_due()
    said = [query["sql"] for query in captured.captured_queries]
    bell = next(at for at, sql in enumerate(said) if sql.startswith("UPDATE") and "unread" in sql)
    usual = next(at for at, sql in enumerate(said) if "lock_timeout TO DEFAULT" in sql)
    assert usual == bell - 1 and inside.ana.pk.hex in " ".join(said[:usual])
    done = next(at for at, sql in enumerate(said) if sql.startswith("DELETE"))
    assert not [sql for sql in said[bell + 1 : done] if "FOR UPDATE" in sql or sql.startswith("UPDATE")]
    inside.sam.refresh_from_db()
    assert inside.sam.unread == 3
