"""Jobs of opportunities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

import structlog
from django.db import transaction

from crm.celery import job
from crm.events.jobs import answer, ring
from crm.queues import HOUR, LONG, begin_turn
from crm.tenants.context import current_tenant_id
from crm.tenants.jobs import Unfinished, go_round, tenant_by_id
from crm.tenants.models import Tenant
from crm.users.models import Membership
from opportunities.services.lapsing import lapse_now, lapse_workspace, note_failure
from opportunities.services.sums import mend_sums, put_together
from opportunities.settings import LAPSED_ON

logger = structlog.get_logger(__name__)


@job(LONG, every=HOUR, expires=3600)
def lapse(after: str = "") -> None:
    """In every workspace whose day is new, make past customers of who has become one.

    Every hour: the workspaces' days begin at different ones. What failed is tried again in the next.
    """
    answer(lapse, after)
    rest = go_round("customers_lapsed", _lapse, after)
    if rest is not None:
        ring(lapse, rest)


@job(LONG)
def lapse_one(tenant_id: str, actor_id: str) -> None:
    """The same in one workspace, because a person asked."""
    answer(lapse_one, tenant_id, actor_id)
    tenant, is_over = tenant_by_id(tenant_id), begin_turn()
    with _noting_failure(tenant, UUID(actor_id)):
        if not lapse_now(tenant, UUID(actor_id), is_over):
            ring(lapse_one, tenant_id, actor_id)


@job(LONG, every=300, expires=300)
def put_sums_together(after: str = "") -> None:
    """In every workspace, so that adding them up goes through few rows."""
    answer(put_sums_together, after)
    rest = go_round("opportunity_sums", lambda tenant, is_over: put_together(tenant), after)
    if rest is not None:
        ring(put_sums_together, rest)


@job(LONG, every=6 * HOUR, expires=3600)
def mend_wrong_sums(after: str = "") -> None:
    """In every workspace: what data that was loaded past the triggers, or loaded twice, left wrong."""
    answer(mend_wrong_sums, after)
    rest = go_round("opportunity_sums_compared", lambda tenant, is_over: _mend(tenant), after)
    if rest is not None:
        ring(mend_wrong_sums, rest)


def ask_to_lapse(*, actor: Membership) -> None:
    """Have ``lapse_one`` done by a worker; should none hear of it, the hourly job finds that it is to be done."""
    LAPSED_ON.keep("")
    transaction.on_commit(partial(ring, lapse_one, str(current_tenant_id()), str(actor.pk)))


def _mend(tenant: Tenant) -> int:
    if wrong := mend_sums(tenant):
        logger.error("opportunity_sums_were_wrong", tenant=tenant.slug, kinds=wrong)
    return wrong


def _lapse(tenant: Tenant, is_over: Callable[[], bool]) -> int:
    with _noting_failure(tenant, None):
        count = lapse_workspace(tenant, is_over)
    if count and is_over():
        raise Unfinished
    return count


@contextmanager
def _noting_failure(tenant: Tenant, actor_id: UUID | None) -> Iterator[None]:
    """Leave word of a failure where the admins look for the runs, if the database takes it."""
    try:
        yield
    except Exception as error:
        try:
            note_failure(tenant, error, actor_id)
        except Exception:
            logger.exception("lapse_failure_not_noted", tenant=tenant.slug)
        raise
