"""Which rows of a file are about the same one: as their cells tell, or what is here that they name in several ways."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any
from uuid import UUID

from crm.ground.addresses import domain_key
from crm.ground.ids import uuid_of
from crm.ground.text import sort_key
from crm.imports.layout import Layout
from crm.imports.mappable import EXTERNAL_ID, OWN_ID
from crm.imports.meant import CHUNK, MeantRows
from crm.keys.countries import country_of
from crm.keys.firm_domains import firm_domain
from crm.records.natural import whole_name

MOST = 20_000  # rows that are remembered

_COMPARED_BY: dict[str, Callable[[str], str]] = {  # others as texts
    "country": country_of,
    "website": lambda text: firm_domain(domain_key(text)),
}

Key = tuple[str, ...]


class Naming:
    """How a row names what it is about, by its ``cells`` (by field)."""

    def __init__(self, layout: Layout, row: list[str]) -> None:
        self.type = layout.type
        self.cells = layout.cells(row)

    @cached_property
    def given(self) -> Key | None:
        """Its id."""
        return next(((name, self.cells[name]) for name in (OWN_ID, EXTERNAL_ID) if self.cells.get(name)), None)

    @cached_property
    def names(self) -> list[Key]:
        """What only rows about the same one share, beside an id."""
        found = []
        for natural in self.type.natural_keys:
            if natural.within is not None and (key := natural.key(self.cells)):
                within = sorted(self.cells) if natural.by_content else natural.within
                found.append((natural.column, key, *(as_compared(one, self.cells.get(one, "")) for one in within)))
        return found

    @property
    def surest(self) -> list[Key]:
        """What only rows about the same one share, the surest first: an id is enough."""
        return [given] if (given := self.given) else self.names

    def shared(self) -> Iterator[Key]:
        """What rows about the same one share; others may share it as well."""
        for name in (OWN_ID, EXTERNAL_ID):
            if self.cells.get(name):
                yield (name, self.cells[name])
        for natural in self.type.natural_keys:
            if natural.within is not None and (key := natural.key(self.cells)):
                yield (natural.column, key)

    def likely(self) -> Iterator[Key]:
        """What rows share of which the later is told that the earlier may be the same one; others may share it."""
        for natural in self.type.natural_keys:
            if natural.within is None and (key := (natural.roughly or natural.key)(self.cells)):
                yield (natural.column, key)
        for keys in self.type.alike.rough_keys(self.cells) if self.type.alike else ():
            yield from keys


def as_compared(name: str, text: str) -> str:
    return _COMPARED_BY.get(name, sort_key)(text)


def repeating(layout: Layout, rows: Iterable[list[str]]) -> set[int]:
    """The places of the rows that may be about what one before them is about."""
    met: set[Key] = set()
    found: set[int] = set()
    for place, cells in enumerate(rows):
        keys = set(Naming(layout, cells).shared())
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

    def first(self, number: int, naming: Naming) -> int:
        """The number of the first row about what the row ``number`` is about: its own where there is none before it."""
        own = hash(given) if (given := naming.given) else None
        about = [hash(name) for name in naming.names]
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
        namings = [Naming(layout, row) for row in chunk]
        records = _Records(layout, namings)
        for row, naming in zip(chunk, namings, strict=True):
            first = together.first(row.number, naming)
            first = found.get(first, first)
            record_id = records.named_by(naming.given, naming.names)
            known = first_of.setdefault(record_id, first) if record_id else first
            if known != first and len(found) < MOST:
                found[row.number] = known
    return found


def _by_one_id(rows: MeantRows) -> bool:
    """Whether all rows have an id of one column, by which alone they are told apart."""
    ways: set[str] = set()
    for row in rows:
        ways.add(given[0] if (given := Naming(rows.layout, row).given) else "")
        if len(ways) > 1 or "" in ways:
            return False
    return True


class _Records:
    """What rows name, as far as it is there."""

    def __init__(self, layout: Layout, namings: Sequence[Naming]) -> None:
        self.rows: Any = layout.type.model.objects
        self.found: dict[tuple[str, str], set[UUID]] = defaultdict(set)
        self._look_up(given for naming in namings if (given := naming.given))
        self._look_up(name for naming in namings if not self._is_here(naming.given) for name in naming.names)

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
