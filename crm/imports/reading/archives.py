"""Spreadsheets are archives: what they may hold, and what they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.imports.reading.limits import MEGABYTE
from crm.ui.format import number

MOST_UNPACKED = 400 * MEGABYTE
MOST_PARTS = 10_000
LARGEST_PART = 20 * MEGABYTE  # of those that are read as a whole: not the sheets, their texts and pictures
MOST_BETWEEN_ROWS = 32 * MEGABYTE  # of a sheet, unpacked: no row is as long, so none has to be kept
MOST_SHEETS = 500
MOST_CELLS = 5_000_000  # empty ones between others included: they take time, too
_STREAMED = re.compile(r"worksheets/|sharedStrings|pivotCache|^content\.xml$")
ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def kind_of_archive(path: Path) -> str:
    """``xlsx`` or ``ods``; raise ``ValidationError`` for any other archive, and for one that unpacks to too much."""
    try:
        with ZipFile(path) as archive:
            names = set(archive.namelist())
            if _is_too_much(archive):
                raise too_large()
            if any(part.flag_bits & 1 for part in archive.infolist()):
                raise ValidationError(_("This file is protected with a password. Save it without one."))
            kind = _kind(archive, names)
    except (BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise damaged() from error
    if not kind:
        raise ValidationError(_("This is no spreadsheet, whatever its name says. Save the sheet as .xlsx or as CSV."))
    return kind


def _is_too_much(archive: ZipFile) -> bool:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        return True
    large = (part.filename for part in parts if part.file_size > LARGEST_PART)
    return any(name.endswith((".xml", ".rels")) and not _STREAMED.search(name) for name in large)


class Metered:
    """A part of an archive while it is unpacked: what comes between two rows is bounded."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.size += len(data)
        if self.size > MOST_BETWEEN_ROWS:
            raise too_large()
        return data

    def start_row(self) -> None:
        self.size = 0

    def close(self) -> None:
        self.source.close()

    def __enter__(self) -> Metered:
        return self

    def __exit__(self, *args: Any) -> None:
        self.close()


def too_large() -> ValidationError:
    return ValidationError(_("This spreadsheet is too large once it is unpacked. Save the sheet as CSV, or split it."))


def damaged() -> ValidationError:
    return ValidationError(
        _("This is no spreadsheet, or it is damaged. Open it in your spreadsheet program and save it as .xlsx or CSV.")
    )


def too_many_cells() -> ValidationError:
    return ValidationError(_("This sheet has too many cells. Save it as CSV, or split it."))


def check_sheets(count: int) -> None:
    if count > MOST_SHEETS:
        raise ValidationError(
            _("This file has more than %(most)s sheets. Save the one that you want to import as a file of its own.")
            % {"most": number(MOST_SHEETS)}
        )


def _kind(archive: ZipFile, names: set[str]) -> str:
    if "mimetype" in names and _start_of(archive, "mimetype").strip().startswith(ODS):
        return "ods" if "content.xml" in names else ""
    if "[Content_Types].xml" in names and "xl/workbook.bin" in names:
        raise ValidationError(_("This is an Excel file of the kind .xlsb. Save it as .xlsx."))
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return "xlsx"
    if any(name.endswith(".iwa") for name in names):
        raise ValidationError(_("This is a Numbers file. Export it from Numbers as Excel or CSV."))
    return ""


def _start_of(archive: ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(100)
