"""What stands in the columns of a file: one pass over all of it, in bounded memory, remembered until the way in which
the file is read changes, or what its columns are."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from typing import Any

from crm.fields import kinds
from crm.fields.models import FieldKind
from crm.fields.reading import DAYS, NUMBERS, NumberText, current_style, has_time, says
from crm.fields.spec import FieldSpec
from crm.imports.answers import holds_words, word_key
from crm.imports.at_accounts import Beside, People
from crm.imports.brought import brought_fields
from crm.imports.fitting import MISFITS_SHOWN, TIMED, FitTally, key_of, misfits_of
from crm.imports.identity import Layout, Together, as_written
from crm.imports.meant import Same, meant_rows
from crm.imports.models import Import
from crm.imports.own_links import Called, OwnNames, links_to_itself
from crm.imports.reading.cells import holds_days, is_unreadable, without_unreadable
from crm.imports.reading.limits import LONGEST_WORD
from crm.imports.split import column_spec
from crm.imports.unreadable import bad_in, is_no_value
from crm.records.registry import record_type as type_of_key
from crm.records.types import RecordType

MOST_WORDS = 2_000  # different ones of a column that are counted one by one
MOST_SHAPES = 300  # different ways of writing a number, a date, an address
LONGEST_TEXT, SHORTENED = 20_001, 2_000  # characters that are kept of the longest text of a column, and of others
LONGEST_UNIT = 5  # letters of a currency or a month: they say how a number or date is read
FIRST = 4  # values of a column of text
DIFFERENCES = 6  # between rows about the same one, that are shown
MOST_AGAIN = 20_000  # records with several rows, whose cells are compared
MOST_KEYS = 500_000  # that are looked through; of more, some are taken to be shared
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
    beside: Beside = field(default_factory=dict)  # of a column of people, the accounts in their rows
    same: str = ""  # a text that its record says already
    timed: int = 0  # cells of a column of days that have a time of day
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


@dataclass
class Survey:
    """``gaps``: of the rows that lack a field, how many there are for each word of another. ``in_file``: words of a
    column that are called like a row of this file, ``several`` like more than one. ``repeats``: rows that are about the
    same one as an earlier row.
    ``shares``: whether some rows may be about the same one, even though they do not name it alike."""

    columns: list[Column]
    rows: int = 0
    gaps: dict[str, dict[str, int]] = field(default_factory=dict)
    in_file: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)
    repeats: int = 0
    shares: bool = True
    repeated: list[list[Any]] = field(default_factory=list)  # the first few: number, number of the earlier, what
    differing: int = 0  # of those, rows that say something else than an earlier one
    differences: list[list[Any]] = field(default_factory=list)  # the first: number, earlier, column, text, earlier text

    @property
    def called(self) -> Called:
        return Called(frozenset(self.in_file), frozenset(self.several))

    @property
    def more_repeated(self) -> int:
        return self.repeats - len(self.repeated)

    @property
    def more_differing(self) -> int:
        return self.differing - len({number for number, *_rest in self.differences})

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Survey:
        return cls(**{**kept, "columns": [Column.of(column) for column in kept["columns"]]})

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "columns": [column.as_json() for column in self.columns]}


def survey_of(job: Import) -> Survey:
    """Return the survey of the file as it is mapped now; takes a pass over the file when that has changed."""
    parts = [job.reading, job.headers, job.mapping, sorted(job.planned), [one.name for one in fields(Column)]]
    parts.append(job.clear_empty)
    kept = json.dumps([*parts, Layout.of(job).fixed], sort_keys=True)
    key = sha256(kept.encode()).hexdigest()
    if job.survey.get("key") != key:
        found = _survey(job, type_of_key(job.record_type))
        job.survey = {"key": key, "found": found.as_json()}
        job.save(update_fields=["survey"])
    found = Survey.of(job.survey["found"])
    for index, name in enumerate(job.mapping):
        if name in job.planned:
            found.columns[index] = _of_kind(found.columns[index], job.planned[name]["kind"])
    return found


def _of_kind(column: Column, kind: str) -> Column:
    """The column of a planned field as it is read where the field is of ``kind``."""
    misfits = column.misfits.get(key_of(column.fits, kind), [])
    return replace(
        column.ways[_WAYS.get(kind, _TEXT)],
        fits=column.fits,
        bad=column.bad + misfits_of(column.fits, kind),
        bad_cells=[*column.bad_cells, *misfits][:MISFITS_SHOWN],
        timed=column.fits.get(TIMED, 0) if kind == FieldKind.DATE else 0,
    )


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


def _survey(job: Import, record_type: RecordType) -> Survey:
    specs = [None if name in job.planned else column_spec(record_type, name) for name in job.mapping]
    survey = Survey([Column() for _header in job.headers])
    readers: list[_Reader | _TextReader | _PlannedReader] = [
        _PlannedReader(column, job.total) if name in job.planned else _reader(column, spec)
        for column, spec, name in zip(survey.columns, specs, job.mapping, strict=False)
    ]
    brought = brought_fields(record_type)
    tests = [
        bad_in(brought[name][1] if name in brought else spec) for name, spec in zip(job.mapping, specs, strict=True)
    ]
    place = {name: index for index, name in enumerate(job.mapping) if name}
    gaps = [gap for gap in record_type.gaps if gap.by in place]
    repeats = _Repeats(survey, Layout.of(job))
    names = OwnNames(Layout.of(job))
    people = People([column.beside for column in survey.columns], record_type, specs, place)
    linked = [survey.columns[index] for index, spec in enumerate(specs) if spec and links_to_itself(record_type, spec)]
    for row in meant_rows(job):
        survey.rows += 1
        for name, reader, is_bad, column, cell in zip(job.mapping, readers, tests, survey.columns, row, strict=False):
            if cell and is_bad(cell) and not isinstance(cell, Same):
                column.note_bad(row.number, cell)
            if cell and not (is_no_value(cell) if name else is_unreadable(cell)):
                reader.read(cell, row.number)
        people.note(row)
        for gap in gaps:
            by = row[place[gap.by]]
            if by and not isinstance(by, Same) and not (gap.field in place and row[place[gap.field]]):
                words = survey.gaps.setdefault(gap.field, {})
                word = without_unreadable(by[:LONGEST_WORD])
                if word in words or len(words) < MOST_WORDS:
                    words[word] = words.get(word, 0) + 1
        repeats.note(row)
        if linked:
            names.note(row)
    for one in readers:
        one.finish()
    repeats.finish(job)
    asked = {word_key(word) for column in linked for word in column.words}
    survey.in_file, survey.several = (sorted(asked & called) for called in names.called())
    return survey


class _Repeats:
    """Finds the rows that are about the same one as an earlier row."""

    def __init__(self, survey: Survey, layout: Layout) -> None:
        self.survey = survey
        self.layout = layout
        self.together = Together(layout)
        self.firsts = array("q")  # of each row, the first about the same one
        self.again: set[int] = set()  # of those, some that others repeat
        self.keys: set[int] = set()
        survey.shares = False

    def note(self, row: Any) -> None:
        survey = self.survey
        if not survey.shares:
            keys = {hash(key) for key in self.layout.keys(row)}
            survey.shares = not keys.isdisjoint(self.keys) or len(self.keys) > MOST_KEYS
            self.keys.update(keys)
        before = self.together.first(row, row.number)
        self.firsts.append(before)
        if before == row.number:
            return
        survey.repeats += 1
        if len(self.again) < MOST_AGAIN:
            self.again.add(before)
        if len(survey.repeated) < FIRST:
            given, names, cells = self.layout.named(row)
            called = as_written(cells, (given or names[0])[1])
            survey.repeated.append([row.number, before, without_unreadable(called[:LONGEST_WORD])])

    def finish(self, job: Import) -> None:
        """One more pass: where rows about the same one say different things, the later one would win; an empty cell
        says something where it takes away what is there."""
        survey, record_type = self.survey, self.layout.type
        place = self.layout.place
        fields = [index for name, index in place.items() if name in job.planned or column_spec(record_type, name)]
        clearing = self.layout.clearing if job.clear_empty else ()
        del self.together, self.keys  # they may be large
        said: dict[tuple[int, int], tuple[int, int, str]] = {}  # the row, and of its text a hash and the beginning
        for row, key in zip(meant_rows(job), self.firsts, strict=True) if self.again else ():
            differs = False
            for index in fields if key in self.again else ():
                if not (cell := row[index]) and index not in clearing:
                    continue
                now = (row.number, hash(cell), cell[:LONGEST_WORD])
                number, text_hash, text = said.get((key, index), now)
                if text_hash != now[1]:
                    differs = True
                    if len(survey.differences) < DIFFERENCES:
                        cells = map(without_unreadable, (now[2], text))
                        survey.differences.append([row.number, number, job.headers[index], *cells])
                said[(key, index)] = now
            survey.differing += differs


class _Reader:
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


class _DayReader(_Reader):
    def read(self, cell: str, number: int) -> None:
        super().read(cell, number)
        self.column.timed += not isinstance(cell, Same) and has_time(cell)


class _TextReader:
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


class _PlannedReader:
    """Reads a column whose kind may be any."""

    def __init__(self, column: Column, most: int) -> None:
        self.column = column
        self.tally = FitTally(most)
        column.ways = {way: Column() for way in (_TEXT, _WORDS, _WRITTEN, NUMBERS, DAYS)}
        self.readers: list[_Reader | _TextReader] = [
            _TextReader(column.ways[_TEXT]),
            _Reader(column.ways[_WORDS], MOST_WORDS),
            *(
                _Reader(column.ways[way], MOST_SHAPES, _way_of_writing("" if way == _WRITTEN else way))
                for way in (_WRITTEN, NUMBERS, DAYS)
            ),
        ]

    def read(self, cell: str, number: int) -> None:
        self.tally.note(cell, number)
        for reader in self.readers:
            reader.read(cell, number)

    def finish(self) -> None:
        self.column.fits, self.column.misfits = self.tally.as_json(), self.tally.misfits


def _reader(column: Column, spec: FieldSpec | None) -> _Reader | _TextReader:
    if spec is not None and holds_words(spec):
        return _Reader(column, MOST_WORDS)
    if spec is not None and holds_days(spec):
        return _DayReader(column, MOST_SHAPES, _way_of_writing(spec.kind.reads))
    if spec is not None and isinstance(spec.kind, WRITTEN):
        return _Reader(column, MOST_SHAPES, _way_of_writing(spec.kind.reads))
    return _TextReader(column)


def _way_of_writing(reads: str) -> Callable[[str], Any]:
    """What texts have in common of which one stands for all: they are written alike, and say the same of the column.
    2024-01-01 hides no 2024-02-01; but 01/01/2024 is a day of one reading, and 01/02/2024 of two."""
    if not reads:
        return shape_of
    style = current_style()
    return lambda text: (shape_of(text), says(reads, text, style, is_number=isinstance(text, NumberText)))
