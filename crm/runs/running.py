"""Going through a run, a batch at a time: in turns, in the language and by the clock of who made it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError
from django.utils import timezone, translation
from psycopg.errors import QueryCanceled

from crm.runs import turns
from crm.runs.kinds import RunKind, kind_of
from crm.runs.models import OPEN_STATES, Run, RunState
from crm.runs.steps import do_batch, end
from crm.runs.turns import Place, Turn
from crm.tenants.context import tenant_context
from crm.tenants.jobs import tenant_by_id
from crm.tenants.memo import forget
from crm.tenants.models import Tenant
from crm.users.selectors import zone_of
from crm.users.settings import OWN_LANGUAGE

logger = structlog.get_logger(__name__)


def take_turn(place: Place) -> Place | None:
    """Work on a run for a turn, if it has one; return for which run a worker is to be kicked after that.

    What a batch raises is the end of the run, and told there: a statement that took too long would do so again. But
    when the database was away, the sweep goes on.
    """
    kind, tenant = kind_of(place.kind), tenant_by_id(place.tenant_id)
    turn = turns.begin(tenant, place)
    if turn is None:
        return None
    try:
        _note_begun(kind, tenant, place)
        more = work_on(kind, place.run_id, turn)
    except Exception as error:
        if _was_away(error):
            logger.exception("run_interrupted", kind=kind.key, run=str(place.run_id))
            with suppress(OperationalError, InterfaceError):
                turn.end(more=True)
            return None
        logger.exception("run_failed", kind=kind.key, run=str(place.run_id))
        more = False
        with tenant_context(tenant):
            for run in kind.rows().filter(pk=place.run_id):
                end(kind, run, RunState.FAILED, f"{type(error).__name__}: {error}")
    return turn.end(more=more)


def _was_away(error: Exception) -> bool:
    """Whether the database could not be asked, or another transaction was in the way."""
    return isinstance(error, OperationalError | InterfaceError) and not isinstance(error.__cause__, QueryCanceled)


def _note_begun(kind: RunKind, tenant: Tenant, place: Place) -> None:
    """Before the first batch: whoever cancels the run from now on leaves its end to the worker."""
    with tenant_context(tenant):
        kind.model.objects.filter(pk=place.run_id, state=RunState.QUEUED).update(state=RunState.RUNNING)


def work_on(kind: RunKind, run_id: UUID, turn: Turn) -> bool:
    """Do batches of the run until it has ended or the turn is over, one at least; whether there is more to do."""
    do = kind.begin()
    while True:
        with tenant_context(turn.tenant):
            forget()  # the tenant object has been through other transactions
            run = _open_run(kind, run_id) if turn.renew() else None
            if run is None:
                return False
            with as_its_maker(run):
                if not do_batch(kind, run, do):
                    return False
        if turn.is_over():
            return True


def _open_run(kind: RunKind, run_id: UUID) -> Any:
    """The run unless it has ended. Nobody else works on it, so it is not locked: who cancels it does not wait."""
    return kind.rows().filter(pk=run_id, state__in=OPEN_STATES).first()


@contextmanager
def as_its_maker(run: Run) -> Iterator[None]:
    """Say words and moments inside as pages do to who made the run."""
    with translation.override(OWN_LANGUAGE.value(run.made_by.user)), timezone.override(zone_of(run.made_by)):
        yield
