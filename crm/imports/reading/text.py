"""Files of text, as any program writes them: CSV with any separator and any end of line."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.imports.reading.limits import (
    LONGEST_CELL,
    LONGEST_LINE,
    LONGEST_ROW,
    MEGABYTE,
    MOST_ROWS,
    too_long_cell,
    too_long_row,
    too_many_rows,
)
from crm.imports.reading.quotes import LooseRows

Notice = Callable[[int, list[str]], None]

SEPARATORS = {
    ",": gettext_lazy("Comma (,)"),
    ";": gettext_lazy("Semicolon (;)"),
    "\t": gettext_lazy("Tab"),
    "|": gettext_lazy("Vertical bar (|)"),
    "^": gettext_lazy("Caret (^)"),
    ":": gettext_lazy("Colon (:)"),
}
_GUESSED = (",", ";", "\t", "|", "^")
_LOOKED_AT = 100  # lines, to find the separator
_LOOKED_AT_CHARACTERS = 256 * 1024
_SAYS_SEPARATOR = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)
_RETURN = "\udfff"  # a return within a line of a file whose lines end otherwise; in no text, since it is half a letter
_END = "\udffe"  # a row of its own behind the last, unless a quotation mark is open there

csv.field_size_limit(LONGEST_CELL + 1)


def find_separator(path: Path, encoding: str) -> str:
    """The separator that cuts the first lines most evenly into the most columns, or that the first line names."""
    lines: list[str] = []
    found = _Lines(path, encoding)
    for line in found:
        lines.append(line)
        found.start_row(len(lines) + 1)
        if len(lines) == _LOOKED_AT or sum(map(len, lines)) > _LOOKED_AT_CHARACTERS:
            break
    said = _SAYS_SEPARATOR.fullmatch(lines[0].lstrip("\ufeff")) if lines else None
    if said:
        return said[1]
    return max(_GUESSED, key=lambda separator: _evenness(lines, separator))


def _evenness(lines: list[str], separator: str) -> tuple[bool, float]:
    """Best where the first row has as many cells as most rows; a title above the columns' names is second to that."""
    widths: list[int] = []
    try:
        widths += (len(row) for row in csv.reader(lines, delimiter=separator, skipinitialspace=True) if row)
    except csv.Error:
        return False, 0.0
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return False, 0.0
    width, count = wide.most_common(1)[0]
    return widths[0] == width and count * 2 >= len(widths), count / len(widths) * (1 - 1 / width)


def read_text(
    path: Path, encoding: str, separator: str, notice: Notice | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that holds anything, with its number in the file; the first row is 1.

    ``notice`` is told of rows whose quotation marks do not fit, and how they are read: nothing of them is lost.
    Raises ``ValidationError`` for what cannot be a table; a row or a line that is endless is not read to its end.
    """
    lines = _Lines(path, encoding, separator)
    feed = _Feed(lines)
    # Otherwise marks are dropped from a cell that begins with one.
    reader = csv.reader(feed, delimiter=separator, skipinitialspace=True, strict=True)
    loose = LooseRows(separator, feed.read_on)
    number = width = 0
    while True:
        number += 1
        lines.start_row(number)
        feed.taken.clear()
        try:
            row = next(reader)
            width = len(row) or width
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                raise too_long_cell(number) from error
            row = _cut_loosely(loose, feed, number, width, notice)
        except UnicodeError as error:
            raise ValidationError(_("The file cannot be read with this encoding. Choose another.")) from error
        if row == [_END]:
            return
        if number > MOST_ROWS:
            raise too_many_rows()
        if any(row):
            yield number, [_cell(cell) for cell in row]


def _cut_loosely(loose: LooseRows, feed: _Feed, number: int, width: int, notice: Notice | None) -> list[str]:
    lines = list(feed.taken)
    if lines[-1] == _END + "\n":
        raise ValidationError(
            _("A quotation mark opened in row %(row)s is never closed.") % {"row": number}, code="open_quote"
        )
    fitting = loose.fitting(lines)
    is_fit = fitting is not None and len(fitting[0]) == (width or len(fitting[0]))
    cells, count = fitting if fitting is not None and is_fit else loose.cut(lines, width)
    feed.back.extendleft(reversed(lines[count:]))
    if notice is not None and not is_fit:
        notice(number, cells)
    return cells


class _Feed:
    """Lines, one by one; ``taken`` are those of the row so far, ``back`` those that are to come once more."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = iter(lines)
        self.taken: list[str] = []
        self.back: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.back.popleft() if self.back else next(self.lines)
        self.taken.append(line)
        return line

    def read_on(self) -> str | None:
        """The next line, if it is one of the file."""
        line = self.back.popleft() if self.back else next(self.lines, None)
        if line == _END + "\n":
            self.back.appendleft(line)
            return None
        return line


class _Lines:
    """The lines of a text file, none longer than is fit; bytes without a meaning become half letters."""

    def __init__(self, path: Path, encoding: str, separator: str = "") -> None:
        self.path = path
        self.encoding = encoding
        self.separator = separator
        self.row = 1
        self.size = 0  # of the row so far

    def start_row(self, number: int) -> None:
        self.row, self.size = number, 0

    def __iter__(self) -> Iterator[str]:
        newline = "" if _ends_with_returns(self.path) else "\n"
        with (
            self.path.open("rb") as file,
            io.TextIOWrapper(file, encoding=self.encoding, errors="surrogateescape", newline=newline) as text,
        ):
            first = True
            while line := text.readline(LONGEST_LINE + 1):
                self.size += len(line)
                if len(line) > LONGEST_LINE or self.size > LONGEST_ROW:
                    raise too_long_row(self.row)
                if first and self.separator and _SAYS_SEPARATOR.fullmatch(line.lstrip("\ufeff")):
                    first = False
                    continue
                yield from self._split(line.lstrip("\ufeff") if first else line)
                first = False
        if self.separator:
            yield _END + "\n"

    def _split(self, line: str) -> list[str]:
        """One line, unless single returns in it end rows, as in a file that was put together of several."""
        body = line.rstrip("\r\n")
        if "\r" not in body:
            return [line]
        parts = body.split("\r")
        counts = {part.count(self.separator) for part in parts} if self.separator else set()
        if '"' not in body and len(counts) == 1 and counts != {0}:
            return [f"{part}\n" for part in parts]
        return [body.replace("\r", _RETURN) + "\n"]


def _ends_with_returns(path: Path) -> bool:
    """Whether the lines end as on old Macs: with a return alone."""
    newlines = returns = 0
    with path.open("rb") as file:
        while block := file.read(MEGABYTE):
            block = block.replace(b"\x00", b"")  # of UTF-16
            newlines += block.count(b"\n")
            returns += block.count(b"\r")
    return returns - newlines > newlines


def _cell(text: str) -> str:
    if "\r" in text or _RETURN in text:
        return text.replace("\r\n", "\n").replace("\r", "\n").replace(_RETURN, "\n")
    return text
