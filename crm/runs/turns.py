"""Runs work in turns, and of each workspace one at a time.

``AtWork`` holds a row for each workspace: the run whose turn it is, and the worker that is at it. A worker proves in
every batch's transaction that the place is still its own; so the row is locked while a batch is under way, and shows a
sign of life after it. A worker that was killed leaves neither, and after ``STALLED`` the place is free for whoever
comes. Nothing here wakes a worker: who leaves the place is told whose it is then, and kicks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from crm.queues import begin_turn
from crm.runs.kinds import run_kinds
from crm.runs.models import OPEN_STATES, AtWork
from crm.tenants.context import current_tenant_id, tenant_context
from crm.tenants.models import Tenant

STALLED = timedelta(seconds=30)  # without a sign of life: the worker is gone


@dataclass(frozen=True)
class Place:
    """A run whose turn it is, so that a worker is to be kicked for it."""

    kind: str
    tenant_id: UUID
    run_id: UUID


class Turn:
    """The right of one worker to work on one run, until it ``is_over``."""

    def __init__(self, tenant: Tenant, place: Place) -> None:
        self.tenant = tenant
        self.place = place
        self.worker = uuid4()
        self.is_over = begin_turn()

    def renew(self) -> bool:
        """In the transaction of a batch: whether the run is still ours. Nobody takes it before that ends."""
        return bool(AtWork.objects.filter(worker=self.worker).update(seen_at=timezone.now()))

    def end(self, *, more: bool) -> Place | None:
        """Leave; the run keeps its place if there is ``more`` to do, otherwise the next one in line has it.

        Returns whose turn it is, if anybody's.
        """
        with tenant_context(self.tenant):
            row = AtWork.objects.select_for_update().filter(worker=self.worker).first()
            if row is None:
                return None
            if not more:
                return _pass_on(row)
            _give(row, self.place.run_id)
            return self.place


def stand_in_line(run_id: UUID) -> bool:
    """In the transaction that queues a run: whether the place is its own at once, so that a worker is to be kicked.

    The others are kicked when it is their turn: were all of them in the queue, ten runs of one workspace would be
    done before the first of another.
    """
    row = _row()
    if row is None:  # whoever leaves the place at this moment does not see this run yet: then the worker finds it free
        return True
    if row.run_id is not None:
        return False
    _give(row, run_id)
    return True


def leave_line(run_id: UUID) -> Place | None:
    """In the transaction that cancels a run which no worker has begun; returns whose turn it is now instead."""
    row = _row()
    if row is None or row.run_id != run_id or row.worker is not None:
        return None
    return _pass_on(row)


def begin(tenant: Tenant, place: Place) -> Turn | None:
    """Take a turn at a run; None while another worker is at it, or another run of the workspace before it."""
    turn = Turn(tenant, place)
    with tenant_context(tenant):
        row = _row()
        if row is None:
            return None
        is_free = row.run_id is None or (row.run_id == place.run_id and row.worker is None)
        if not is_free and row.seen_at > timezone.now() - STALLED:
            return None
        _give(row, place.run_id, turn.worker)
    return turn


def is_waiting(run_id: UUID) -> bool:
    """Whether another run of the current workspace is at work before this one."""
    return AtWork.objects.exclude(Q(run_id=None) | Q(run_id=run_id)).exists()


def runs_lag_seconds() -> float:
    """For how long the run of any workspace that should be at work has given no sign of life; 0 when none is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT long_runs_lag_seconds()")
        return float(cursor.fetchone()[0])


def stalled() -> list[Place]:
    """The run of each workspace that has waited longest, of those without a sign of life for ``STALLED``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, tenant_id, id FROM stalled_runs(%s)", [timezone.now() - STALLED])
        return [Place(*row) for row in cursor.fetchall()]


def _row() -> AtWork | None:
    """The workspace's row, locked; None when another transaction holds it: there, somebody is at work."""
    if not AtWork.objects.exists():
        AtWork.objects.bulk_create([AtWork(seen_at=timezone.now())], ignore_conflicts=True)
    return AtWork.objects.select_for_update(skip_locked=True).first()


def _give(row: AtWork, run_id: UUID | None, worker: UUID | None = None) -> None:
    row.run_id, row.worker, row.seen_at = run_id, worker, timezone.now()
    row.save(update_fields=["run_id", "worker", "seen_at"])


def _pass_on(row: AtWork) -> Place | None:
    """To the run that has waited longest, of whatever kind."""
    waiting = []
    for kind in run_kinds():
        runs = kind.model.objects.filter(~Q(pk=row.run_id), state__in=OPEN_STATES).order_by("seen_at", "pk")
        waiting += [(*found, kind.key) for found in runs.values_list("seen_at", "pk")[:1]]
    if not waiting:
        _give(row, None)
        return None
    _since, run_id, key = min(waiting)
    _give(row, run_id)
    return Place(key, current_tenant_id(), run_id)
