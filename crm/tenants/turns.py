"""Long runs (bulk actions, imports) work in turns, and of each workspace one at a time.

``AtWork`` holds a row for each workspace: the run whose turn it is, and the worker that is at it. A worker proves in
every batch's transaction that the place is still its own; so the row is locked while a batch is under way, and shows a
sign of life after it. A worker that was killed leaves neither, and after ``STALLED`` the place is free for whoever
comes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from crm.tenants.context import current_tenant_id, tenant_context
from crm.tenants.models import AtWork, Tenant

TURN_SECONDS = 20.0  # then others have theirs; a batch that is under way is finished first
STALLED = timedelta(seconds=30)  # without a sign of life: the worker is gone

MOST_WAITING = 20  # runs of one kind that a person may have waiting or at work

clock = time.monotonic
logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Line:
    """The long runs of one kind. ``first`` tells since when the one that waits longest in the current workspace does,
    and its id, some id left out; ``kick`` wakes a worker for a run."""

    first: Callable[[UUID | None], tuple[datetime, UUID] | None]
    kick: Callable[[UUID, UUID], object]


_lines: dict[str, Line] = {}


def add_line(key: str, line: Line) -> None:
    """Have runs of another kind stand in the line of their workspace."""
    _lines[key] = line


class Turn:
    """The right of one worker to work on one run, for some seconds."""

    def __init__(self, tenant: Tenant, run_id: UUID, seconds: float) -> None:
        self.tenant = tenant
        self.run_id = run_id
        self.worker = uuid4()
        self.ends = clock() + seconds

    def renew(self) -> bool:
        """In the transaction of a batch: whether the run is still ours. Nobody takes it before that ends."""
        return bool(AtWork.objects.filter(worker=self.worker).update(seen_at=timezone.now()))

    def is_over(self) -> bool:
        return clock() >= self.ends

    def end(self, *, more: bool) -> None:
        """Leave; the run keeps its place if there is ``more`` to do, otherwise the next one in line has it."""
        with tenant_context(self.tenant):
            place = AtWork.objects.select_for_update().filter(worker=self.worker).first()
            if place is None:
                return
            if more:
                _give(place, self.run_id)
            else:
                _pass_on(place)


def stand_in_line(run_id: UUID) -> bool:
    """In the transaction that queues a run: whether the place is its own at once, so that a worker is to be kicked.

    The others are kicked when it is their turn: were all of them in the queue, ten runs of one workspace would be
    done before the first of another.
    """
    place = _place()
    if place is None or place.run_id is not None:
        return False
    _give(place, run_id)
    return True


def leave_line(run_id: UUID) -> None:
    """In the transaction that cancels a run which no worker has begun."""
    place = _place()
    if place is not None and place.run_id == run_id and place.worker is None:
        _pass_on(place)


def begin(tenant: Tenant, run_id: UUID | str, seconds: float = TURN_SECONDS) -> Turn | None:
    """Take a turn at a run; None while another worker is at it, or another run of the workspace before it."""
    turn = Turn(tenant, UUID(str(run_id)), seconds)
    with tenant_context(tenant):
        place = _place()
        if place is None:
            return None
        is_free = place.run_id is None or (place.run_id == turn.run_id and place.worker is None)
        if not is_free and place.seen_at > timezone.now() - STALLED:
            return None
        _give(place, turn.run_id, turn.worker)
    return turn


def work(tenant: Tenant, run_id: str, do: Callable[[Turn], bool], fail: Callable[[str], object]) -> bool:
    """Take a turn at a run, if there is one; return whether a worker is to be kicked for the rest.

    ``do`` returns whether there is more. What it raises is the end of the run, told by ``fail`` in the workspace; but
    when the database was away, the sweep goes on with it.
    """
    turn = begin(tenant, run_id, TURN_SECONDS)
    if turn is None:
        return False
    try:
        more = do(turn)
    except (OperationalError, InterfaceError):
        logger.exception("run_interrupted", run=run_id)
        with suppress(OperationalError, InterfaceError):
            turn.end(more=True)
        return False
    except Exception as error:
        logger.exception("run_failed", run=run_id)
        more = False
        with tenant_context(tenant):
            fail(f"{type(error).__name__}: {error}")
    turn.end(more=more)
    return more


def is_waiting(run_id: UUID) -> bool:
    """Whether another run of the current workspace is at work before this one."""
    return AtWork.objects.exclude(Q(run_id=None) | Q(run_id=run_id)).exists()


def long_runs_lag_seconds() -> float:
    """For how long the run of any workspace that should be at work has given no sign of life; 0 when none is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT long_runs_lag_seconds()")
        return float(cursor.fetchone()[0])


def _place() -> AtWork | None:
    """The workspace's place, locked; None when another transaction holds it: there, somebody is at work."""
    if not AtWork.objects.exists():
        AtWork.objects.bulk_create([AtWork(seen_at=timezone.now())], ignore_conflicts=True)
    return AtWork.objects.select_for_update(skip_locked=True).first()


def _give(place: AtWork, run_id: UUID | None, worker: UUID | None = None) -> None:
    place.run_id, place.worker, place.seen_at = run_id, worker, timezone.now()
    place.save(update_fields=["run_id", "worker", "seen_at"])


def _pass_on(place: AtWork) -> None:
    waiting = [(*found, line) for line in _lines.values() if (found := line.first(place.run_id)) is not None]
    if not waiting:
        return _give(place, None)
    _since, run_id, line = min(waiting, key=lambda one: one[:2])
    _give(place, run_id)
    tenant_id = current_tenant_id()
    transaction.on_commit(lambda: line.kick(tenant_id, run_id))
    return None
