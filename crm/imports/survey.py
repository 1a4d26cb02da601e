"""What stands in the columns of a file: one pass over all of it, in bounded memory, remembered until the way in which
the file is read changes, or what its columns are."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from hashlib import sha256
from typing import Any

from crm.imports.answers import word_key
from crm.imports.at_accounts import People
from crm.imports.identity import Naming, Together, as_written
from crm.imports.layout import Layout, layout_of
from crm.imports.meant import MeantRows, Same
from crm.imports.models import Import
from crm.imports.needed import Lacking, Lacks
from crm.imports.own_links import Called, OwnNames, links_to_itself
from crm.imports.reading.cells import is_unreadable, without_unreadable
from crm.imports.reading.limits import LONGEST_WORD
from crm.imports.split import column_spec
from crm.imports.storing import FileRow
from crm.imports.surveyed import FIRST, MOST_WORDS, Column, PlannedReader, Reader, TextReader, of_kind, reader_of
from crm.imports.unreadable import bad_in, is_no_value

DIFFERENCES = 6  # between rows about the same one, that are shown
MOST_AGAIN = 20_000  # records with several rows, whose cells are compared
MOST_KEYS = 500_000  # that are looked through; of more, some are taken to be shared


@dataclass
class Survey:
    """``gaps``: of the rows that lack a field, how many there are for each word of another. ``lacking``: by field, rows
    of new records that name neither it nor what can stand in its place (``needed.py``). ``in_file``: words of a column
    that are called like a row of this file, ``several`` like more than one (``there``: at one account). ``repeats``:
    rows that are about the same one as an earlier row.
    ``shares``: whether some rows may be about the same one, even though they do not name it alike."""

    columns: list[Column]
    rows: int = 0
    gaps: dict[str, dict[str, int]] = field(default_factory=dict)
    lacking: Lacks = field(default_factory=dict)
    in_file: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    repeats: int = 0
    shares: bool = True
    repeated: list[list[Any]] = field(default_factory=list)  # the first few: number, number of the earlier, what
    differing: int = 0  # of those, rows that say something else than an earlier one
    differences: list[list[Any]] = field(default_factory=list)  # the first: number, earlier, column, text, earlier text

    def note_left(self, row: FileRow) -> None:
        for index, at, _said in row.left:
            self.columns[index].unplaced += at is None

    @property
    def called(self) -> Called:
        return Called(frozenset(self.in_file), frozenset(), frozenset(self.several), frozenset(self.there))

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


def survey_of(run: Import) -> Survey:
    """Return the survey of the file as it is mapped now; takes a pass over the file when that has changed."""
    parts = [run.reading, run.headers, run.mapping, sorted(run.planned), [one.name for one in fields(Column)]]
    layout = layout_of(run)
    parts += [run.clear_empty, layout.telling, layout.filled, [one.name for one in fields(Survey)]]
    kept = json.dumps(parts, sort_keys=True)
    key = sha256(kept.encode()).hexdigest()
    if run.survey.get("key") != key:
        found = _survey(run, layout)
        run.survey = {"key": key, "found": found.as_json()}
        run.save(update_fields=["survey"])
    found = Survey.of(run.survey["found"])
    for index, name in enumerate(run.mapping):
        if name in run.planned:
            found.columns[index] = of_kind(found.columns[index], run.planned[name]["kind"])
    return found


def _survey(run: Import, layout: Layout) -> Survey:
    record_type, rows = layout.type, MeantRows(run, layout)
    specs = [None if name in run.planned else column_spec(record_type, name) for name in run.mapping]
    survey = Survey([Column() for _header in run.headers])
    readers: list[Reader | TextReader | PlannedReader] = [
        PlannedReader(column, run.total) if name in run.planned else reader_of(column, spec)
        for column, spec, name in zip(survey.columns, specs, run.mapping, strict=False)
    ]
    brought = {index: spec for index, _link, spec in layout.brought}
    tests = [bad_in(brought.get(index, spec)) for index, spec in enumerate(specs)]
    place = layout.place
    gaps = [gap for gap in record_type.gaps if gap.by in place]
    repeats, lacking = _Repeats(survey, layout), Lacking(survey.lacking, layout)
    names = OwnNames(layout)
    people = People([column.beside for column in survey.columns], record_type, specs, place)
    linked = [survey.columns[index] for index, spec in enumerate(specs) if spec and links_to_itself(record_type, spec)]
    for row in rows:
        survey.rows += 1
        for name, reader, is_bad, column, cell in zip(run.mapping, readers, tests, survey.columns, row, strict=False):
            if cell and is_bad(cell) and not isinstance(cell, Same):
                column.note_bad(row.number, cell)
            if cell and not (is_no_value(cell) if name else is_unreadable(cell)):
                reader.read(cell, row.number)
        survey.note_left(row)
        people.note(row)
        for gap in gaps:
            by = row[place[gap.by]]
            if by and not isinstance(by, Same) and not (gap.field in place and row[place[gap.field]]):
                words = survey.gaps.setdefault(gap.field, {})
                word = without_unreadable(by[:LONGEST_WORD])
                if word in words or len(words) < MOST_WORDS:
                    words[word] = words.get(word, 0) + 1
        lacking.note(row, is_first=repeats.note(row))
        if linked:
            names.note(row)
    for one in readers:
        one.finish()
    repeats.finish(run, rows)
    lacking.finish()
    asked = {word for column in linked for word in column.words}
    called = names.called()
    survey.in_file = sorted({word_key(word) for word in asked if called.is_one(word)})
    survey.several = sorted({word_key(word) for word in asked if called.are_several(word)})
    survey.there = sorted({*map(word_key, asked)} & called.there)
    return survey


class _Repeats:
    """Finds the rows that are about the same one as an earlier row."""

    def __init__(self, survey: Survey, layout: Layout) -> None:
        self.survey = survey
        self.layout = layout
        self.together = Together()
        self.firsts = array("q")  # of each row, the first about the same one
        self.again: set[int] = set()  # of those, some that others repeat
        self.keys: set[int] = set()
        survey.shares = False

    def note(self, row: Any) -> bool:
        """Return whether the row is the first about its record."""
        survey, naming = self.survey, Naming(self.layout, row)
        if not survey.shares:
            keys = {hash(key) for key in naming.shared()}
            survey.shares = not keys.isdisjoint(self.keys) or len(self.keys) > MOST_KEYS
            self.keys.update(keys)
        before = self.together.first(row.number, naming)
        self.firsts.append(before)
        if before == row.number:
            return True
        survey.repeats += 1
        if len(self.again) < MOST_AGAIN:
            self.again.add(before)
        if len(survey.repeated) < FIRST:
            called = as_written(naming.cells, naming.surest[0][1])
            survey.repeated.append([row.number, before, without_unreadable(called[:LONGEST_WORD])])
        return False

    def finish(self, run: Import, rows: Iterable[FileRow]) -> None:
        """One more pass: where rows about the same one say different things, the later one would win; an empty cell
        says something where it takes away what is there."""
        survey, record_type = self.survey, self.layout.type
        place = self.layout.place
        fields = [index for name, index in place.items() if name in run.planned or column_spec(record_type, name)]
        clearing = self.layout.clearing if run.clear_empty else ()
        del self.together, self.keys  # they may be large
        said: dict[tuple[int, int], tuple[int, int, str]] = {}  # the row, and of its text a hash and the beginning
        for row, key in zip(rows, self.firsts, strict=True) if self.again else ():
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
                        survey.differences.append([row.number, number, run.headers[index], *cells])
                said[(key, index)] = now
            survey.differing += differs
