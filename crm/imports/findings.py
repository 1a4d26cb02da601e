"""What there is to say of a row, in a form that the database takes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.imports.models import Import, RefusedRow


def finding(job: Import, number: int, cells: list[str], reasons: list[str], *, came_in: bool = False) -> RefusedRow:
    """A row to be inserted. ``came_in``: the row was taken, and the reasons are remarks on it."""
    if came_in:
        reasons = [_("The row came in, but for this: %(reason)s") % {"reason": reason} for reason in reasons]
    return RefusedRow(
        job=job, number=number, cells=list(map(_plain, cells)), reasons=list(map(_plain, reasons)), came_in=came_in
    )


def _plain(text: str) -> str:
    """PostgreSQL cannot keep U+0000: a replacement character shows where it was."""
    return text.replace("\x00", "\ufffd")
