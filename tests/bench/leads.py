"""What lies behind converting: the search for candidates, and the conversion of many leads at once."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from uuid import UUID

from crm.bulk.kind import BULK
from crm.bulk.models import BulkRun
from crm.bulk.rows import packed
from crm.bulk.selectors import bulk_action
from crm.bulk.services import do_after_rehearsal, start_run
from crm.catalogue import record_type
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from leads.matching import find_candidates
from leads.models import Lead
from tests.bench.cleaning import tidy, undone
from tests.bench.conversions import TABLES, fresh_leads
from tests.bench.places import Place
from tests.bench.result import Line
from tests.working import work_alone

SEARCHES = 300
CONVERTED = 2_000
AIM_SEARCH = "≤ 20"


def candidates(place: Place) -> Iterator[Line]:
    """The median search over leads from all over the workspace, as the conversion page makes it, and the slowest."""
    with tenant_context(place.tenant):
        actor = Membership.objects.select_related("role", "team").get(pk=place.admin_id)
        ids = list(Lead.objects.filter(converted_at=None).order_by("id").values_list("pk", flat=True))
        leads = Lead.objects.filter(pk__in=ids[:: max(len(ids) // SEARCHES, 1)][:SEARCHES])
        taken, found = [], 0
        for lead in leads:
            started = time.perf_counter()
            candidates = find_candidates(lead, actor)
            taken.append((time.perf_counter() - started) * 1000)
            found += bool(candidates.accounts or candidates.contacts)
    note = f"{found / len(taken):.0%} of the leads have some; 19 of 20 within {sorted(taken)[-len(taken) // 20]:.1f} ms"
    yield Line("candidates for a lead", place.leads, statistics.median(taken), "ms", None, AIM_SEARCH, note)


def bulk_conversion(place: Place) -> Iterator[Line]:
    """Leads per second through the code of the worker: first tried, then done."""
    with undone(place.tenant):
        ids = fresh_leads(place, CONVERTED)
        run = _started(place, ids)
        tried = _worked(place, run)
        with tenant_context(place.tenant):
            run = BulkRun.objects.get(pk=run.pk)
            do_after_rehearsal(run=run, actor=_admin(place))
        done = _worked(place, run)
        with tenant_context(place.tenant):
            run = BulkRun.objects.get(pk=run.pk)
        if run.state != RunState.DONE or run.done_count != len(ids):
            sys.exit(f"The bulk conversion ended as {run.state}: {run.done_count} of {len(ids)} were converted.")
        yield Line("bulk conversion, dry run", place.leads, len(ids) / tried, "rows/s", None, "≥ 500")
        yield Line("bulk conversion", place.leads, len(ids) / done, "rows/s", None, "≥ 150")
    tidy(*TABLES)


def _admin(place: Place) -> Membership:
    return Membership.objects.select_related("role", "team", "user").get(pk=place.admin_id)


def _started(place: Place, ids: list[UUID]) -> BulkRun:
    with tenant_context(place.tenant):
        actor, leads = _admin(place), record_type("leads")
        action = bulk_action(leads.key, "convert", actor)
        assert action is not None
        data = {"to-also_doubtful": ["on"]}  # many leads share a name with somebody
        return start_run(actor=actor, record_type=leads, action=action, data=data, rows=packed(ids))


def _worked(place: Place, run: BulkRun) -> float:
    started = time.monotonic()
    work_alone(BULK, place.tenant, run.pk)
    return time.monotonic() - started
