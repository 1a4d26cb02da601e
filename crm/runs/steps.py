"""The steps of a run: started again, a batch done, ended."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from crm.runs.kinds import Do, RunKind
from crm.runs.models import Run, RunState


class GaveUpError(Exception):
    """A run cannot go on: why, in words for who made it."""


def make_new(kind: RunKind, run: Run) -> None:
    """Set ``run`` back to how it was before its first row; it is saved when it is handed over."""
    for name in kind.progress:
        field: Any = run._meta.get_field(name)
        setattr(run, name, field.get_default())
    run.state, run.cancel_asked, run.finished_at, run.problem = RunState.QUEUED, False, None, ""
    run.seen_at = timezone.now()  # it stands in line from now on, not since it was tried


def do_batch(kind: RunKind, run: Run, do: Do) -> bool:
    """Do the next batch of ``run``, in a transaction of its workspace; False when that was the end of it."""
    try:
        did_some = (not run.cancel_asked and do(run)) or kind.rest(run)
        if not did_some:
            is_cut_off = run.cancel_asked and run.position < run.total
            return end(kind, run, RunState.CANCELLED if is_cut_off else RunState.DONE)
    except GaveUpError as error:
        return end(kind, run, RunState.FAILED, str(error))
    run.state, run.seen_at = RunState.RUNNING, timezone.now()
    found = [name for name in kind.found if name not in run.get_deferred_fields()]
    run.save(update_fields=["state", "seen_at", *kind.progress, *found])
    return True


def end(kind: RunKind, run: Run, state: RunState, problem: str = "") -> bool:
    """Nothing more is done to the rows; what was done stays. Returns False, as ``do_batch`` does then."""
    kind.ended(run)
    run.state, run.problem = state, problem[:2000]
    run.finished_at = run.seen_at = timezone.now()
    run.save(update_fields=["state", "problem", "finished_at", "seen_at"])
    return False
