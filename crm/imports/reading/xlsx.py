"""Excel sheets. ``openpyxl`` reads them row by row; their texts, which all cells share, are kept on the disk."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from defusedxml import DefusedXmlException
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from crm.imports.reading.archives import MOST_CELLS, Metered, check_sheets, damaged, too_many_cells
from crm.imports.reading.cells import HIDDEN, MERGED, NOT_CALCULATED, SHORTENED, Note
from crm.imports.reading.numbers import LONG, is_shortened_by, long_number, text_of

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_BROKEN = (
    BadZipFile, ParseError, DefusedXmlException, InvalidFileException, KeyError, ValueError, TypeError, AttributeError,
    IndexError, OSError, EOFError,
)  # fmt: skip


class _Texts:
    """The texts that cells share, by number: on the disk, since they may be most of the file."""

    def __init__(self, source: Metered) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 (as long as the workbook)
        self._places = TemporaryFile()  # noqa: SIM115
        self._count = 0
        for _event, node in iterparse(source):
            if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                self._add(Text.from_tree(node).content)
                source.start_row()
            if node.tag in (f"{{{SHEET_MAIN_NS}}}si", f"{{{SHEET_MAIN_NS}}}sst"):
                node.clear()
        self.get = lru_cache(maxsize=2000)(self._get)

    def _add(self, text: str) -> None:
        data = text.encode("utf-8", "surrogatepass")
        self._places.write(struct.pack("<QL", self._file.tell(), len(data)))
        self._file.write(data)
        self._count += 1

    def _get(self, index: int) -> str:
        self._places.seek(index * 12)
        place, length = struct.unpack("<QL", self._places.read(12))
        self._file.seek(place)
        return self._file.read(length).decode("utf-8", "surrogatepass")

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < self._count:
            raise IndexError(index)
        return self.get(index)


class _Reader(ExcelReader):
    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with Metered(self.archive.open(part.PartName[1:])) as source:
                self.shared_strings = _Texts(source)

    def read_properties(self) -> None:
        """Who wrote it and when is not asked for; and what is not read cannot be broken."""

    def read_custom(self) -> None:
        """As above."""

    def read_theme(self) -> None:
        """As above."""


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        reader = _Reader(file, read_only=True, data_only=True, keep_links=False)
        try:
            reader.read()
            yield reader.wb
        finally:
            reader.archive.close()


def look_into(path: Path) -> tuple[list[str], str | None, date]:
    """The names of the sheets with cells, those that are shown before the hidden ones; the first that has rows; and
    the day zero of the numbers, which some books count from 1904."""
    try:
        with _workbook(path) as book:
            sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "sheet_state")]
            check_sheets(len(sheets))
            names = [sheet.title for sheet in sorted(sheets, key=lambda sheet: sheet.sheet_state != "visible")]
            filled = next((name for name, _number, _texts in _filled_rows(book, names)), None)
            return names, filled, book.epoch.date()
    except _BROKEN as error:
        raise damaged() from error


def read_xlsx(path: Path, sheet: str, note: Note | None = None) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that holds anything, with its number in the sheet. ``note`` is told what people may not see."""
    try:
        with _workbook(path) as book:
            for _name, number, texts in _filled_rows(book, [sheet], note):
                yield number, texts
    except _BROKEN as error:
        raise damaged() from error


def _filled_rows(book: Any, names: list[str], note: Note | None = None) -> Iterator[tuple[str, int, list[str]]]:
    cells = 0
    for name in names:
        for number, row, is_hidden in _rows(book[name], note):
            cells += len(row)
            if cells > MOST_CELLS:
                raise too_many_cells()
            texts = [_text(cell) for cell in row]
            if any(texts):
                if is_hidden and note is not None:
                    note(HIDDEN, number)
                if note is not None and any(map(_is_shortened, row)):
                    note(SHORTENED, number)
                yield name, number, texts


class _Parser(WorkSheetParser):
    def parse_cell(self, element: Any) -> dict[str, Any]:
        """A formula without a result would be an empty cell; the empty text is a result. Long numbers are whole."""
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None and element.get("t", "n") != "str":
            cell |= {"value": NOT_CALCULATED, "data_type": "e"}
        if cell["data_type"] == "n" and isinstance(cell["value"], int | float):
            long = long_number(element.findtext(VALUE_TAG, "")) if abs(cell["value"]) >= LONG else None
            cell |= {} if long is None else {"value": long}
        return cell


def _rows(sheet: Any, note: Note | None) -> Iterator[tuple[int, tuple[Any, ...], bool]]:
    """Each row with its number, and whether it is hidden."""
    sheet.reset_dimensions()  # programs other than Excel write wrong ones
    book = sheet.parent
    with Metered(sheet._get_source()) as source:
        parser = _Parser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, row in parser.parse():
            source.start_row()
            said = parser.row_dimensions.pop(str(number), {})
            yield number, sheet._get_row(row), said.get("hidden") in ("1", "true")
        found = parser.merged_cells.mergeCell if note is not None and parser.merged_cells else ()
        for first in sorted(one.min_row for one in found if one.min_row < one.max_row):  # in no order in the file
            note(MERGED, first)


def _text(cell: Any) -> str:
    if cell.value is None:
        return ""
    if cell.data_type in ("s", "str", "inlineStr"):
        return text_of(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), cell.value))
    return text_of(cell.value, cell.number_format if cell.data_type == "n" else "")


def _is_shortened(cell: Any) -> bool:
    is_number = cell.data_type == "n" and isinstance(cell.value, int | float | Decimal)
    return is_number and is_shortened_by(cell.value, cell.number_format)
