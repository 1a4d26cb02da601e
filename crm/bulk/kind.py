"""Bulk actions as a kind of run."""

from __future__ import annotations

from crm.bulk.forgetting import forget_rehearsals, forget_what_is_open
from crm.bulk.models import BulkRun
from crm.bulk.running import work_in_batches
from crm.runs.kinds import RunKind, add_kind

BULK = add_kind(
    RunKind(
        key="bulk",
        model=BulkRun,
        begin=work_in_batches,
        ended=forget_what_is_open,
        tidy=forget_rehearsals,
        progress=("cursor", "done_count", "refused_count", "doubt_count", "counts"),
        found=("is_dry_run", "event", "total"),  # an undoing is tried before it is done
        related=("undoes", "event"),
    )
)
