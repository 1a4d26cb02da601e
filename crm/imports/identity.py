"""Which rows of a file are about the same one: as their cells tell, or what is here that they name in several ways."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from crm.imports.layout import Key, Layout
from crm.imports.mappable import OWN_ID
from crm.imports.meant import CHUNK, MeantRows
from crm.records.natural import whole_name
from crm.tenants.ids import uuid_of

MOST = 20_000  # rows that are remembered

Named = tuple[Key | None, list[Key]]


def repeating(layout: Layout, rows: Iterable[list[str]]) -> set[int]:
    """The places of the rows that may be about what one before them is about."""
    met: set[Key] = set()
    found: set[int] = set()
    for place, cells in enumerate(rows):
        keys = set(layout.keys(cells))
        if keys & met:
            found.add(place)
        met |= keys
    return found


class Together:
    """Tells of each row, in the order of the file, the first row about the same one.

    Rows with two ids are about two, whatever else they share; one without an id is about the one of that name.
    """

    def __init__(self) -> None:
        self._place: dict[int, int] = {}  # in the lists, of what is named so, by the hash of the name or id
        self._several: set[int] = set()  # such names of several with ids
        self._first = array("q")  # number of the first row about each
        self._id = array("q")  # hash of the id of each; 0 where it has none

    def first(self, number: int, given: Key | None, names: Iterable[Key]) -> int:
        """The number of the first row about what the row ``number`` is about, as it names that (``Layout.named``): its
        own where there is none before it."""
        own = hash(given) if given else None
        about = [hash(name) for name in names]
        known = [own] if own is not None else []
        known += [one for one in about if self._may_be(one, own)]
        place = next((self._place[one] for one in known if one in self._place), len(self._first))
        if place == len(self._first):
            self._first.append(number)
            self._id.append(0)
        self._id[place] = self._id[place] or own or 0
        for one in known:
            self._place.setdefault(one, place)
        self._several.update(one for one in about if own is not None and self._id[self._place[one]] not in (0, own))
        return self._first[place]

    def _may_be(self, name: int, own: int | None) -> bool:
        if name in self._several:
            return False
        known = self._id[self._place[name]] if name in self._place else 0
        return not known or own is None or known == own


def named_otherwise(rows: MeantRows) -> dict[int, int]:
    """By their numbers, rows about a record here that their cells alone do not show to be about that of an earlier row,
    and the number of that row: by its id in one, by its name alone in another. ``Together`` finds the others."""
    layout = rows.layout
    if _by_one_id(rows) or not layout.type.model.objects.exists():
        return {}
    together = Together()
    first_of: dict[UUID, int] = {}
    found: dict[int, int] = {}
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        named = [layout.named(row)[:2] for row in chunk]
        records = _Records(layout, named)
        for row, names in zip(chunk, named, strict=True):
            first = together.first(row.number, *names)
            first = found.get(first, first)
            record_id = records.named_by(*names)
            known = first_of.setdefault(record_id, first) if record_id else first
            if known != first and len(found) < MOST:
                found[row.number] = known
    return found


def _by_one_id(rows: MeantRows) -> bool:
    """Whether all rows have an id of one column, by which alone they are told apart."""
    ways: set[str] = set()
    for row in rows:
        ways.add(given[0] if (given := rows.layout.named(row)[0]) else "")
        if len(ways) > 1 or "" in ways:
            return False
    return True


class _Records:
    """What rows name, as far as it is there."""

    def __init__(self, layout: Layout, named: Sequence[Named]) -> None:
        self.rows: Any = layout.type.model.objects
        self.found: dict[tuple[str, str], set[UUID]] = defaultdict(set)
        self._look_up(given for given, _names in named if given)
        self._look_up(name for given, names in named if not self._is_here(given) for name in names)

    def _is_here(self, given: Key | None) -> bool:
        return given is not None and bool(self.found[(given[0], given[1])])

    def _look_up(self, keys: Iterable[Key]) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        for column, text, *_more in keys:
            wanted[column].add(text)
        for text in wanted.pop(OWN_ID, ()):
            if row_id := uuid_of(text):
                self.found[(OWN_ID, text)].add(row_id)
        for column, texts in wanted.items():
            # What is not empty: so the partial index serves a long list.
            there = self.rows.filter(**{f"{column}__in": texts}).exclude(**{column: ""})
            for text, row_id in there.values_list(column, "pk"):
                self.found[(column, text)].add(row_id)

    def named_by(self, given: Key | None, names: list[Key]) -> UUID | None:
        """The one record that a row names, by its id or, where none has it, by anything else."""
        for column, text, *_more in [given] if given and self._is_here(given) else names:
            if len(ids := self.found[(column, text)]) == 1:
                return next(iter(ids))
        return None


def as_written(cells: dict[str, str], key: str) -> str:
    """How the row itself writes ``key``, by which it is compared: for people to read."""
    return next((cell for cell in cells.values() if cell.casefold() == key), "") or whole_name(cells) or key
