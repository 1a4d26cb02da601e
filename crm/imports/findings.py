"""What there is to say of a row, in a form that the database takes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.imports.models import Import, RefusedRow
from crm.imports.reading.cells import without_unreadable


def finding(job: Import, number: int, cells: list[str], reasons: list[str], *, came_in: bool = False) -> RefusedRow:
    """A row to be inserted. ``came_in``: the row was taken, and the reasons are remarks on it."""
    if came_in and not job.is_dry_run:
        reasons = [_("The row came in, but for this: %(reason)s") % {"reason": reason} for reason in reasons]
    plain = without_unreadable
    return RefusedRow(
        job=job, number=number, cells=list(map(plain, cells)), reasons=list(map(plain, reasons)), came_in=came_in
    )
