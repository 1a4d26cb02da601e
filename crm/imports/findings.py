"""What there is to say of a row, in a form that the database takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.fields.reading import NumberText
from crm.imports.likely import is_deactivated, told_deactivated
from crm.imports.models import Import, RefusedRow
from crm.imports.reading.cells import without_unreadable
from crm.imports.storing import FileRow

NAMED = 3  # of the records that a row may be about


def names_of(records: list[Any]) -> str:
    return ", ".join(record.name for record in records[:NAMED]) + (" …" if len(records) > NAMED else "")


def finding(run: Import, number: int, cells: list[Any], reasons: list[str], *, came_in: bool = False) -> RefusedRow:
    """A row to be inserted. ``came_in``: the row was taken, and the reasons are remarks on it.

    A ``NumberText`` among its cells is kept in a list, as of a file's rows.
    """
    if came_in and not run.is_dry_run:
        reasons = [_("The row came in. Note: %(reason)s") % {"reason": reason} for reason in reasons]
    plain = without_unreadable
    kept = [
        [cell] if isinstance(cell, NumberText) else cell if isinstance(cell, list) else plain(cell) for cell in cells
    ]
    return RefusedRow(run=run, number=number, cells=kept, reasons=list(map(plain, reasons)), came_in=came_in)


def said_later(record_type: RecordType, later: Mapping[str, int], rows: Sequence[FileRow]) -> list[str]:
    """That other rows (their places, by field) say something else, and are later ones."""
    words = [{"field": record_type.spec(name).label, "number": rows[place].number} for name, place in later.items()]
    return [_("%(field)s: row %(number)s of this file has another value, and that is used.") % one for one in words]


def given_to_deactivated(record_type: RecordType, values: Mapping[str, Any], record: Any) -> Iterator[str]:
    """That a person who is deactivated gets what the row writes (``record``: there so far, or None), in words."""
    for name, value in values.items():
        if is_deactivated(value) and (record is None or record_type.spec(name).value(record) != value):
            yield _("%(field)s: %(problem)s") % {
                "field": record_type.spec(name).label,
                "problem": told_deactivated(value),
            }
