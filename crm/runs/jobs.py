"""Jobs that work on runs. What a lost broker or a killed worker left lying, the sweep finds."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import structlog

from crm.celery import job
from crm.events.jobs import answer, ring
from crm.queues import HOUR, LONG, QUICK
from crm.runs.kinds import run_kinds
from crm.runs.running import take_turn
from crm.runs.turns import Place, stalled
from crm.tenants.jobs import Unfinished, go_round
from crm.tenants.models import Tenant

logger = structlog.get_logger(__name__)

LONGEST_TURN = 600  # seconds: a job that hangs is killed, and the sweep goes on after its last batch


@job(LONG, time_limit=LONGEST_TURN)
def work(kind: str, tenant_id: str, run_id: str) -> None:
    """Work on a run for a while, then let others have their turn."""
    answer(work, kind, tenant_id, run_id)
    if following := take_turn(Place(kind, UUID(tenant_id), UUID(run_id))):
        kick(following)


@job(QUICK, every=15, expires=300)
def sweep() -> None:
    """Start runs that wait, or whose worker is gone, again."""
    for place in stalled():
        kick(place)


@job(LONG, every=6 * HOUR, expires=3600)
def tidy(after: str = "") -> None:
    """Drop, in every workspace, what is too old of runs: files, and what was only tried and nobody went on with."""
    answer(tidy, after)
    rest = go_round("runs_tidied", _tidy, after)
    if rest is not None:
        ring(tidy, rest)


def _tidy(tenant: Tenant, is_over: Callable[[], bool]) -> int:
    done = 0
    for kind in run_kinds():
        try:
            done += kind.tidy(tenant, is_over) if kind.tidy is not None else 0
        except Unfinished:
            raise
        except Exception:  # what one kind cannot drop keeps no other from it
            logger.exception("runs_tidied_failed", kind=kind.key, tenant=tenant.slug)
    return done


def kick(place: Place) -> None:
    """Wake a worker for the run whose turn it is."""
    ring(work, place.kind, str(place.tenant_id), str(place.run_id))
