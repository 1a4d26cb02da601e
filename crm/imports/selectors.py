"""Questions about imports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from crm.imports.models import Import, ImportState, RefusedRow
from crm.imports.reading.cells import without_unreadable
from crm.imports.storing import read_rows
from crm.users.models import Membership

PREVIEWED = 20
COUNTED = 10_000
REASONS_SHOWN, ALL_REASONS = 10, 1_000
SAME_SHOWN = 3


def imports_of(actor: Membership) -> list[Import]:
    """The last imports: everybody's for who sets up the workspace, otherwise one's own."""
    large = ("survey", "added", "follows", "named_otherwise")
    rows = Import.objects.select_related("made_by").defer(*large).order_by("-made_at", "-id")
    return list((rows if actor.role.can_set_up else rows.filter(made_by=actor))[:100])


def get_import(actor: Membership, job_id: UUID) -> Import:
    """Return the import if it is the actor's (or the actor sets up the workspace), else raise ``Http404``."""
    job = Import.objects.select_related("made_by").defer("survey", "named_otherwise").filter(pk=job_id).first()
    if job is None or not may_see(actor, job):
        raise Http404
    return job


def first_waiting(but: UUID | None) -> tuple[datetime, UUID] | None:
    """Since when the import has been waiting that waits longest, and its id; ``but`` is left out."""
    waiting = Import.objects.filter(~Q(pk=but), state__in=(ImportState.QUEUED, ImportState.RUNNING))
    return waiting.order_by("seen_at", "pk").values_list("seen_at", "pk").first()


def may_see(actor: Membership, job: Import) -> bool:
    """Whether the actor may open the import: one's own, or any for who sets up the workspace."""
    return job.made_by_id == actor.pk or actor.role.can_set_up


def same_file(job: Import) -> list[Import]:
    """The last imports of the same file, by its content, that wrote anything or are about to."""
    rows = Import.objects.filter(digest=job.digest, record_type=job.record_type, is_dry_run=False)
    rows = rows.exclude(pk=job.pk).exclude(state=ImportState.UPLOADED).filter(~Q(digest=""))
    wrote = rows.filter(Q(created_count__gt=0) | Q(updated_count__gt=0) | Q(finished_at=None))
    return list(wrote.select_related("made_by").order_by("-made_at")[:SAME_SHOWN])


def preview(job: Import) -> list[list[str]]:
    """The first rows of the file."""
    return [[without_unreadable(cell) for cell in row] for row in islice(read_rows(job), PREVIEWED)]


def refused_rows(job: Import, *, came_in: bool = False, limit: int | None = None) -> list[RefusedRow]:
    """The rows that were refused; with ``came_in`` those that were taken, and have remarks."""
    rows = RefusedRow.objects.filter(job=job, came_in=came_in).order_by("number")
    return list(rows if limit is None else rows[:limit])


@dataclass(frozen=True)
class Reasons:
    """Each with the number of rows; ``more`` are not among them, ``counted`` rows were looked at (0: all)."""

    some: list[tuple[str, int]]
    more: int
    counted: int


def common_reasons(job: Import, limit: int = REASONS_SHOWN) -> Reasons:
    """Why rows were refused, and then why others are better looked at, most frequent first."""
    rows = RefusedRow.objects.filter(job=job).order_by("came_in", "number").values_list("came_in", "reasons")
    found = list(rows[: COUNTED + 1])
    counts = Counter((came_in, reason) for came_in, reasons in found[:COUNTED] for reason in reasons)
    listed = sorted(counts.items(), key=lambda one: (one[0][0], -one[1]))
    some = [(reason, count) for (_came_in, reason), count in listed[:limit]]
    return Reasons(some, len(listed) - len(some), COUNTED if len(found) > COUNTED else 0)
