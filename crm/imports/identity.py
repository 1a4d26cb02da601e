"""Which rows of a file are about the same one, as far as their cells tell."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from crm.imports.layout import Key, Layout
from crm.records.natural import whole_name


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

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._place: dict[int, int] = {}  # in the lists, of what is named so, by the hash of the name or id
        self._several: set[int] = set()  # such names of several with ids
        self._first = array("q")  # number of the first row about each
        self._id = array("q")  # hash of the id of each; 0 where it has none

    def first(self, row: list[str], number: int) -> int:
        """The number of the first row about what the row is about: its own where there is none before it."""
        given, names, _cells = self.layout.named(row)
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


def as_written(cells: dict[str, str], key: str) -> str:
    """How the row itself writes ``key``, by which it is compared: for people to read."""
    return next((cell for cell in cells.values() if cell.casefold() == key), "") or whole_name(cells) or key
