"""The outbox: what is recorded is delivered, once in effect, whatever the handler does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from crm.events import delivery, handlers, on, record, selectors, services
from crm.events.models import Event, HandlerRun, OutboxMessage
from tests.events.happenings import COUNTED, EFFECT, HAPPENED, OTHER
from tests.people import Firm


@pytest.fixture
def handler() -> Iterator[Callable[[Callable[[Event], str]], None]]:
    """Declare a handler of "test.happened" for this test only."""
    on_test = on(HAPPENED, key="test-handler")
    yield lambda function: on_test(function) and None
    handlers.forget("test-handler")


def happened(firm: Firm) -> Event:
    return record(HAPPENED, record=None, actor=firm.ana)


def test_delivers_and_logs_what_the_handler_says(inside: Firm, handler: Callable) -> None:
    seen: list[Event] = []

    def note(event: Event) -> str:
        seen.append(event)
        return "noted"

    handler(note)
    event = happened(inside)
    assert delivery.deliver_all() == 1
    assert seen == [event]
    assert not OutboxMessage.objects.exists()
    run = HandlerRun.objects.get(event=event)
    assert (run.outcome, run.succeeded, run.attempts) == ("noted", True, 1)


def test_an_event_without_handlers_leaves_no_message(inside: Firm, handler: Callable) -> None:
    handler(lambda event: "")
    record(OTHER, record=None, actor=inside.ana)
    assert not OutboxMessage.objects.exists()
    happened(inside)
    assert OutboxMessage.objects.count() == 1


def test_nothing_is_left_of_a_handler_that_raises(inside: Firm, handler: Callable) -> None:
    fails = True

    def half(event: Event) -> str:
        record(EFFECT, record=None, actor=None, because=event)
        if fails:
            raise ZeroDivisionError("in the middle")
        return "whole"

    handler(half)
    event = happened(inside)
    assert delivery.deliver_due() == 1
    message = OutboxMessage.objects.get()
    assert message.attempts == 1
    assert message.last_error == "ZeroDivisionError: in the middle"
    assert message.due_at > timezone.now() + delivery.backoff(1) - timedelta(seconds=5)
    assert not Event.objects.filter(name="test.effect").exists()
    assert delivery.deliver_due() == 0  # not before its time

    fails = False
    OutboxMessage.objects.update(due_at=timezone.now())
    assert delivery.deliver_due() == 1
    assert Event.objects.get(name="test.effect").because == event
    assert HandlerRun.objects.get().attempts == 2


def test_gives_up_after_the_last_attempt_and_an_admin_retries(inside: Firm, handler: Callable) -> None:
    fails = True

    def broken(event: Event) -> str:
        if fails:
            raise LookupError("still broken")
        return "works again"

    handler(broken)
    happened(inside)
    for _attempt in range(delivery.MAX_ATTEMPTS):
        OutboxMessage.objects.update(due_at=timezone.now())
        assert delivery.deliver_due() == 1
    assert delivery.deliver_due() == 0
    message = selectors.failed_messages().get()
    assert message.attempts == delivery.MAX_ATTEMPTS
    assert not HandlerRun.objects.get().succeeded
    OutboxMessage.objects.update(due_at=timezone.now() - timedelta(days=2))
    assert selectors.outbox_lag_seconds() < 86_400  # what other tests left is younger
    OutboxMessage.objects.update(failed_at=None)
    assert selectors.outbox_lag_seconds() > 86_400
    OutboxMessage.objects.update(failed_at=timezone.now())

    fails = False
    services.retry(message=message, actor=inside.ada)
    assert delivery.deliver_due() == 1
    assert not selectors.failed_messages().exists()
    assert HandlerRun.objects.filter(succeeded=True, outcome="works again").count() == 1


def test_a_second_delivery_does_nothing(inside: Firm, handler: Callable) -> None:
    calls: list[Event] = []
    handler(lambda event: calls.append(event) or "")
    happened(inside)
    assert (delivery.deliver_due(), delivery.deliver_due()) == (1, 0)
    assert len(calls) == 1


def test_a_handler_that_no_longer_exists_fails_visibly(inside: Firm, handler: Callable) -> None:
    handler(lambda event: "")
    happened(inside)
    handlers.forget("test-handler")
    delivery.deliver_due()
    assert "test-handler" in OutboxMessage.objects.get().last_error


def test_a_follow_up_event_is_delivered_too(inside: Firm, handler: Callable) -> None:
    depth: list[int] = []

    def chain(event: Event) -> str:
        depth.append(event.data["depth"])
        if event.data["depth"] < 2:
            record(HAPPENED, record=None, actor=None, because=event, data={"depth": depth[-1] + 1})
        return ""

    handler(chain)
    record(HAPPENED, record=None, actor=inside.ana, data={"depth": 0})
    assert delivery.deliver_all() == 3
    assert depth == [0, 1, 2]


def test_backoff_grows_and_is_capped() -> None:
    assert [delivery.backoff(n).total_seconds() for n in (1, 2, 3, 20)] == [10, 20, 40, 3600]


def test_one_kick_for_a_transaction_and_none_when_it_is_rolled_back(
    inside: Firm, handler: Callable, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable
) -> None:
    handler(lambda event: "")
    kicked: list[object] = []
    monkeypatch.setattr("crm.events.jobs.kick", kicked.append)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError), transaction.atomic():
        happened(inside)
        raise ZeroDivisionError
    assert kicked == []
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            happened(inside)
            raise ZeroDivisionError
        for _event in range(3):
            happened(inside)
    assert kicked == [inside.tenant.pk]


def test_events_of_a_record_come_in_order(inside: Firm) -> None:
    now = timezone.now()
    for depth in range(4):
        event = services.build(COUNTED, record=inside.east, actor=inside.ana, data={"depth": depth})
        event.at = now + timedelta(microseconds=depth)
        services.record_all(events=[event])
    assert [event.data["depth"] for event in selectors.events_of(inside.east)] == [3, 2, 1, 0]
    assert not selectors.events_of(inside.west).exists()
