"""What is kept of bulk actions only for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from crm.bulk.models import BulkFinding, BulkMemory, BulkOutcome, BulkRows, BulkRun
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant

REHEARSALS_KEPT = timedelta(days=7)


def forget_what_is_open(run: BulkRun) -> None:
    """Of ``run``, which ends: what its rehearsal had in mind, and its rows, unless they may be done for real."""
    BulkMemory.objects.filter(run=run).delete()
    if not run.is_dry_run:
        BulkRows.objects.filter(run=run).delete()


def forget_results(run: BulkRun) -> None:
    """Before ``run`` is done for real: what was only tried."""
    BulkFinding.objects.filter(run=run).delete()
    BulkOutcome.objects.filter(run=run).delete()


def forget_rehearsals(tenant: Tenant, _is_over: Callable[[], bool]) -> int:
    """Delete what was only tried, and which nobody went on with for ``REHEARSALS_KEPT``; return how many runs."""
    with tenant_context(tenant):
        old = BulkRun.objects.filter(is_dry_run=True, finished_at__lt=timezone.now() - REHEARSALS_KEPT)
        ids = [run.pk for run in old.select_for_update(skip_locked=True)]
        kept: tuple[Any, ...] = (BulkRows, BulkMemory, BulkFinding, BulkOutcome)
        for model in kept:
            model.objects.filter(run_id__in=ids).delete()
        BulkRun.objects.filter(pk__in=ids).delete()
        return len(ids)
