"""Writing the log: an event, and its messages to handlers, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.utils import timezone

from crm.events.events import RETRIED
from crm.events.handlers import handlers_of
from crm.events.models import IMPORT, Event, OutboxMessage
from crm.events.types import ANY, EventType, UndeclaredError, is_declared
from crm.ground.writes import at_the_end, insert_many, service
from crm.tenants.context import current_tenant_id

_import: ContextVar[UUID | None] = ContextVar("import", default=None)
_are_gathered: ContextVar[bool] = ContextVar("events_gathered", default=False)


@contextmanager
def of_import(job_id: UUID) -> Iterator[None]:
    """Mark the events of what is done inside: who brings a file in has not done what it tells."""
    token = _import.set(job_id)
    try:
        yield
    finally:
        _import.reset(token)


@contextmanager
def gathered() -> Iterator[None]:
    """Around ``together``: write the events of the block at the end of that, in two statements."""
    token = _are_gathered.set(True)
    try:
        yield
    finally:
        _are_gathered.reset(token)


def record(
    event_type: EventType,
    /,
    *,
    record: Any,
    actor: Any,
    changes: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    because: Event | None = None,
) -> Event:
    """Record that ``event_type`` happened to ``record`` (None: to the workspace).

    ``changes`` maps field names to ``[old, new]`` in JSON, ``data`` has keys of the type's ``payload``. ``actor`` (a
    Membership) is None when a workflow did it; ``because`` is then the event that it followed from. Each handler that
    asks for such an event gets a message, delivered after the commit.
    """
    event = build(event_type, record=record, actor=actor, changes=changes, data=data, because=because)
    record_all(events=[event])
    return event


def build(
    event_type: EventType,
    /,
    *,
    record: Any,
    actor: Any,
    changes: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    because: Event | None = None,
) -> Event:
    """Return an event that is not written yet: collect many, then ``record_all``.

    Raises ``UndeclaredError`` for what the type's declaration does not say.
    """
    job_id = _import.get()
    _refuse_undeclared(event_type, record, data or {})
    return Event(
        name=event_type.name,
        record_type=_type_key(record),
        record_id=record.pk if record is not None else None,
        actor=actor,
        because=because,
        changes=dict(changes or {}),
        data=dict(data or {}) | ({IMPORT: str(job_id)} if job_id else {}),
    )


def _refuse_undeclared(event_type: EventType, record: Any, data: Mapping[str, Any]) -> None:
    record_type = _type_key(record)
    if not is_declared(event_type):
        raise UndeclaredError(f"No events.py declares “{event_type}”.")
    if record is not None and not record.type_key:
        raise UndeclaredError(f"Nothing can be told of a {type(record).__name__}: it has no type_key.")
    if event_type.about not in (record_type, ANY):
        raise UndeclaredError(f"“{event_type}” is declared about “{event_type.about}”, not about “{record_type}”.")
    if unknown := data.keys() - event_type.payload.keys():
        raise UndeclaredError(f"“{event_type}” does not declare in its payload: {', '.join(sorted(unknown))}.")


def _type_key(record: Any) -> str:
    return record.type_key if record is not None else ""


def record_all(*, events: Sequence[Event]) -> None:
    """Write ``events`` and a message to each of their handlers, with two statements however many there are."""
    if _are_gathered.get():
        for event in events:
            at_the_end(_write, event)
    else:
        _write(events)


def _write(events: Sequence[Event]) -> None:
    insert_many(Event, events)
    messages = [
        OutboxMessage(event=event, handler=handler.key, due_at=event.at)
        for event in events
        for handler in handlers_of(event)
    ]
    if messages:
        insert_many(OutboxMessage, messages)
        _kick_on_commit(current_tenant_id())


@service
def retry(*, message: OutboxMessage, actor: models.Model) -> None:
    """Deliver ``message`` again that was given up, at once and with all its attempts."""
    message.attempts = 0
    message.failed_at = None
    message.due_at = timezone.now()
    message.save(update_fields=["attempts", "failed_at", "due_at"])
    record(
        RETRIED,
        record=None,
        actor=actor,
        data={"handler": message.handler, "event": str(message.event_id)},
    )
    _kick_on_commit(current_tenant_id())


@dataclass(frozen=True)
class _Kick:
    """Wakes a worker for one tenant; two that are equal are one."""

    tenant_id: UUID

    def __call__(self) -> None:
        from crm.events.jobs import kick

        kick(self.tenant_id)


def _kick_on_commit(tenant_id: UUID) -> None:
    # Looked up in the transaction itself, so that a kick taken back with its savepoint is asked for again.
    kick = _Kick(tenant_id)
    if all(function != kick for _, function, *_ in connection.run_on_commit):
        transaction.on_commit(kick)
