"""Text in files that people open in a spreadsheet, which would run some of it as a formula (OWASP: CSV injection)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from crm.ui.clock import is_doubled

# With the apostrophes before it, so that ``restore`` gives back whatever ``defuse`` was given.
_START = r"[=+@\t\r\n＝＋＠－-]"  # the wide ones count in spreadsheets of East Asia
_FORMULA = re.compile(f"'*{_START}")
_NEGATIVE = re.compile(r"-[0-9]+(,[0-9]{3})*(\.[0-9]+)?( [A-Z]{3})?")  # an amount with its currency
_RESTORABLE = re.compile(f"'+{_START}")
# What no workbook can hold as it is, and what would be taken for the writing of that.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_KEPT_DIGITS = 15  # of a number, by spreadsheets
_FIRST_YEAR = 1901  # the calendar of workbooks begins in 1900, with a day too many


def defuse(text: str) -> str:
    """Return ``text`` with an apostrophe in front if a spreadsheet would run it; ``restore`` takes it off again.

    Phone numbers get it too: a spreadsheet would work out ``+1-212-555`` and save -766.
    """
    if not _FORMULA.match(text) or _NEGATIVE.fullmatch(text):
        return text
    return f"'{text}"


def restore(cell: str) -> str:
    """Return what ``defuse`` was given; any other text comes back as it is."""
    return cell[1:] if _RESTORABLE.match(cell) else cell


def cell_text(value: Any) -> str:
    """A value of an export as text that every program reads in the same way."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


class Shown(NamedTuple):
    """A number with what a workbook shows of it."""

    value: Decimal
    number_format: str


class Workbook:
    """A workbook of one sheet, written row by row: rows that were added are in a file on disk.

    Texts are texts whatever they look like: none becomes a formula. Moments are told by the clock of ``zone``.
    """

    def __init__(self, zone: tzinfo) -> None:
        import openpyxl  # 5 MB, in every process that shows or reads a cell
        from openpyxl.cell import WriteOnlyCell

        self.zone, self._make_cell = zone, WriteOnlyCell
        self.book = openpyxl.Workbook(write_only=True)
        self.sheet = self.book.create_sheet()

    def add(self, row: Iterable[Any]) -> None:
        self.sheet.append([self._cell(value) for value in row])

    def content(self) -> bytes:
        with io.BytesIO() as file:
            self.book.save(file)
            return file.getvalue()

    def _cell(self, value: Any) -> Any:
        if isinstance(value, Shown):
            cell = self._make_cell(self.sheet, value=value.value)
            cell.number_format = value.number_format
            return cell
        if isinstance(value, datetime):
            local = value.astimezone(self.zone)
            value = local.isoformat(" ") if is_doubled(local) else local.replace(tzinfo=None)
        if isinstance(value, date) and value.year < _FIRST_YEAR:
            value = value.isoformat()
        if isinstance(value, int | Decimal) and len(Decimal(value).as_tuple().digits) > _KEPT_DIGITS:
            value = f"{Decimal(value):f}"  # as text: of a number the last ones would be lost
        if not isinstance(value, str):
            return None if value is None else self._formatted(value)
        cell = self._make_cell(self.sheet, value=None)
        cell.value = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0][0]):04X}_{found[0][1:]}", value) or None
        if cell.value is not None:
            cell.data_type = "s"
        return cell

    def _formatted(self, value: Any) -> Any:
        cell = self._make_cell(self.sheet, value=value)
        if isinstance(value, Decimal):
            digits = max(0, -int(value.as_tuple().exponent))
            cell.number_format = f"0.{'0' * digits}" if digits else "0"
        elif isinstance(value, datetime):
            cell.number_format = "yyyy-mm-dd hh:mm"
        elif isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        return cell
