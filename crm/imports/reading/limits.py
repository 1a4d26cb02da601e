"""What a file may ask of the server at most, and the words for what is beyond."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MEGABYTE = 1024 * 1024
LARGEST_BYTES = 50 * MEGABYTE
MOST_COLUMNS = 200
MOST_ROWS = 2_000_000  # empty ones included: they take time, too
LONGEST_CELL = 100_000  # characters
LONGEST_WORD = 300  # characters of what may name something
LONGEST_LINE = MEGABYTE  # characters; a row may have many lines
LONGEST_ROW = 2 * MEGABYTE


def check_row(number: int, cells: list[str]) -> None:
    """Raise ``ValidationError`` if the row has more columns, a longer cell, or a higher number than can be imported."""
    if number > MOST_ROWS:
        raise too_many_rows()
    if len(cells) > MOST_COLUMNS and any(cells[MOST_COLUMNS:]):
        raise ValidationError(
            _("Row %(row)s has more than %(limit)s columns.") % {"row": number, "limit": MOST_COLUMNS}
        )
    if any(len(cell) > LONGEST_CELL for cell in cells):
        raise too_long_cell(number)


def too_long_cell(number: int) -> ValidationError:
    return ValidationError(
        _("A cell in row %(row)s is longer than 100,000 characters. Is a quotation mark in it never closed?")
        % {"row": number}
    )


def too_many_rows() -> ValidationError:
    return ValidationError(_("The file has more than two million rows. Split it."))


def too_long_row(number: int) -> ValidationError:
    return ValidationError(
        _("Row %(row)s is longer than a million characters. Is this a table, with a line for each row?")
        % {"row": number}
    )
