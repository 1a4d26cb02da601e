"""What kinds of runs there are: each app that has one declares a ``RunKind`` when it is ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from crm.runs.models import Run
from crm.tenants.models import Tenant

Do = Callable[[Any], bool]


def _nothing(_run: Any) -> bool:
    return False


@dataclass(frozen=True)
class RunKind:
    """How runs of one kind are worked on; whatever else a run needs (turns, stopping, going on) it has by that.

    ``key`` stands in messages to workers and is never changed. ``begin()`` makes what a process does for each batch of
    a run, in one transaction with the run's own row: it does the next rows and moves ``progress`` on, and returns
    whether there were any. A run that cannot go on raises ``GaveUpError`` before anything is written. ``rest`` is done
    in batches as well, when the rows are through or the run was cancelled: what makes whole what was done.
    ``progress`` are the fields that tell how far it is: kept after each batch, and as new when it starts again.
    ``found`` are others that a batch may set: kept with it, where it has read them. A batch saves nothing of the run
    itself: whoever cancels it would wait for the end of the batch.
    ``ended`` forgets what only an open run needs; ``tidy(tenant, is_over)`` what is too old, every few hours, as
    ``go_round`` asks for it.
    """

    key: str
    model: type[Run]
    begin: Callable[[], Do]
    progress: tuple[str, ...] = ("position", "refused_count")
    found: tuple[str, ...] = ()
    rest: Do = _nothing
    ended: Callable[[Any], object] = _nothing
    tidy: Callable[[Tenant, Callable[[], bool]], int] | None = None
    # How a worker reads the row: what it names comes with it, and what is large and not needed does not
    related: tuple[str, ...] = ()
    large: tuple[str, ...] = ()

    def rows(self) -> QuerySet[Any]:
        """The runs of this kind in the current workspace, as a worker reads them."""
        maker = ("made_by__role", "made_by__team", "made_by__user")
        return self.model.objects.select_related(*maker, *self.related).defer(*self.large)


_kinds: dict[str, RunKind] = {}


def add_kind(kind: RunKind) -> RunKind:
    """Declare a kind of run: there are turns, the sweep and a place in the line of each workspace for it."""
    _kinds[kind.key] = kind
    return kind


def run_kinds() -> list[RunKind]:
    return list(_kinds.values())


def kind_of(key: str) -> RunKind:
    """Return the kind of the key; raise ``KeyError`` for one that nobody declares."""
    return _kinds[key]
