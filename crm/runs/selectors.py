"""Who may see which run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from crm.runs.models import Run
from crm.users.models import Membership

LISTED = 100


def may_see(actor: Membership, run: Run) -> bool:
    """Whether the actor may open the run: one's own, or any for who sets up the workspace."""
    return run.made_by_id == actor.pk or actor.role.can_set_up


def runs_of(actor: Membership, runs: QuerySet[Any]) -> list[Any]:
    """The last of ``runs`` that the actor may see."""
    rows = runs.select_related("made_by").order_by("-made_at", "-id")
    return list((rows if actor.role.can_set_up else rows.filter(made_by=actor))[:LISTED])


def get_run(actor: Membership, runs: QuerySet[Any], run_id: UUID) -> Any:
    """Return the one of ``runs``, if the actor may see it; else raise ``Http404``."""
    run = runs.select_related("made_by__role", "made_by__team").filter(pk=run_id).first()
    if run is None or not may_see(actor, run):
        raise Http404
    return run
