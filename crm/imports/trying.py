"""How often and in what shape a batch is taken in: what a first try has shown, and the next keeps to.

Words, people and teams come into being while rows are read; whether a row comes in is known only later. What no row
needs that came in is undone with the whole try.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.catalogue.types import RecordType
from crm.imports.outcome import BatchResult
from crm.imports.row import RowValues

Place = tuple[int, str]  # a row's place in its batch, and a field


@dataclass
class Tried:
    """``refused`` rows with the reasons; ``idle`` places that add nothing, since nothing comes of them; records whose
    rows are taken in one after the other (``apart``). ``collected``: inserts are sent together."""

    refused: dict[int, list[str]] = field(default_factory=dict)
    idle: set[Place] = field(default_factory=set)
    apart: set[UUID] = field(default_factory=set)
    collected: bool = True
    batches: Sequence[int] = ()  # by row, what tells the batches of rows apart that were taken in before


class TryAgain(Exception):
    """Ends a try, so that nothing of it stays."""


class Folded:
    """What rows say of a record that exists, and a later one of the batch says too: that wins, and is alone written.
    What goes with a status or stage (since when, why) goes with it where the later row says another one.

    ``records`` are those that exist, by row. ``clears``: an empty cell takes away what is there.
    """

    def __init__(
        self,
        record_type: RecordType,
        rows: Iterable[tuple[int, RowValues]],
        records: Mapping[int, Any],
        tried: Tried,
        *,
        clears: bool = False,
    ) -> None:
        self.type = record_type
        self.moved = record_type.set_by_move  # what a move to another status or stage writes, that one first
        counts = Counter(record.pk for record in records.values())
        self.rows = dict(rows)
        self.tried = tried
        self.clears = clears
        self.about = {offset: record.pk for offset, record in records.items() if counts[record.pk] > 1}
        self.refused: set[UUID] = set()  # of these records, those with a row that was
        self.later: dict[int, dict[str, int]] = {}  # the row that wins, by row and field
        self._split = {offset: self._fields_of(offset, record) for offset, record in records.items()}
        said: dict[tuple[UUID, int, str], int] = {}
        for offset in reversed([*self.rows]):
            record_id = self.about.get(offset)
            if record_id is None or record_id in tried.apart:
                continue
            for name in self._says(offset, clears=clears):
                last = said.setdefault((record_id, tried.batches[offset], name), offset)
                if last != offset:
                    self.later.setdefault(offset, {})[name] = last
            self._add_what_goes_along(self.rows[offset], self.later.get(offset, {}))

    def _fields_of(self, offset: int, record: Any) -> dict[str, str]:
        """By its field, each column of the row that is of one or another, as that is when all rows are in."""
        found = {}
        row = self.rows.get(offset)
        for split, _value in row.split if row and offset in self.about else ():
            same = (self.rows[one] for one in reversed([*self.rows]) if self.about.get(one) == record.pk)
            told = (one.values[split.by] for one in same if one.values.get(split.by) is not None)
            by = next(told, None) or self.type.spec(split.by).value(record)
            if name := split.into(by) if by is not None else "":
                found[name] = split.spec.name
        return found

    def _says(self, offset: int, *, clears: bool) -> set[str]:
        split = {one.spec.name for one, _value in self.rows[offset].split}
        return (self.rows[offset].says(clears=clears) - split) | self._split.get(offset, {}).keys()

    def _said(self, offset: int, name: str) -> Any:
        row, column = self.rows[offset], self._split.get(offset, {}).get(name)
        placed = row.values.get(name, row.later.get(name))
        return next((value for one, value in row.split if one.spec.name == column), placed)

    def _add_what_goes_along(self, row: RowValues, later: dict[str, int]) -> None:
        by = next(iter(self.moved), "")
        if by not in later:
            return
        here, then = row.values.get(by), self.rows[later[by]].values.get(by)
        if here == then:
            return
        along: tuple[str, ...] = (f"{by}_since",)
        if getattr(here, "meaning", "") != getattr(then, "meaning", ""):
            along += self.moved[1:]
        for name in row.says(clears=False).intersection(along):
            later.setdefault(name, later[by])

    def leaves_out(self, offset: int, name: str) -> bool:
        """Whether nothing comes of what the field says there; what goes with a status needs to know it."""
        return name in self.later.get(offset, ()) and name not in self.moved[:1]

    def drop(self, offset: int, row: RowValues) -> dict[str, int]:
        """Leave to later rows what they say too; return those that say something else, by field."""
        later = self.later.get(offset, {})
        differing = {name: last for name, last in later.items() if self._differs(offset, last, name)}
        for name in later:
            row.drop(self._split.get(offset, {}).get(name, name))
        return differing

    def _differs(self, offset: int, last: int, name: str) -> bool:
        """Whether the row says something of the field, and the last one says something else, or empties it."""
        here, then = self._said(offset, name), self._said(last, name)
        is_same, is_same_then = name in self.rows[offset].same, name in self.rows[last].same
        if here is None and not is_same:
            return False
        if name in self.rows[last].taken_away(clears=self.clears):
            return True
        if is_same or is_same_then:
            return is_same != is_same_then and (is_same_then or then is not None)
        return then is not None and then != here

    def note_refused(self, offset: int) -> None:
        if offset in self.about:
            self.refused.add(self.about[offset])

    def settle(self) -> None:
        """Raise ``TryAgain`` where a row did not come in that was to go over others, or that others went over."""
        if self.refused - self.tried.apart:
            self.tried.apart |= self.refused
            raise TryAgain


def settle(
    tried: Tried,
    result: BatchResult,
    naming: Mapping[tuple[str, ...], Set[Place]],
    skipped: Set[int],
    folded: Folded,
) -> None:
    """Raise ``TryAgain`` where something has come into being that no row needs which came in. ``naming``: the places
    that name each such thing."""
    useless = result.refused.keys() | skipped
    idle = {
        place
        for places in naming.values()
        if all(offset in useless or folded.leaves_out(offset, name) for offset, name in places)
        for place in places
    }
    if idle:
        tried.idle |= idle
        tried.refused = dict(result.refused)
        raise TryAgain
