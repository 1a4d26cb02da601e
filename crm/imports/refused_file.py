"""The refused rows as a file of the kind that they came in: a program that wrote the one opens the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.fields.reading import NumberText
from crm.imports import selectors
from crm.imports.guessing import REFUSED_BECAUSE, REFUSED_ROW, is_of_refusals
from crm.imports.models import Import
from crm.imports.reading.files import SPREADSHEETS
from crm.imports.reading.numbers import number_text
from crm.imports.storing import FileReading
from crm.runs.files import File, csv_file
from crm.ui.spreadsheets import Shown, Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NUMBER = re.compile(r"([^\d\-]*)(-?\d+(?:\.(\d+))?)(.*)")
_LONGEST_NAME = 100


def refused_file(run: Import, *, came_in: bool) -> File:
    """The rows with all their cells as they stood, under the headers that they had, and why they were refused; with
    ``came_in`` those that were taken, and the remarks on them."""
    how = FileReading.of(run).format if run.reading else None
    path = PurePath(run.file_name)
    name = f"{_('remarks') if came_in else _('refused')}-{path.stem[:_LONGEST_NAME]}"
    if how is not None and how.kind in SPREADSHEETS:
        return File(f"{name}.xlsx", _workbook(run, came_in), XLSX)
    suffix = path.suffix if path.suffix.lower() in (".csv", ".tsv", ".txt") else ".csv"
    separator = (how.separator if how is not None else "") or ","
    return csv_file(f"{name}{suffix}", _rows(run, came_in), separator)


def _rows(run: Import, came_in: bool) -> Iterator[list[Any]]:
    kept = [index for index, header in enumerate(run.headers) if not is_of_refusals(header)]
    yield [*(run.headers[index] for index in kept), REFUSED_ROW, REFUSED_BECAUSE]
    for row in selectors.refused_rows(run, came_in=came_in):
        cells = [NumberText(cell[0]) if isinstance(cell, list) else cell for cell in row.cells]
        yield [*(cells[index] for index in kept), row.number, "; ".join(row.reasons)]


def _workbook(run: Import, came_in: bool) -> bytes:
    book = Workbook(timezone.get_current_timezone())
    for row in _rows(run, came_in):
        book.add([_shown(cell) if isinstance(cell, NumberText) else cell for cell in row])
    return book.content()


def _shown(text: NumberText) -> Any:
    """The number that a sheet would be read as ``text`` of; the mere text where none would."""
    if not (found := _NUMBER.fullmatch(text)):
        return str(text)
    before, digits, decimals, after = found.groups()
    value, zeros = Decimal(digits), "0" * len(digits.lstrip("-").partition(".")[0])
    if after == "%":
        value, after = value / 100, ""
        number_format = f"0.{'0' * len(decimals)}%" if decimals else "0%"
    else:
        whole = zeros if digits.lstrip("-").startswith("0") else "0"
        number_format = f"{whole}.{'0' * len(decimals)}" if decimals else whole
    named = [f'"{one}"' if one else "" for one in (before, after)]
    number_format = f"{named[0]}{number_format}{named[1]}"
    return Shown(value, number_format) if number_text(value, number_format) == text else str(text)
