"""Steps of a run: start (or try), do for real after that."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.bulk.asking import begin_anew, tell_start
from crm.bulk.forgetting import forget_results
from crm.bulk.kind import BULK
from crm.bulk.models import BulkRun
from crm.bulk.rows import SIZE, keep_rows
from crm.bulk.running import hold_rows, work_in_batches
from crm.bulk.selectors import action_of
from crm.catalogue.actions import BulkAction
from crm.catalogue.types import RecordType
from crm.ground.writes import service
from crm.queries.query import Query
from crm.runs.services import hand_over, refuse_many_waiting
from crm.runs.steps import do_batch, make_new
from crm.users.models import Membership

AT_ONCE = 200  # rows that are done while the person waits


@service
def start_run(
    *,
    actor: Membership,
    record_type: RecordType,
    action: BulkAction,
    data: dict[str, list[str]],
    rows: bytes,
    query: Query | None = None,
    back: str = "",
    asked_at: datetime | None = None,
) -> BulkRun:
    """Do ``action`` to ``rows`` (``rows.packed``), with a ``query`` to those of them that it still finds by then; an
    action with a rehearsal is only tried.

    Up to ``AT_ONCE`` records are done when this returns, unless somebody else holds one of them; else a worker does it.
    ``data`` is what the action's form sent and must be valid. Rows in which somebody else has changed after
    ``asked_at`` what the action sets are refused.
    """
    run = BulkRun(
        record_type=record_type.key,
        action=action.key,
        data=data,
        view=query.as_json() if query is not None else {},
        total=len(rows) // SIZE,
        is_dry_run=action.rehearse is not None,
        back=back,
        # What somebody changes after this is not in what a rehearsal shows.
        asked_at=asked_at if action.rehearse is None else timezone.now(),
        made_by=actor,
    )
    return start(run, actor, action, rows)


@service
def do_after_rehearsal(*, run: BulkRun, actor: Membership) -> None:
    """Do for real what ``run`` has tried."""
    run = locked(run)
    action = action_of(run)
    if action is None or not run.is_dry_run or run.is_open or run.undoes_id:
        raise ValidationError(_("This has already been started."))
    forget_results(run)
    make_new(BULK, run)
    run.is_dry_run = False
    start(run, actor, action)


def locked(run: BulkRun) -> BulkRun:
    """Return the run as it is now, held until the end of the transaction."""
    rows = BulkRun.objects.select_for_update(of=("self",)).select_related("made_by__role", "made_by__team", "event")
    return rows.get(pk=run.pk)


def start(run: BulkRun, actor: Membership, action: BulkAction, rows: bytes = b"") -> BulkRun:
    """Do ``run`` as ``start_run`` says; ``rows`` are those that it chose."""
    if run.undoes_id:
        run.save()
        begin_anew(run)
    if run.total > AT_ONCE:
        refuse_many_waiting(actor, actor)
    if not run.is_dry_run:
        run.event = tell_start(run, actor, action)
    run.save()
    keep_rows(run, rows)
    if run.total <= AT_ONCE and hold_rows(run):
        do = work_in_batches(is_page=True)
        while do_batch(BULK, run, do):
            pass
    else:
        hand_over(BULK, run)
    return run
