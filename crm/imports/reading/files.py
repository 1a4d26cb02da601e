"""What kind of file it is, by its content, and its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.imports.reading import ods, xlsx
from crm.imports.reading.archives import kind_of_archive
from crm.imports.reading.cells import Note
from crm.imports.reading.encodings import ENCODINGS, Reading, find_readings, read_with
from crm.imports.reading.format import Format
from crm.imports.reading.limits import LARGEST_BYTES, check_row
from crm.imports.reading.text import SEPARATORS, Notice, find_separator, read_text

SPREADSHEETS = {"xlsx": (xlsx.look_into, xlsx.read_xlsx), "ods": (ods.look_into, ods.read_ods)}
_HEAD = 64 * 1024
_TEXT_CONTROLS = frozenset(b"\t\n\r\x0b\x0c\x1a\x1b")


def find_format(path: Path, file_name: str) -> Format:
    """Find out how the file is to be read; raise ``ValidationError`` for what holds no table."""
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise ValidationError(_("The file is larger than 50 MB. Split it."))
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if size <= _HEAD and not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise ValidationError(_("The file is empty."))
    if head.startswith(b"PK\x03\x04"):
        return _spreadsheet(path)
    _refuse_what_is_no_text(head)
    readings = find_readings(path)
    if not readings[0].encoding.startswith("utf-16") and _looks_binary(head):
        raise ValidationError(_("This is not a text file. Save the sheet as .xlsx or as CSV."))
    if _is_page(head):
        raise ValidationError(
            _("This is a web page, whatever its name says. Open it in your spreadsheet program and save it as .xlsx.")
        )
    separator = find_separator(path, readings[0].encoding)
    found = Format("csv", readings[0].encoding, separator, readings=[asdict(one) for one in readings])
    if file_name.lower().endswith((".xlsx", ".xls", ".ods", ".xlsm")) and not _is_table(path, found):
        raise ValidationError(_("This is no spreadsheet, whatever its name says. Save the sheet as .xlsx or as CSV."))
    return found


def changed_format(path: Path, found: Format, *, encoding: str, separator: str, sheet: str) -> Format:
    """The format with what was chosen; raise ``ValidationError`` for what cannot be chosen."""
    if found.kind in SPREADSHEETS:
        if sheet not in found.sheets:
            raise ValidationError(_("The file has no such sheet."))
        return replace(found, sheet=sheet)
    if encoding not in ENCODINGS or separator not in (*SEPARATORS, found.separator):
        raise ValidationError(_("Choose an encoding and a separator from the lists."))
    readings = found.readings
    if encoding not in {one["encoding"] for one in readings}:
        readings = [*readings, asdict(read_with(path, encoding))]
    is_chosen = found.is_chosen or encoding != found.encoding
    return Format("csv", encoding, separator, readings=readings, is_chosen=is_chosen)


def read_file(
    path: Path, how: Format, notice: Notice | None = None, note: Note | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that holds anything, with its number; raise ``ValidationError`` where the file is no table.

    ``notice``: as in ``read_text``; ``note``: as of the readers of sheets.
    """
    if how.kind in SPREADSHEETS:
        rows = SPREADSHEETS[how.kind][1](path, how.sheet, note)
    else:
        rows = read_text(path, how.encoding, how.separator, notice)
    for number, cells in rows:
        check_row(number, cells)
        yield number, cells


def _spreadsheet(path: Path) -> Format:
    kind = kind_of_archive(path)
    sheets, filled, day_zero = SPREADSHEETS[kind][0](path)
    if filled is None:
        raise ValidationError(_("The file is empty."))
    return Format(kind, sheet=filled, sheets=sheets, day_zero=day_zero.isoformat())


def _refuse_what_is_no_text(head: bytes) -> None:
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in head:
            raise ValidationError(_("This file is protected with a password. Save it without one."))
        raise ValidationError(
            _("This is an old Excel file (.xls), or one with a password. Save it as .xlsx without one, or as CSV.")
        )
    if head.startswith((b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"\x1f\x8b", b"7z\xbc\xaf", b"PK")):
        if head.startswith(b"PK") and not _looks_binary(head):
            return  # a column may be called PK
        raise ValidationError(_("This is no file of rows. Save the sheet as .xlsx or as CSV."))


def _looks_binary(head: bytes) -> bool:
    if b"\x00" in head[:1024]:
        return True
    controls = sum(1 for byte in head if byte < 32 and byte not in _TEXT_CONTROLS)
    return controls * 50 > len(head)


def _is_page(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    return start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta"))


def _is_table(path: Path, how: Format) -> bool:
    rows = list(zip(range(2), read_text(path, how.encoding, how.separator), strict=False))
    return len(rows) == 2 and all(len(cells) > 1 for _index, (_number, cells) in rows)


__all__ = ["SPREADSHEETS", "Format", "Reading", "changed_format", "find_format", "read_file"]
