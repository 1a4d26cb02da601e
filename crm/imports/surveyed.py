"""What stands in one column of a file: counted cell by cell, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from crm.fields import kinds
from crm.fields.models import FieldKind
from crm.fields.reading import DAYS, NUMBERS, NumberText, current_style, has_time, says
from crm.fields.spec import FieldSpec
from crm.imports.answers import holds_words
from crm.imports.at_accounts import Firms
from crm.imports.fitting import MISFITS_SHOWN, TIMED, FitTally, key_of, misfits_of
from crm.imports.meant import Same
from crm.imports.reading.cells import holds_days, is_unreadable, without_unreadable
from crm.imports.reading.limits import LONGEST_WORD
from crm.imports.tag_cells import has_groups_of_google, tags_in

MOST_WORDS = 2_000  # different ones of a column that are counted one by one
MOST_SHAPES = 300  # different ways of writing a number, a date, an address
LONGEST_TEXT, SHORTENED = 20_001, 2_000  # characters that are kept of the longest text of a column, and of others
LONGEST_UNIT = 5  # letters of a currency or a month: they say how a number or date is read
FIRST = 4  # values of a column of text
ODD = 3  # of those, some with letters outside of ASCII
WRITTEN = (kinds.Number, kinds.Money, kinds.Date, kinds.Email, kinds.Url)
_TEXT, _WORDS, _WRITTEN = "text", "words", "written"
_WAYS: dict[str, str] = {  # of reading the column of a planned field, by its kind
    FieldKind.CHOICE: _WORDS,
    FieldKind.PERSON: _WORDS,
    FieldKind.YES_NO: _WORDS,
    FieldKind.URL: _WRITTEN,
    FieldKind.EMAIL: _WRITTEN,
    FieldKind.NUMBER: NUMBERS,
    FieldKind.MONEY: NUMBERS,
    FieldKind.DATE: DAYS,
}
_PIECES = re.compile(r"\d+|[^\W\d_]+")


@dataclass
class Column:
    """``words`` are different texts and the rows that have them: of a column that names things all of them, unless
    there are ``more``; of one of numbers or dates an example of each way of writing; of one of text the first."""

    words: dict[str, int] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)  # the first row that has each
    filled: int = 0
    more: int = 0  # rows with other words
    numbers: list[str] = field(default_factory=list)
    beside: Firms = field(default_factory=dict)  # of a column of people, the accounts in their rows
    same: str = ""  # a text that its record says already
    cells: list[str] = field(default_factory=list)  # of a column of tags, the first cells: its words are the tags
    timed: int = 0  # cells of a column of days that have a time of day
    groups: int = 0  # cells of a column of tags that name groups of Google's address book, which are none
    unplaced: int = 0  # values that have no field by their labels, and no column left to stand in
    bad: int = 0  # cells that are no value of the field: ``unreadable.py``
    bad_cells: list[list[Any]] = field(default_factory=list)  # the first: row, text, whether it is no text at all
    misfits: dict[str, list[list[Any]]] = field(default_factory=dict)  # of a planned field: such cells, by kind
    fits: dict[str, int] = field(default_factory=dict)  # of a planned field: how many cells each kind can hold
    ways: dict[str, Column] = field(default_factory=dict)  # of one, the same column as each sort of kind is read

    def note_bad(self, number: int, cell: str) -> None:
        self.bad += 1
        if len(self.bad_cells) < MISFITS_SHOWN:
            self.bad_cells.append([number, without_unreadable(cell[:LONGEST_WORD]), is_unreadable(cell)])

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Column:
        ways = {way: cls.of(column) for way, column in kept["ways"].items()}
        return cls(**{**kept, "words": dict(kept["words"]), "ways": ways})

    def as_json(self) -> dict[str, Any]:
        """The words as pairs: what JSON keeps of a dictionary has no order."""
        ways = {way: column.as_json() for way, column in self.ways.items()}
        return {**vars(self), "words": [*map(list, self.words.items())], "ways": ways}

    def most_frequent(self) -> list[str]:
        """The texts as cells have them, those of most rows first."""
        exact = set(self.numbers)
        texts = sorted(self.words, key=lambda word: -self.words[word])
        return [NumberText(text) if text in exact else text for text in texts]


def shape_of(text: str) -> str:
    """How a text is written, whatever it says: ``12.000 EUR`` → ``D.999 eur``. Of numbers of up to two digits those
    that can be no month (``D``) are another shape: they tell the order of a date."""

    def shape(found: re.Match[str]) -> str:
        piece = found[0]
        if not piece[0].isdecimal():  # ² is a digit, and no number
            return piece.casefold() if len(piece) <= LONGEST_UNIT else "a"
        if len(piece) <= 2:
            return "D" if int(piece) > 12 else "d"
        return "9" * min(len(piece), 9)

    return _PIECES.sub(shape, text[:LONGEST_WORD])


class Reader:
    """Counts the cells of one column by ``key``; each key is shown by the first text that has it."""

    def __init__(self, column: Column, most: int, key: Any = None) -> None:
        self.column = column
        self.most = most
        self.key = key
        self.texts: dict[tuple[bool, str], str] = {}

    def read(self, cell: str, number: int) -> None:
        column = self.column
        column.filled += 1
        if isinstance(cell, Same):  # there is nothing to ask
            column.same = column.same or cell[:LONGEST_WORD]
            return
        key = (isinstance(cell, NumberText), self.key(cell) if self.key else cell)
        text = self.texts.get(key)
        if text is None:
            if len(self.texts) >= self.most or len(cell) > LONGEST_WORD:
                column.more += 1
                return
            text = self.texts[key] = cell
            column.at[text] = number
            if isinstance(cell, NumberText):
                column.numbers.append(cell)
        column.words[text] = column.words.get(text, 0) + 1

    def finish(self) -> None:
        pass


class _TagReader(Reader):
    def read(self, cell: str, number: int) -> None:
        column = self.column
        filled = column.filled + 1
        if isinstance(cell, Same):
            super().read(cell, number)
        else:
            if len(column.cells) < FIRST and cell[:SHORTENED] not in column.cells:
                column.cells.append(cell[:SHORTENED])
            column.groups += has_groups_of_google(cell)
            for name in tags_in(cell):
                super().read(name, number)
        column.filled = filled


class _DayReader(Reader):
    def read(self, cell: str, number: int) -> None:
        super().read(cell, number)
        self.column.timed += not isinstance(cell, Same) and has_time(cell)


class TextReader:
    """Keeps the first texts, the first with letters outside of ASCII, and the longest."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.odd = 0
        self.longest = ""

    def read(self, cell: str, number: int) -> None:
        column = self.column
        column.filled += 1
        if min(len(cell), LONGEST_TEXT) > len(self.longest) + 50:
            self._drop_longest()
            self.longest = cell[:LONGEST_TEXT]
            column.words[self.longest] = 1
            return
        cell = cell[:SHORTENED]
        if len(column.words) < FIRST:
            column.words.setdefault(cell, 1)
        elif self.odd < ODD and not cell.isascii() and cell not in column.words:
            self.odd += 1
            column.words[cell] = 1

    def finish(self) -> None:
        pass

    def _drop_longest(self) -> None:
        if len(self.column.words) > FIRST:
            self.column.words.pop(self.longest, None)


class PlannedReader:
    """Reads a column whose kind may be any."""

    def __init__(self, column: Column, most: int) -> None:
        self.column = column
        self.tally = FitTally(most)
        column.ways = {way: Column() for way in (_TEXT, _WORDS, _WRITTEN, NUMBERS, DAYS)}
        self.readers: list[Reader | TextReader] = [
            TextReader(column.ways[_TEXT]),
            Reader(column.ways[_WORDS], MOST_WORDS),
            *(
                Reader(column.ways[way], MOST_SHAPES, _way_of_writing("" if way == _WRITTEN else way))
                for way in (_WRITTEN, NUMBERS, DAYS)
            ),
        ]

    def read(self, cell: str, number: int) -> None:
        self.tally.note(cell, number)
        for reader in self.readers:
            reader.read(cell, number)

    def finish(self) -> None:
        self.column.fits, self.column.misfits = self.tally.as_json(), self.tally.misfits


def reader_of(column: Column, spec: FieldSpec | None) -> Reader | TextReader:
    if spec is not None and isinstance(spec.kind, kinds.Tags):
        return _TagReader(column, MOST_WORDS)
    if spec is not None and holds_words(spec):
        return Reader(column, MOST_WORDS)
    if spec is not None and holds_days(spec):
        return _DayReader(column, MOST_SHAPES, _way_of_writing(spec.kind.reads))
    if spec is not None and isinstance(spec.kind, WRITTEN):
        return Reader(column, MOST_SHAPES, _way_of_writing(spec.kind.reads))
    return TextReader(column)


def _way_of_writing(reads: str) -> Callable[[str], Any]:
    """What texts have in common of which one stands for all: they are written alike, and say the same of the column.
    2024-01-01 hides no 2024-02-01; but 01/01/2024 is a day of one reading, and 01/02/2024 of two."""
    if not reads:
        return shape_of
    style = current_style()
    return lambda text: (shape_of(text), says(reads, text, style, is_number=isinstance(text, NumberText)))


def of_kind(column: Column, kind: str) -> Column:
    """The column of a planned field as it is read where the field is of ``kind``."""
    misfits = column.misfits.get(key_of(column.fits, kind), [])
    return replace(
        column.ways[_WAYS.get(kind, _TEXT)],
        fits=column.fits,
        bad=column.bad + misfits_of(column.fits, kind),
        bad_cells=[*column.bad_cells, *misfits][:MISFITS_SHOWN],
        timed=column.fits.get(TIMED, 0) if kind == FieldKind.DATE else 0,
    )
