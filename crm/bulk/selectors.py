"""Questions about runs."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from crm import catalogue
from crm.bulk.giving_back import undoing
from crm.bulk.models import BulkFinding, BulkRun
from crm.catalogue.actions import BulkAction
from crm.runs import selectors
from crm.runs.models import OPEN_STATES
from crm.users.models import Membership


def bulk_action(key: str, action: str, actor: Membership) -> BulkAction | None:
    """Return the action over records of the type ``key`` that ``actor`` may use."""
    return next((one for one in catalogue.bulk_actions(key, actor) if one.key == action), None)


def action_of(run: BulkRun) -> BulkAction | None:
    """Return what ``run`` does, as long as who made it may do that."""
    if run.undoes is not None:
        return undoing(run.undoes)
    return bulk_action(run.record_type, run.action, run.made_by)


def runs_of(actor: Membership) -> list[BulkRun]:
    """The last runs: everybody's for who sets up the workspace, otherwise one's own."""
    found: list[BulkRun] = selectors.runs_of(actor, BulkRun.objects.all())
    return found


def get_run(actor: Membership, run_id: UUID) -> BulkRun:
    """Return the run if it is the actor's (or the actor sets up the workspace), else raise ``Http404``."""
    found: BulkRun = selectors.get_run(actor, BulkRun.objects.select_related("event"), run_id)
    return found


def findings(
    run: BulkRun, *, is_refused: bool, is_left: bool | None = None, limit: int | None = None
) -> list[BulkFinding]:
    rows = BulkFinding.objects.filter(run=run, is_refused=is_refused).order_by("record_id")
    if is_left is not None:
        rows = rows.filter(is_left=is_left)
    return list(rows if limit is None else rows[:limit])


def undone_by(run: BulkRun) -> BulkRun | None:
    """Return the run that takes ``run`` back, or has done so last; one that has ended without doing anything, or asks
    first, has not."""
    does = Q(state__in=OPEN_STATES) | Q(done_count__gt=0, is_dry_run=False)
    return BulkRun.objects.filter(does, undoes=run).select_related("made_by").order_by("-made_at").first()
