"""Questions about runs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from crm import catalogue
from crm.bulk.actions import undoing
from crm.bulk.models import OPEN_STATES, BulkFinding, BulkRun
from crm.catalogue.actions import BulkAction
from crm.users.models import Membership

LISTED = 100


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
    rows = BulkRun.objects.select_related("made_by").order_by("-made_at", "-id")
    return list((rows if actor.role.can_set_up else rows.filter(made_by=actor))[:LISTED])


def get_run(actor: Membership, run_id: UUID) -> BulkRun:
    """Return the run if it is the actor's (or the actor sets up the workspace), else raise ``Http404``."""
    run = BulkRun.objects.select_related("made_by__role", "made_by__team", "event").filter(pk=run_id).first()
    if run is None or not (run.made_by_id == actor.pk or actor.role.can_set_up):
        raise Http404
    return run


def first_waiting(but: UUID | None) -> tuple[datetime, UUID] | None:
    """Since when the run has been waiting that waits longest, and its id; ``but`` is left out."""
    waiting = BulkRun.objects.filter(~Q(pk=but), state__in=OPEN_STATES)
    return waiting.order_by("seen_at", "pk").values_list("seen_at", "pk").first()


def findings(
    run: BulkRun, *, is_refused: bool, is_left: bool | None = None, limit: int | None = None
) -> list[BulkFinding]:
    rows = BulkFinding.objects.filter(run=run, is_refused=is_refused).order_by("record_id")
    if is_left is not None:
        rows = rows.filter(is_left=is_left)
    return list(rows if limit is None else rows[:limit])


def undone_by(run: BulkRun) -> BulkRun | None:
    """Return the run that takes ``run`` back; one that has ended without doing anything does not."""
    does = Q(state__in=OPEN_STATES) | Q(done_count__gt=0)
    return BulkRun.objects.filter(does, undoes=run).first()
