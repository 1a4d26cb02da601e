"""OpenDocument sheets: read as a stream, as no kept library does; what they repeat is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from zipfile import BadZipFile, ZipFile

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from crm.fields.reading.style import DAY_ZERO
from crm.imports.reading.archives import MOST_CELLS, Metered, check_sheets, damaged, too_many_cells
from crm.imports.reading.cells import HIDDEN, MERGED, NO_NUMBER, SHORTENED, Note
from crm.imports.reading.limits import LONGEST_CELL, MOST_COLUMNS
from crm.imports.reading.numbers import long_number, number_shown

_NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _TEXT, _OFFICE = _NS % "table", _NS % "text", _NS % "office"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_LATEST_ZERO = date(2000, 1, 1)  # programs count days from 1899, 1900 or 1904
_BROKEN = (BadZipFile, ParseError, DefusedXmlException, KeyError, ValueError, OSError, EOFError)


def look_into(path: Path) -> tuple[list[str], str | None, date]:
    """The names of the sheets, the first that has rows, and the day zero of the numbers."""
    names: list[str] = []
    filled: str | None = None
    day_zero = DAY_ZERO
    for event, element, sheet in _elements(path):
        if event == "start" and element.tag == f"{_TABLE}table" and _name(element) == sheet:
            names.append(_name(element))
            check_sheets(len(names))
        elif event == "start" and element.tag == f"{_TABLE}null-date":
            day_zero = _day_zero(element)
        elif (
            filled is None
            and sheet in names
            and event == "end"
            and element.tag == f"{_TABLE}table-row"
            and any(_row(element, set()))
        ):
            filled = sheet
    return names, filled, day_zero


def read_ods(path: Path, sheet: str, note: Note | None = None) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that holds anything, with its number in the sheet. ``note`` is told what people may not see."""
    number = cells = 0
    for event, element, current in _elements(path):
        if event != "end" or element.tag != f"{_TABLE}table-row" or current != sheet:
            continue
        odd: set[str] = set()
        row = list(_row(element, odd))
        times = _count(element, f"{_TABLE}number-rows-repeated")
        if not any(row):
            number += times
            continue
        if note is not None and any(_count(cell, f"{_TABLE}number-rows-spanned") > 1 for cell in element):
            note(MERGED, number + 1)
        for _again in range(times):
            number += 1
            if note is not None and element.get(f"{_TABLE}visibility", "visible") != "visible":
                note(HIDDEN, number)
            if note is not None and odd:
                note(SHORTENED, number)
            cells += len(row)
            if cells > MOST_CELLS:
                raise too_many_cells()
            yield number, row


def _elements(path: Path) -> Iterator[tuple[str, Element, str]]:
    """The starts and ends of elements, with the sheet that they are in; rows are forgotten behind it."""
    sheet = ""
    above: list[Element] = []
    try:
        with ZipFile(path) as archive, Metered(archive.open("content.xml")) as source:
            for event, element in iterparse(source, events=("start", "end")):
                if event == "start":
                    if element.tag == f"{_TABLE}table" and not _in_a_table(above):
                        sheet = _name(element)
                    above.append(element)
                else:
                    above.pop()
                yield event, element, sheet
                if event == "end" and element.tag == f"{_TABLE}table-row" and above:
                    above[-1].clear()
                    source.start_row()
    except _BROKEN as error:
        raise damaged() from error


def _count(element: Element, name: str) -> int:
    text = element.get(name, "1")
    if not text.isdecimal() or len(text) > 9:
        raise damaged()
    return int(text)


def _day_zero(element: Element) -> date:
    try:
        day = date.fromisoformat(element.get(f"{_TABLE}date-value", "")[:10])
    except ValueError:
        return DAY_ZERO
    if day > _LATEST_ZERO:
        raise damaged()
    return day


def _in_a_table(above: list[Element]) -> bool:
    return any(element.tag == f"{_TABLE}table" for element in above)


def _name(table: Element) -> str:
    return table.get(f"{_TABLE}name", "")


def _row(row: Element, odd: set[str]) -> Iterator[str]:
    """The cells; empty ones at the end, of which sheets repeat thousands, are left out. ``odd`` gets what is to be told
    of the row."""
    empty = 0
    for cell in row:
        if cell.tag not in _CELLS:
            continue
        times = _count(cell, f"{_TABLE}number-columns-repeated")
        text = _cell(cell, odd)
        if not text:
            empty += times
            continue
        yield from [""] * min(empty, MOST_COLUMNS + 1)
        yield from [text] * min(times, MOST_COLUMNS + 1)
        empty = 0


def _cell(cell: Element, odd: set[str]) -> str:
    kind = cell.get(f"{_OFFICE}value-type", "")
    if kind in ("float", "percentage", "currency"):
        text, is_shortened = _number(cell, kind)
        odd |= {SHORTENED} if is_shortened else set()
        return text
    if kind == "date":
        day, _t, moment = cell.get(f"{_OFFICE}date-value", "").partition("T")
        return day if moment[:8] in ("", "00:00:00") else f"{day} {moment[:8]}"
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value", "")
    paragraphs = (_words(part) for part in cell if part.tag == f"{_TEXT}p")
    return "\n".join(paragraphs)


def _number(cell: Element, kind: str) -> tuple[str, bool]:
    raw = cell.get(f"{_OFFICE}value", "")
    shown = "\n".join(_words(part) for part in cell if part.tag == f"{_TEXT}p")
    if not raw:
        return shown, False
    try:
        value = long_number(raw) or Decimal(f"{float(raw):.15g}")
    except ValueError:
        value = Decimal("NaN")
    if not value.is_finite():
        return NO_NUMBER, False
    return number_shown(value, shown, percent=kind == "percentage", code=cell.get(f"{_OFFICE}currency", ""))


def _words(element: Any) -> str:
    """The text with its spaces, tabs and breaks, without comments."""
    parts = [element.text or ""]
    for child in element:
        if child.tag == f"{_TEXT}s":
            parts.append(" " * min(_count(child, f"{_TEXT}c"), LONGEST_CELL))
        elif child.tag == f"{_TEXT}tab":
            parts.append("\t")
        elif child.tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif child.tag != f"{_OFFICE}annotation":
            parts.append(_words(child))
        parts.append(child.tail or "")
    return "".join(parts)
