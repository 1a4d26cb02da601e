"""Which rows of a file are about the same one, as far as their cells tell."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from crm.catalogue import seen_type
from crm.catalogue.types import RecordType
from crm.imports.answers import GAP, USE
from crm.imports.meant import OWN_ID
from crm.imports.models import Import
from crm.imports.split import column_spec
from crm.records.natural import whole_name
from crm.tenants.countries import country_of
from crm.tenants.firm_domains import firm_domain
from crm.tenants.text import domain_key, sort_key

EXTERNAL_ID = "external_id"
_COMPARED_BY: dict[str, Callable[[str], str]] = {  # others as texts
    "country": country_of,
    "website": lambda text: firm_domain(domain_key(text)),
}

Key = tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """What a row's cells are; ``fixed`` are values of all rows that have none of their own, and tell rows apart.
    ``filled``: links of which a row needs one, and what was chosen for those that have none."""

    type: RecordType
    mapping: tuple[str, ...]
    fixed: tuple[tuple[str, str], ...] = ()
    filled: tuple[tuple[tuple[str, ...], str], ...] = ()

    @classmethod
    def of(cls, job: Import) -> Layout:
        record_type = seen_type(job.record_type, job.made_by)
        telling = {name for natural in record_type.natural_keys for name in natural.within or ()}
        fixed = sorted((name, text) for name, text in job.fixed.items() if name in telling)
        chosen = ((need.links, job.answers.get(need.field, {}).get(GAP, "")) for need in record_type.needed)
        filled = [(links, answer) for links, answer in chosen if answer.startswith(USE)]
        return cls(record_type, tuple(job.mapping), tuple(fixed), tuple(filled))

    @cached_property
    def place(self) -> dict[str, int]:
        """In which column each field is."""
        return {name: index for index, name in enumerate(self.mapping) if name}

    def cells(self, row: list[str]) -> dict[str, str]:
        """The cells by field. One that is split counts as all its fields."""
        cells = {name: row[index] for name, index in self.place.items()}
        for split in self.type.splits:
            if text := cells.get(split.spec.name):
                cells |= {name: text for name in split.fields if not cells.get(name)}
        for name, text in self.fixed:
            cells[name] = cells.get(name) or text
        for links, answer in self.filled:
            if not any(map(cells.get, links)):
                cells[links[0]] = answer
        return cells

    @cached_property
    def clearing(self) -> frozenset[int]:
        """The columns whose empty cells take away what is there, where an import is to do that."""
        specs = {index: column_spec(self.type, name) for name, index in self.place.items()}
        may = {index for index, spec in specs.items() if spec is not None and not spec.required}
        return frozenset(may - {self.place.get(EXTERNAL_ID)})

    def keys(self, row: list[str]) -> Iterator[Key]:
        """What rows about the same one share; others may share it as well."""
        cells = self.cells(row)
        for name in (OWN_ID, EXTERNAL_ID):
            if cells.get(name):
                yield (name, cells[name])
        for natural in self.type.natural_keys:
            if natural.within is not None and (key := natural.key(cells)):
                yield (natural.column, key)

    def likely(self, row: list[str]) -> Iterator[Key]:
        """What rows share of which the later is told that the earlier may be the same one; others may share it."""
        cells = self.cells(row)
        for natural in self.type.natural_keys:
            if natural.within is None and (key := (natural.roughly or natural.key)(cells)):
                yield (natural.column, key)
        for keys in self.type.alike.rough_keys(cells) if self.type.alike else ():
            yield from keys

    def identity(self, row: list[str]) -> Iterator[Key]:
        """What only rows about the same one share, the surest first."""
        cells = self.cells(row)
        if given := _id_in(cells):
            yield given
        else:
            yield from self._names_in(cells)

    def named(self, row: list[str]) -> tuple[Key | None, list[Key], dict[str, str]]:
        """By which id, and by what else, the row names what it is about; and its cells by field."""
        cells = self.cells(row)
        return _id_in(cells), [*self._names_in(cells)], cells

    def _names_in(self, cells: dict[str, str]) -> Iterator[Key]:
        for natural in self.type.natural_keys:
            if natural.within is not None and (key := natural.key(cells)):
                within = sorted(cells) if natural.by_content else natural.within
                yield (natural.column, key, *(as_compared(name, cells.get(name, "")) for name in within))


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


def _id_in(cells: dict[str, str]) -> Key | None:
    return next(((name, cells[name]) for name in (OWN_ID, EXTERNAL_ID) if cells.get(name)), None)


def as_compared(name: str, text: str) -> str:
    return _COMPARED_BY.get(name, sort_key)(text)
