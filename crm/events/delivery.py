"""Carrying messages to their handlers, exactly once in effect.

A handler's work, its line in the run log and the removal of its message commit together. A crash at any moment
leaves either all of that or the message, which is then delivered again. Messages to a handler that takes many go to
it in groups, each group with one commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import connection
from django.utils import timezone

from crm.events import handlers
from crm.events.models import HandlerRun, OutboxMessage
from crm.ground.writes import insert_many, together
from crm.tenants.context import current_tenant, tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant

MAX_ATTEMPTS = 8
FIRST_BACKOFF = timedelta(seconds=10)
LONGEST_BACKOFF = timedelta(hours=1)
OUTCOME_LENGTH = 200
TOGETHER = 200  # messages that go to a handler at once, if it takes many: about half a second of work
LONGEST_WAIT = 200  # milliseconds that a group waits for a record which somebody else holds

logger = structlog.get_logger(__name__)


class DeliveryError(Exception):
    """A handler raised; the messages of these ids are still in the outbox."""

    def __init__(self, message_ids: list[UUID]) -> None:
        super().__init__(", ".join(map(str, message_ids[:3])))
        self.message_ids = message_ids


class Delivery:
    """Carries the due messages of ``tenant``. It enters the tenant itself, and each step is a transaction."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self._at_once = TOGETHER

    def next(self, most: int = TOGETHER) -> int:
        """Deliver the message that is due first, with others to the same handler if that takes many; return how many
        were tried, 0 when none is due.

        Should a group fail, a smaller one is tried, until the message to blame is alone: the failure is noted on it.
        """
        while True:
            try:
                count = _deliver(self.tenant, min(most, self._at_once))
            except DeliveryError as error:
                count = len(error.message_ids)
                if count > 1:
                    logger.warning("handlers_group_failed", count=count, error=str(error.__cause__))
                    self._at_once = count // 2
                    continue
                _note_failure(self.tenant, error)
            self._at_once = min(TOGETHER, self._at_once * 2)
            return count


def deliver_due(limit: int = 100, *, tenant: Tenant | None = None) -> int:
    """Deliver up to ``limit`` due messages of one tenant; return how many were tried."""
    delivery = Delivery(tenant or current_tenant())
    tried = 0
    while tried < limit and (count := delivery.next(limit - tried)):
        tried += count
    return tried


def deliver_all() -> int:
    """Deliver what the current tenant has due, and what follows from that, here and now.

    For the seed and for tests: what a handler raises comes out.
    """
    total = 0
    try:
        while count := _deliver(current_tenant(), TOGETHER):
            total += count
    except DeliveryError as error:
        assert error.__cause__ is not None
        raise error.__cause__ from None
    return total


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: 10 s, 20 s, 40 s … one hour."""
    return min(FIRST_BACKOFF * 2 ** max(0, attempts - 1), LONGEST_BACKOFF)


def _deliver(tenant: Tenant, most: int) -> int:
    """Lock messages, run their handler, log it, remove them: one transaction. Return how many there were."""
    with tenant_context(tenant):
        forget()  # the tenant object has been through other transactions
        messages = _take(most)
        if not messages:
            return 0
        ids = [message.pk for message in messages]
        try:
            outcomes = _run(messages)
        except Exception as error:
            raise DeliveryError(ids) from error
        insert_many(HandlerRun, [_run_of(one, outcomes.get(one.event_id, ""), succeeded=True) for one in messages])
        OutboxMessage.objects.filter(pk__in=ids).delete()  # by the manager: a row's own delete() names no tenant
        return len(ids)


def _take(most: int) -> list[OutboxMessage]:
    """Lock the message that is due first, and up to ``most`` in all that can go with it."""
    waiting = OutboxMessage.objects.filter(failed_at=None, due_at__lte=timezone.now())
    waiting = waiting.prefetch_related("event").order_by("due_at", "id")
    waiting = waiting.select_for_update(skip_locked=True)
    first = waiting.first()
    if first is None:
        return []
    if most == 1 or not handlers.takes_many(first.handler):
        return [first]
    return [first, *waiting.filter(handler=first.handler).exclude(pk=first.pk)[: most - 1]]


def _run(messages: list[OutboxMessage]) -> Mapping[UUID, str]:
    """Call the handler of ``messages``. For a group it waits only briefly for records that others hold.

    Whoever holds some of them may be waiting for others that the group has locked: the group is the one to give way.
    What is left to the end, as ringing people's bells is, locks last and in one order: nobody who holds that waits for
    anything of the group, so it is waited for as long as need be.
    """
    handler = handlers.handler(messages[0].handler)
    with together():
        if len(messages) == 1:
            return handler.run([messages[0].event])
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {LONGEST_WAIT}")
        outcomes = handler.run([message.event for message in messages])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    return outcomes


def _note_failure(tenant: Tenant, failure: DeliveryError) -> None:
    """Note on the message that its handler failed, and when to try again; a transaction of its own."""
    error = failure.__cause__
    text = f"{type(error).__name__}: {error}"
    with tenant_context(tenant):
        message = OutboxMessage.objects.filter(pk=failure.message_ids[0]).select_for_update().first()
        if message is None:  # another worker has delivered it meanwhile
            return
        message.attempts += 1
        message.last_error = text
        message.due_at = timezone.now() + backoff(message.attempts)
        if message.attempts >= MAX_ATTEMPTS:
            message.failed_at = timezone.now()
            insert_many(HandlerRun, [_run_of(message, text, succeeded=False)])
        message.save(update_fields=["attempts", "last_error", "due_at", "failed_at"])
        logger.error("handler_failed", handler=message.handler, attempts=message.attempts, exc_info=error)


def _run_of(message: OutboxMessage, outcome: str, *, succeeded: bool) -> HandlerRun:
    return HandlerRun(
        event_id=message.event_id,
        handler=message.handler,
        outcome=outcome[:OUTCOME_LENGTH],
        succeeded=succeeded,
        attempts=message.attempts + succeeded,
    )
