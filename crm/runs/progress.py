"""The page of a run: how far it is, what became of the rows so far, and how to stop it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from crm.runs.models import Run, RunState
from crm.runs.turns import is_waiting
from crm.ui.http import respond_polled
from crm.users.http import WorkspaceRequest

TONES = {RunState.DONE: "success", RunState.CANCELLED: "warning", RunState.FAILED: "danger"}


@dataclass(frozen=True)
class Count:
    """What became of so many rows: the words behind their number."""

    number: int
    words: Any
    tone: str = ""


def respond_run(
    request: WorkspaceRequest, run: Run, template: str, *, counts: Sequence[Count], context: dict[str, Any]
) -> HttpResponse:
    """Render the page of ``run``; while it is open, the page polls its partial ``counts``.

    ``template`` draws ``ui.run_counts`` in that partial, ``ui.run_stop`` while it is ``running``, and has all that
    changes when it ends in a partial ``progress``, with the id ``run-progress``. ``context`` may have another ``state``
    and ``tone`` for the badge.
    """
    shared = {
        "run": run,
        "counts": counts,
        "running": run.is_open,
        "waits": run.is_open and is_waiting(run.pk),
        "state": run.get_state_display(),  # type: ignore[attr-defined]
        "tone": TONES.get(run.state, "info"),  # type: ignore[call-overload]
    }
    return respond_polled(request, template, shared | context, running=run.is_open, element="run-progress")
