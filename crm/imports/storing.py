"""Where a file and its rows are kept: in pieces, none of which fills the memory.

A file is read once when it comes, and once more when somebody says that it is to be read in another way. From then on
the columns page and the worker see rows of cells, whatever kind of file they are from.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.fields.reading import NumberText
from crm.ground.text import trimmed
from crm.imports.models import FilePiece, Import, ImportFile, ImportRow, RefusedRow, RowsPiece
from crm.imports.reading.cells import ERRORS, is_unreadable, without_unreadable
from crm.imports.reading.format import Format
from crm.imports.reading.header import LOOKED_AT, Row
from crm.imports.reading.limits import MEGABYTE
from crm.ui.spreadsheets import restore

PIECE_ROWS = 500
PIECE_CHARACTERS = 512 * 1024
SHOWN = 200  # characters of a cell of the first rows
LOST = "\ufffd"  # what other programs write where they lost a letter


_NONE: Mapping[int, str] = {}


class FileRow(list[str]):
    """The cells of a row, and its number in the file or sheet, as people see it there."""

    __slots__ = ("_before", "batch", "left", "number")

    def __init__(self, number: int, cells: Iterable[str]) -> None:
        super().__init__(cells)
        self.number = number
        self.batch = 0  # the number of the first row that was taken in with it
        self.left: list[tuple[int, int | None, str]] = []  # what has no field: see ``labelled.py``
        self._before: Mapping[int, str] = _NONE

    def complete(self, index: int, text: str) -> None:
        """Let a cell say what is meant by it and others together."""
        self._before = {index: self[index]} | {**self._before}
        self[index] = text

    @property
    def as_it_stood(self) -> list[str]:
        """The cells without what was completed."""
        return [self._before.get(index, cell) for index, cell in enumerate(self)]


@dataclass(frozen=True)
class Odd:
    """How many rows have something odd, and the first of them."""

    count: int = 0
    row: int = 0
    text: str = ""  # in that row

    def and_row(self, number: int, text: str = "") -> Odd:
        return Odd(self.count + 1, self.row or number, self.text if self.row else text)


@dataclass(frozen=True)
class FileReading:
    """``Import.reading``: how the file is read, and what was seen then.

    ``header`` is the number of the row that names the columns (0: none does), ``skipped`` counts the rows up to it.
    ``columns`` are the places of the cells in a row of the file: a column without a name and without a cell is none.
    """

    format: Format
    header: int = 0
    skipped: int = 0
    columns: list[int] = field(default_factory=list)
    top: list[Row] = field(default_factory=list)  # the first rows, to choose the header from
    unreadable: Odd = Odd()  # characters that cannot be read in this encoding
    lost: Odd = Odd()  # letters that were lost before
    errors: Odd = Odd()  # of the spreadsheet: #N/A
    swallowed: Odd = Odd()  # cells with lines that look like rows
    quotes: Odd = Odd()  # marks that do not fit
    hidden: Odd = Odd()  # rows that the sheet does not show
    merged: Odd = Odd()  # cells over several rows
    shortened: Odd = Odd()  # numbers that the sheet shows in thousands or millions

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, run: Import) -> FileReading:
        kept: dict[str, Any] = dict(run.reading)
        kept["format"] = Format(**kept["format"])
        kept["top"] = [(number, cells) for number, cells in kept["top"]]
        for name in ("unreadable", "lost", "errors", "swallowed", "quotes", "hidden", "merged", "shortened"):
            kept[name] = Odd(**kept.get(name, {}))
        return cls(**kept)


def keep_file(run: Import, path: Path) -> None:
    size = path.stat().st_size
    ImportFile.objects.create(run=run, size=size)
    with path.open("rb") as file:
        number = 0
        while piece := file.read(MEGABYTE):
            FilePiece.objects.create(run=run, number=number, content=piece)
            number += 1


def write_file(run: Import, path: Path) -> None:
    """Write the file as it came to ``path``; raise ``ValidationError`` if it was deleted meanwhile."""
    if not is_kept(run):
        raise ValidationError(_("The file of this import was deleted. Choose it again."))
    with path.open("wb") as file:
        for piece in FilePiece.objects.filter(run=run).order_by("number").values_list("content").iterator(1):
            file.write(bytes(piece[0]))


def is_kept(run: Import) -> bool:
    return ImportFile.objects.filter(run=run).exists()


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(MEGABYTE):
            digest.update(block)
        return digest.hexdigest()


def keep_rows(run: Import, rows: Iterable[Row]) -> list[Row]:
    """Keep the rows instead of those that are kept; return the first ones."""
    RowsPiece.objects.filter(run=run).delete()
    top: list[Row] = []
    piece: list[Row] = []
    first = size = 0
    for row in rows:
        if len(top) < LOOKED_AT:
            top.append((row[0], [without_unreadable(cell[:SHOWN]) for cell in row[1]]))
        piece.append(row)
        size += sum(map(len, row[1]))
        if len(piece) == PIECE_ROWS or size > PIECE_CHARACTERS:
            RowsPiece.objects.create(run=run, first=first, content=_packed(piece))
            first += len(piece)
            piece, size = [], 0
    if piece:
        RowsPiece.objects.create(run=run, first=first, content=_packed(piece))
    return top


def delete_file(run: Import) -> None:
    """Delete the file, its rows, and those that were refused: they are people's data, and the import is over."""
    for model in (FilePiece, RowsPiece, RefusedRow, ImportRow, ImportFile):
        model.objects.filter(run=run).delete()


def file_rows(run: Import, start: int = 0) -> Iterator[Row]:
    """Yield the rows of the file from ``start`` on with their numbers in it, the header and what is above it too."""
    pieces = RowsPiece.objects.filter(run=run).order_by("first").values_list("first", "content")
    piece = pieces.filter(first__lte=start).last()
    while piece is not None:  # each by itself: a worker's transaction ends between two of them
        rows = _unpacked(bytes(piece[1]))
        yield from rows[max(start - piece[0], 0) :]
        piece = pieces.filter(first=piece[0] + len(rows)).first()


def read_rows(run: Import, start: int = 0) -> Iterator[FileRow]:
    """Yield the rows below the header from ``start`` on: as many stripped cells as the import has columns.

    A number that was one in a spreadsheet is a ``fields.reading.NumberText``.
    """
    reading = FileReading.of(run)
    for number, cells in file_rows(run, reading.skipped + start):
        yield _file_row(reading, number, cells)


def _file_row(reading: FileReading, number: int, cells: list[str]) -> FileRow:
    return FileRow(number, (_cell(cells[place]) if place < len(cells) else "" for place in reading.columns))


def rows_numbered(run: Import, numbers: Collection[int]) -> Iterator[FileRow]:
    """Yield the rows that people see under these numbers, the last one first; each piece is read once."""
    reading = FileReading.of(run)
    left = sorted(numbers)
    pieces = RowsPiece.objects.filter(run=run).order_by("first").values_list("first", "content")
    before = left[-1] if left else 0
    while left and (piece := pieces.filter(first__lt=before).last()):
        rows = dict(_unpacked(bytes(piece[1])))
        lowest = min(rows)
        while left and left[-1] >= lowest:
            yield _file_row(reading, left[-1], rows[left.pop()])
        before = min([piece[0], *left[-1:]])  # lines within cells have no row: it stands there, or before


def look_through(run: Import, found: FileReading) -> tuple[FileReading, list[str], int]:
    """Read below the header: which columns there are, what they are called, how many rows; and what is odd."""
    names: list[str] = []
    filled: set[int] = set()
    skipped = rows = 0
    unreadable = lost = errors = swallowed = Odd()
    for number, cells in file_rows(run):
        if number <= found.header:
            skipped += 1
            names = [trimmed(cell) for cell in cells]
            continue
        rows += 1
        filled.update(place for place, cell in enumerate(cells) if trimmed(cell))
        text = "\x1f".join(cells)
        if is_unreadable(text.replace("\x1f", "")):
            unreadable = unreadable.and_row(number)
        if LOST in text:
            lost = lost.and_row(number)
        if not ERRORS.isdisjoint(cells):
            errors = errors.and_row(number)
        if "\n" in text and _swallows_rows(found.format, cells):
            swallowed = swallowed.and_row(number)
    if is_unreadable("".join(names)):
        raise ValidationError(_("The names of the columns hold characters that cannot be read."))
    filled.update(place for place, name in enumerate(names) if name)
    columns = sorted(filled)
    headers = [restore(names[place]) if place < len(names) else "" for place in columns]
    kept = replace(
        found,
        skipped=skipped,
        columns=columns,
        unreadable=unreadable,
        lost=lost,
        errors=errors,
        swallowed=swallowed,
    )
    return kept, headers, rows


def _swallows_rows(how: Format, cells: list[str]) -> bool:
    """Whether a cell has lines that look like rows: a quotation mark may be missing, or too many."""
    if how.kind != "csv" or len(cells) < 3:
        return False
    lines = [line for cell in cells if "\n" in cell for line in cell.split("\n")]
    return any(line.count(how.separator) >= len(cells) - 1 for line in lines)


def _packed(rows: list[Row]) -> bytes:
    """Numbers of spreadsheets are lists of one text."""
    plain = [[number, *([cell] if isinstance(cell, NumberText) else cell for cell in cells)] for number, cells in rows]
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), 1)


def _unpacked(content: bytes) -> list[Row]:
    rows = json.loads(zlib.decompress(content))
    return [(row[0], [NumberText(cell[0]) if isinstance(cell, list) else cell for cell in row[1:]]) for row in rows]


def _cell(text: str) -> str:
    """The text that is meant: without the apostrophe that exports put before what looks like a formula."""
    return text if isinstance(text, NumberText) else restore(trimmed(text))
