"""Carrying messages to their handlers, exactly once in effect.

A handler's work, its line in the run log and the removal of its message commit together. A crash at any moment
leaves either all of that or the message, which is then delivered again.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from django.utils import timezone

from crm.events import handlers
from crm.events.models import HandlerRun, OutboxMessage
from crm.tenants.context import current_tenant, tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant

MAX_ATTEMPTS = 8
FIRST_BACKOFF = timedelta(seconds=10)
LONGEST_BACKOFF = timedelta(hours=1)
OUTCOME_LENGTH = 200

logger = structlog.get_logger(__name__)


class DeliveryError(Exception):
    """A handler raised; ``message_id`` is still in the outbox."""

    def __init__(self, message_id: UUID) -> None:
        super().__init__(str(message_id))
        self.message_id = message_id


def deliver(message_id: UUID, *, tenant: Tenant | None = None) -> bool:
    """Deliver one message now, due or not; False when it is gone, given up, or in other hands.

    Like all here it enters ``tenant`` (default: the current one) itself. When the handler raises, the failure is
    noted on the message and the answer is False too.
    """
    try:
        return _deliver_one(tenant or current_tenant(), message_id)
    except DeliveryError as error:
        _note_failure(tenant or current_tenant(), error)
        return False


def deliver_due(limit: int = 100, *, tenant: Tenant | None = None) -> int:
    """Deliver up to ``limit`` due messages of one tenant, each in its own transaction; return how many were tried."""
    tenant = tenant or current_tenant()
    for tried in range(limit):
        try:
            if not _deliver_one(tenant):
                return tried
        except DeliveryError as error:
            _note_failure(tenant, error)
    return limit


def deliver_all() -> int:
    """Deliver what the current tenant has due, and what follows from that, here and now.

    For the seed and for tests: what a handler raises comes out.
    """
    count = 0
    try:
        while _deliver_one(current_tenant()):
            count += 1
    except DeliveryError as error:
        assert error.__cause__ is not None
        raise error.__cause__ from None
    return count


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: 10 s, 20 s, 40 s … one hour."""
    return min(FIRST_BACKOFF * 2 ** max(0, attempts - 1), LONGEST_BACKOFF)


def _deliver_one(tenant: Tenant, message_id: UUID | None = None) -> bool:
    """Lock a message (the named one, else the one due first), run its handler, log it, remove it: one transaction."""
    with tenant_context(tenant):
        forget()  # the tenant object has been through other transactions
        waiting = OutboxMessage.objects.filter(failed_at=None)
        waiting = waiting.filter(pk=message_id) if message_id else waiting.filter(due_at__lte=timezone.now())
        message = waiting.order_by("due_at", "id").select_for_update(skip_locked=True).first()
        if message is None:
            return False
        try:
            outcome = handlers.handler(message.handler).function(message.event)
        except Exception as error:
            raise DeliveryError(message.pk) from error
        _log_run(message, outcome=outcome, succeeded=True)
        OutboxMessage.objects.filter(pk=message.pk).delete()  # by the manager: a row's own delete() names no tenant
        return True


def _note_failure(tenant: Tenant, failure: DeliveryError) -> None:
    """Note on the message that its handler failed, and when to try again; a transaction of its own."""
    error = failure.__cause__
    text = f"{type(error).__name__}: {error}"
    with tenant_context(tenant):
        message = OutboxMessage.objects.filter(pk=failure.message_id).select_for_update().first()
        if message is None:  # another worker has delivered it meanwhile
            return
        message.attempts += 1
        message.last_error = text
        message.due_at = timezone.now() + backoff(message.attempts)
        if message.attempts >= MAX_ATTEMPTS:
            message.failed_at = timezone.now()
            _log_run(message, outcome=text, succeeded=False)
        message.save(update_fields=["attempts", "last_error", "due_at", "failed_at"])
        logger.error("handler_failed", handler=message.handler, attempts=message.attempts, exc_info=error)


def _log_run(message: OutboxMessage, *, outcome: str, succeeded: bool) -> None:
    HandlerRun.objects.create(
        event_id=message.event_id,
        handler=message.handler,
        outcome=outcome[:OUTCOME_LENGTH],
        succeeded=succeeded,
        attempts=message.attempts + succeeded,
    )
