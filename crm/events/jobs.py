"""Jobs that deliver the outbox, and the kick that wakes them.

Redis is only a doorbell. When it is away the request that rang goes on, and ``sweep`` finds the message later.
"""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import structlog
from celery import Task, current_app
from kombu import Connection

from crm.celery import job
from crm.events import delivery, selectors
from crm.queues import QUICK
from crm.tenants.jobs import tenant_by_id
from crm.tenants.models import Tenant

TURN_SECONDS = 1.0  # for one workspace's messages, then others have their turn
TENANTS_PER_SWEEP = 500
SOCKET_SECONDS = 0.1  # a request that finds the broker gone still answers within 0.3 s
PAUSE_SECONDS = 5.0  # how long nobody rings after a failure
QUICK_SECONDS = 0.05

RUNG_SECONDS = 15  # for so long a job that was rung for is believed to be in its queue

clock = time.monotonic
logger = structlog.get_logger(__name__)


@job(QUICK, expires=60)
def deliver_tenant(tenant_id: str) -> None:
    """Deliver one workspace's due messages. Expires: what a late worker would do, the sweep does."""
    answer(deliver_tenant, tenant_id)
    try:
        tenant = tenant_by_id(tenant_id)
    except Tenant.DoesNotExist:
        return
    ends = clock() + TURN_SECONDS
    outbox = delivery.Delivery(tenant)
    while outbox.next():
        if clock() >= ends:
            kick(tenant.pk)
            return


# Sweeps are rung every 15 s and take milliseconds, so there is no harm in doing several; what has piled up while no
# worker was there for minutes is dropped.
@job(QUICK, every=15, expires=300)
def sweep() -> None:
    """Wake a worker for each workspace with due messages: those whose kick was lost, and those to be tried again."""
    for tenant_id in selectors.tenants_due(TENANTS_PER_SWEEP):
        kick(tenant_id)


class _Bell:
    """The way to the broker: a connection for each thread, and a pause for all of them after a failure.

    A connection of our own, because the worker's waits for messages and so needs a longer socket timeout. It notes
    in the broker what was rung for, so that one job with the same arguments is in the queue and not a hundred: those of
    a workspace that writes a lot would keep all others waiting.
    """

    def __init__(self) -> None:
        self._local = threading.local()
        self._quiet_until = 0.0

    def ring(self, task: Task, arguments: list[str]) -> bool:
        """Send ``task``; False when the broker does not answer or did not lately."""
        started = time.monotonic()
        if started < self._quiet_until:
            return False
        try:
            self._publish(task, arguments)
        except Exception as error:
            # A connection that went stale fails at once, and the broker may be back: then one more try is cheap.
            if time.monotonic() - started < QUICK_SECONDS and self._retried(task, arguments):
                return True
            self._quiet_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("kick_failed", error=str(error), pause=PAUSE_SECONDS)
            return False
        return True

    def answer(self, task: Task, arguments: list[str]) -> None:
        """A job has begun: whoever rings from now on means another one."""
        connection = self._connection()
        try:
            with _redis(connection) as broker:
                broker.delete(_mark(task, arguments))
        except Exception:
            self._drop(connection)  # the mark fades by itself

    def _retried(self, task: Task, arguments: list[str]) -> bool:
        try:
            self._publish(task, arguments, again=True)
        except Exception:
            return False
        return True

    def _publish(self, task: Task, arguments: list[str], *, again: bool = False) -> None:
        connection = self._connection()
        try:
            with _redis(connection) as broker:
                if not broker.set(_mark(task, arguments), 1, nx=True, ex=RUNG_SECONDS) and not again:
                    return
            with current_app.amqp.Producer(connection) as producer:
                task.apply_async(arguments, producer=producer, retry=False)
        except Exception:
            self._drop(connection)
            raise

    def _connection(self) -> Connection:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            options = {**current_app.conf.broker_transport_options}
            options |= {"socket_timeout": SOCKET_SECONDS, "socket_connect_timeout": SOCKET_SECONDS, "max_retries": 0}
            connection = current_app.connection_for_write(transport_options=options)
            self._local.connection = connection
        return connection

    def _drop(self, connection: Connection) -> None:
        self._local.connection = None
        connection.collect(socket_timeout=SOCKET_SECONDS)


def _redis(connection: Connection) -> AbstractContextManager[Any]:
    channel: Any = connection.default_channel
    return channel.conn_or_acquire()


def _mark(task: Task, arguments: list[str]) -> str:
    return f"angler:rung:{task.name}:{':'.join(arguments)}"


_bell = _Bell()


def warm() -> None:
    """Load now what the first kick of a process would load, half a second of imports: for a web server's start."""
    current_app.loader.import_default_modules()
    current_app.finalize()
    assert current_app.amqp.send_task_message and current_app.connection_for_write().transport


def kick(tenant_id: UUID) -> bool:
    """Wake a worker for ``tenant_id``. Never raises and never waits long: the message is safe in the outbox."""
    return ring(deliver_tenant, str(tenant_id))


def ring(task: Task, *arguments: str) -> bool:
    """Send a job without ever raising or waiting long; whoever calls has it written down for a sweep to find.

    Nothing is sent while the same job is in its queue. So a job that is rung for calls ``answer`` first of all: what
    is written down from then on needs another one.
    """
    return _bell.ring(task, list(arguments))


def answer(task: Task, *arguments: str) -> None:
    _bell.answer(task, list(arguments))
