"""A row of text whose quotation marks do not fit: cut so that no mark and no letter is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

MARK = '"'
MOST_LINES = 50  # that such a row may have
MOST_TRIES = 20_000  # in a file; beyond, such a row is a line

NextLine = Callable[[], str | None]
Cells = list[str]


class LooseRows:
    """``next_line`` gives the line behind those that are known, None at the end of the file."""

    def __init__(self, separator: str, next_line: NextLine) -> None:
        self.separator = separator
        self.next_line = next_line
        self.tries = MOST_TRIES

    def cut(self, lines: list[str], width: int) -> tuple[Cells, int]:
        """Return the cells of the row that begins with ``lines[0]``, and how many of the lines it takes.

        A cell ends at the first mark that is followed by a separator or the end of the row, and the marks before that
        are its own; or its first mark is its own too, and it ends at the next separator. Best is what swallows no
        other row, makes this one ``width`` cells wide and leaves a next line that looks like a row; then what takes the
        fewest lines.
        """
        best: tuple[int, int, Cells] | None = None
        for count in range(1, MOST_LINES + 1):
            self.tries -= count > 1  # one line costs no more than the file itself
            self._read_up_to(count + 1, lines)
            if count > len(lines):
                break
            for cells in self._ways("".join(lines[:count]), is_alone=count == 1):
                doubts = self._swallows(cells, width) * 4 + (len(cells) != width) * 2
                doubts += self._breaks_off(lines[count:], width)
                if best is None or doubts < best[0]:
                    best = (doubts, count, cells)
            if self.tries < 0 or (best is not None and not best[0]):
                break
        assert best is not None  # a line by itself can always be cut
        return best[2], best[1]

    def fitting(self, lines: list[str]) -> tuple[Cells, int] | None:
        """Cut the row that begins with ``lines[0]`` like ``cut`` if each of its marks is where it should be, or has
        only blanks behind it; None otherwise."""
        cells: Cells = []
        text, at, count = lines[0].rstrip("\r\n"), 0, 1
        while True:
            at = _behind_blanks(text, at)
            if text.startswith(MARK, at):
                start = at + 1
                while (end := _closing(text, start)) < 0:
                    self._read_up_to(count + 1, lines)
                    if count >= min(len(lines), MOST_LINES):
                        return None
                    text, count = "".join(lines[: count + 1]).rstrip("\r\n"), count + 1
                cells.append(text[start:end].replace(MARK * 2, MARK))
                at = _behind_blanks(text, end + 1)
            else:
                end = text.find(self.separator, at)
                cells.append(text[at:] if end < 0 else text[at:end])
                at = len(text) if end < 0 else end
            if at >= len(text):
                return cells, count
            if not text.startswith(self.separator, at):
                return None
            at += 1

    def _read_up_to(self, count: int, lines: list[str]) -> None:
        while len(lines) < count and (line := self.next_line()) is not None:
            lines.append(line)

    def _ways(self, text: str, *, is_alone: bool) -> Iterator[Cells]:
        text = text.rstrip("\r\n")
        for keeps_first, keeps_open in ((False, False), (True, False), *([(True, True)] if is_alone else [])):
            cells = self._cells(text, keeps_first=keeps_first, keeps_open=keeps_open)
            if cells is not None:
                yield cells

    def _cells(self, text: str, *, keeps_first: bool, keeps_open: bool) -> Cells | None:
        """``keeps_first``: what begins with a mark that does not fit is taken as it stands, up to the next separator;
        ``keeps_open``: also what is never closed. None where the text is not one row."""
        cells: Cells = []
        rest, more = text, True
        while more:
            quoted = rest.lstrip(" ")
            end, fits = self._end(quoted) if quoted.startswith(MARK) else (0, False)
            if end and (fits or not keeps_first):
                cells.append(quoted[1:end].replace(MARK * 2, MARK))
                after = quoted[end + 1 :].lstrip(" ")
                more, rest = bool(after), after[1:]
                continue
            if quoted.startswith(MARK) and not end and not keeps_open and not (keeps_first and _is_closed(quoted)):
                return None
            cell, found, rest = rest.partition(self.separator)
            if "\n" in cell:
                return None
            cells.append(cell.lstrip(" "))
            more = bool(found)
        return cells

    def _end(self, cell: str) -> tuple[int, bool]:
        """The place of the mark that ends a quoted cell (0: none does), and whether it is the first that could."""
        is_first = True
        at = cell.find(MARK, 1)
        while at > 0:
            if cell.startswith(MARK, at + 1):  # two of them are one that is its own
                at = cell.find(MARK, at + 2)
                continue
            after = cell[at + 1 :].lstrip(" ")
            if not after or after.startswith(self.separator):
                return at, is_first
            is_first = False
            at = cell.find(MARK, at + 1)
        return 0, False

    def _breaks_off(self, rest: list[str], width: int) -> bool:
        return bool(rest) and rest[0].strip() != "" and rest[0].count(self.separator) < width - 1

    def _swallows(self, cells: Cells, width: int) -> bool:
        lines = [line for cell in cells if "\n" in cell for line in cell.split("\n")]
        return any(line.count(self.separator) >= width - 1 for line in lines)


def _behind_blanks(text: str, at: int) -> int:
    while text.startswith(" ", at):
        at += 1
    return at


def _closing(text: str, at: int) -> int:
    """The place of the first mark from ``at`` on that does not stand for itself; -1: there is none."""
    while (at := text.find(MARK, at)) >= 0 and text.startswith(MARK, at + 1):
        at += 2
    return at


def _is_closed(cell: str) -> bool:
    """Whether there is a mark that does not stand for itself."""
    return MARK in cell[1:].replace(MARK * 2, "")
