"""Questions about imports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db.models import Q

from crm.imports.models import UPLOADED, Import, RefusedRow
from crm.imports.reading.cells import without_unreadable
from crm.imports.storing import read_rows
from crm.runs.selectors import get_run, runs_of
from crm.users.models import Membership

PREVIEWED = 20
COUNTED = 10_000
REASONS_SHOWN, ALL_REASONS = 10, 1_000
SAME_SHOWN = 3


def imports_of(actor: Membership) -> list[Import]:
    """The last imports: everybody's for who sets up the workspace, otherwise one's own."""
    large = ("survey", "added", "follows", "named_otherwise")
    found: list[Import] = runs_of(actor, Import.objects.defer(*large))
    return found


def get_import(actor: Membership, run_id: UUID) -> Import:
    """Return the import if it is the actor's (or the actor sets up the workspace), else raise ``Http404``."""
    found: Import = get_run(actor, Import.objects.defer("survey", "named_otherwise"), run_id)
    return found


def same_file(run: Import) -> list[Import]:
    """The last imports of the same file, by its content, that wrote anything or are about to."""
    rows = Import.objects.filter(digest=run.digest, record_type=run.record_type, is_dry_run=False)
    rows = rows.exclude(pk=run.pk).exclude(state=UPLOADED).filter(~Q(digest=""))
    wrote = rows.filter(Q(created_count__gt=0) | Q(updated_count__gt=0) | Q(finished_at=None))
    return list(wrote.select_related("made_by").order_by("-made_at")[:SAME_SHOWN])


def preview(run: Import) -> list[list[str]]:
    """The first rows of the file."""
    return [[without_unreadable(cell) for cell in row] for row in islice(read_rows(run), PREVIEWED)]


def refused_rows(run: Import, *, came_in: bool = False, limit: int | None = None) -> list[RefusedRow]:
    """The rows that were refused; with ``came_in`` those that were taken, and have remarks."""
    rows = RefusedRow.objects.filter(run=run, came_in=came_in).order_by("number")
    return list(rows if limit is None else rows[:limit])


@dataclass(frozen=True)
class Reasons:
    """Each with the number of rows; ``more`` are not among them, ``counted`` rows were looked at (0: all)."""

    some: list[tuple[str, int]]
    more: int
    counted: int


def common_reasons(run: Import, limit: int = REASONS_SHOWN) -> Reasons:
    """Why rows were refused, and then why others are better looked at, most frequent first."""
    rows = RefusedRow.objects.filter(run=run).order_by("came_in", "number").values_list("came_in", "reasons")
    found = list(rows[: COUNTED + 1])
    counts = Counter((came_in, reason) for came_in, reasons in found[:COUNTED] for reason in reasons)
    listed = sorted(counts.items(), key=lambda one: (one[0][0], -one[1]))
    some = [(reason, count) for (_came_in, reason), count in listed[:limit]]
    return Reasons(some, len(listed) - len(some), COUNTED if len(found) > COUNTED else 0)
