"""Reading a file of rows as people have them: any encoding, any separator, ragged lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from charset_normalizer import from_bytes
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.ui.spreadsheets import restore

SEPARATORS = (",", ";", "\t", "|")
SAMPLE_BYTES = 64 * 1024
LARGEST_BYTES = 50 * 1024 * 1024
MOST_COLUMNS = 200
LONGEST_CELL = 100_000

csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True)
class Shape:
    """How a file is written."""

    encoding: str
    separator: str
    headers: list[str]
    rows: int


def find_shape(content: bytes) -> Shape:
    """Find encoding, separator and headers, and count the rows; raise ``ValidationError`` for what is no table."""
    if not content.strip():
        raise ValidationError(_("The file is empty."))
    if len(content) > LARGEST_BYTES:
        raise ValidationError(_("The file is larger than 50 MB. Split it."))
    if b"\x00" in content[:SAMPLE_BYTES] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValidationError(_("This is not a text file. Save the sheet as CSV."))
    encoding = find_encoding(content)
    separator = find_separator(content[:SAMPLE_BYTES].decode(encoding, errors="ignore"))
    try:
        lines = _lines(content, encoding, separator)
        headers = [_cell(header) for header in next(lines, [])]
        count = sum(1 for _line in lines)
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValidationError(_("The file cannot be read: %(error)s.") % {"error": error}) from error
    if "\x00" in "".join(headers):
        raise ValidationError(_("The names of the columns hold null characters."))
    if not any(headers):
        raise ValidationError(_("The first line names no columns."))
    if len(headers) > MOST_COLUMNS:
        raise ValidationError(_("The file has more than %(limit)s columns.") % {"limit": MOST_COLUMNS})
    return Shape(encoding, separator, headers, count)


def find_encoding(content: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return encoding
    try:
        content.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    best = from_bytes(content[:SAMPLE_BYTES]).best()
    encoding = best.encoding if best else "cp1252"
    try:
        content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return "latin-1"  # reads anything
    return encoding


def find_separator(sample: str) -> str:
    """The separator that cuts the first lines most evenly into the most columns."""
    best, best_score = ",", 0
    for separator in SEPARATORS:
        widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=separator)][:20]
        widths = widths[:-1] if len(widths) > 2 else widths  # the sample may end inside a line
        if widths and widths[0] > 1:
            score = widths[0] * 1000 + sum(width == widths[0] for width in widths) * 100 // len(widths)
            if sum(width == widths[0] for width in widths) * 2 >= len(widths) and score > best_score:
                best, best_score = separator, score
    return best


def read_rows(content: bytes | Path, encoding: str, separator: str, width: int, start: int = 0) -> Iterator[list[str]]:
    """Yield rows from ``start`` on, each of ``width`` stripped cells: short ones filled up, long ones cut."""
    lines = _lines(content, encoding, separator)
    next(lines, None)
    for index, line in enumerate(lines):
        if index >= start:
            cells = [_cell(cell) for cell in line[:width]]
            yield cells + [""] * (width - len(cells))


def _cell(text: str) -> str:
    """The text that is meant: without the apostrophe that exports put before what looks like a formula."""
    return restore(text.strip())


def _lines(content: bytes | Path, encoding: str, separator: str) -> Iterator[list[str]]:
    source: IO[bytes] = content.open("rb") if isinstance(content, Path) else io.BytesIO(content)
    with io.TextIOWrapper(source, encoding=encoding, newline="") as text:
        for line in csv.reader(text, delimiter=separator):
            if any(cell.strip() for cell in line):
                yield line
