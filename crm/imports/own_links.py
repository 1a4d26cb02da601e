"""How the rows of a file name one another: a parent account that stands further down, or whom a contact reports to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from crm.catalogue.types import RecordType
from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.imports.answers import word_key
from crm.imports.cells import Cells
from crm.imports.identity import Naming, Together, as_compared
from crm.imports.layout import Layout
from crm.imports.mappable import EXTERNAL_ID
from crm.imports.meant import CHUNK, MeantRows, Same
from crm.imports.reading.cells import is_unreadable
from crm.keys.firms import company_key
from crm.records.natural import FIRST_AND_LAST

MOST_LINKS = 50_000  # rows whose links are followed before a dry run
_TELLING = ("website", "country", "email")  # two of one name that differ in one of them, or in their firm, are two


def links_to_itself(record_type: RecordType, spec: FieldSpec) -> bool:
    return isinstance(spec.kind, kinds.Lookup) and spec.kind.key == record_type.key


def own_links(layout: Layout) -> dict[str, int]:
    """The columns that may name other rows, by field."""
    return {spec.name: at for at, spec in layout.fields if links_to_itself(layout.type, spec)}


class Called(NamedTuple):
    """What rows of a file are called: ``names`` of one, or of rows that may be about one, and external ``ids``; names
    of ``several`` that are surely not one; ``there``: those whom not even their account tells apart."""

    names: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    several: frozenset[str] = frozenset()
    there: frozenset[str] = frozenset()

    def is_one(self, text: str) -> bool:
        return text in self.ids or word_key(text) in self.names

    def are_several(self, text: str) -> bool:
        return text not in self.ids and word_key(text) in self.several


class OwnNames:
    """Finds what rows are ``called``."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._names: set[str] = set()
        self._ids: set[str] = set()
        self._first: dict[int, tuple[int, ...]] = {}  # of each name what tells it from others: hashes, 0 = nothing
        self._first_there: dict[tuple[int, int], tuple[int, ...]] = {}
        self._several: set[str] = set()
        self._there: set[str] = set()

    def note(self, row: list[str]) -> None:
        name, given = name_and_id(self.layout, row)
        if given:
            self._ids.add(given)
        if not name:
            return
        self._names.add(name)
        cells = self.layout.cells(row)
        account = _hash(company_key(self._firm(cells)))
        own = (_hash(given), account, *(_hash(as_compared(one, cells.get(one, ""))) for one in _TELLING))
        if _differ(own, self._first.setdefault(hash(name), own)):
            self._several.add(name)
        if account and _differ(own, self._first_there.setdefault((hash(name), account), own)):
            self._there.add(name)

    def _firm(self, cells: Mapping[str, str]) -> str:
        return next(filter(None, (cells.get(one, "") for one in self.layout.type.searched.through)), "")

    def called(self) -> Called:
        several = frozenset(self._several)
        return Called(frozenset(self._names - several), frozenset(self._ids), several, frozenset(self._there))


def _hash(text: str) -> int:
    return hash(text) if text else 0


def _differ(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return any(a and b and a != b for a, b in zip(one, other, strict=True))


def own_names(rows: MeantRows) -> Called:
    found = OwnNames(rows.layout)
    for row in rows if own_links(rows.layout) else ():
        found.note(row)
    return found.called()


def own_circles(rows: MeantRows, called: Called, batch: int) -> dict[int, set[str]]:
    """By row, the fields whose link would close a circle. What is here, and what came in with earlier batches (of
    ``batch`` rows), is linked with the row; the other rows of the file one after the other when all are in."""
    found: dict[int, set[str]] = defaultdict(set)
    if own_links(rows.layout):
        links = _Links(rows.layout, batch)
        links.read(islice(rows, MOST_LINKS))
        for field, ways in links.ways(called).items():
            for number in _closing(ways):
                found[number].add(field)
    return found


class _Links:
    """What the rows of a file link to, of what is here and of each other."""

    def __init__(self, layout: Layout, batch: int) -> None:
        self.layout, self.batch = layout, batch
        self.columns = own_links(layout)
        self.here = _Here(layout)
        self.together = Together()
        self.places: dict[str, tuple[Any, int]] = {}  # of what is called so: the record, and in which batch it is
        self.links: list[tuple[int, Any, int, str, str]] = []

    def read(self, rows: Iterator[Any]) -> None:
        numbered = enumerate(rows)
        while chunk := list(islice(numbered, CHUNK)):
            self.here.look_up([row for _place, row in chunk], self.columns)
            for place, row in chunk:
                self._note(row, place // self.batch)

    def _note(self, row: Any, of_batch: int) -> None:
        name, given = name_and_id(self.layout, row)
        record = self.here.about(name, given) or self.together.first(row.number, Naming(self.layout, row))
        for key in filter(None, (_key(given) if given else "", name)):
            self.places.setdefault(key, (record, of_batch))
        for field, at in self.columns.items():
            if row[at] and not isinstance(row[at], Same):
                self.links.append((row.number, record, of_batch, field, row[at]))

    def ways(self, called: Called) -> dict[str, list[tuple[bool, int, Any, Any]]]:
        """By field, of each link: whether it waits, the row, its record, the one above."""
        found: dict[str, list[tuple[bool, int, Any, Any]]] = defaultdict(list)
        for number, record, at, field, text in self.links:
            other, of_batch = (None, 0) if called.are_several(text) else self._meant(text, called)
            if other is not None:
                found[field].append((of_batch >= at, number, record, other))
        return found

    def _meant(self, text: str, called: Called) -> tuple[Any, int]:
        """The record that the text names, and the batch with which it comes."""
        if (record := self.here.called(text)) is not None:
            return record, -1
        place = self.places.get(_key(text)) or self.places.get(word_key(text))
        return place if place and called.is_one(text) else (None, 0)


def _key(given: str) -> str:
    return f"id {given}"


class _Here:
    """The records here that rows and links of the file name; of several that are called so, none."""

    def __init__(self, layout: Layout) -> None:
        self.key = layout.type.key
        self.cells = Cells(layout.actor)
        self.layout = layout

    def look_up(self, rows: list[Any], columns: dict[str, int]) -> None:
        place = self.layout.place
        named = [place[name] for name in ("name", EXTERNAL_ID) if name in place]
        texts = {row[at] for row in rows for at in (*named, *columns.values()) if row[at]}
        texts |= {name for row in rows if (name := name_and_id(self.layout, row)[0])}
        self.cells.load_records(self.key, [text for text in texts if not is_unreadable(text)])

    def called(self, text: str) -> Any:
        found = self.cells.records_called(self.key, text) if not is_unreadable(text) else []
        return found[0].pk if len(found) == 1 else None

    def about(self, name: str, given: str) -> Any:
        """The record that the row is about, as far as its id or its name tells."""
        found = self.cells.records_called(self.key, given) if given else []
        if given and found and found[0].external_id == given:
            return found[0].pk
        found = self.cells.records_called(self.key, name) if name else []
        return found[0].pk if len(found) == 1 and not (given and found[0].external_id) else None


def _closing(links: list[tuple[bool, int, Any, Any]]) -> Iterator[int]:
    """The rows that would close a circle, of links (whether it waits, row, record, the one above)."""
    above: dict[Any, Any] = {}
    for _waits, number, record, other in sorted(links, key=lambda link: link[:2]):
        if record in above:
            continue  # of rows about one record, the first counts here
        if _top(above, other) == record:
            yield number
        else:
            above[record] = other


def _top(above: dict[Any, Any], one: Any) -> Any:
    """The last above it; the way there is made shorter for the next who asks, as long chains are asked about often."""
    top = one
    while top in above:
        top = above[top]
    while one in above and above[one] != top:
        above[one], one = top, above[one]
    return top


def name_and_id(layout: Layout, row: list[str]) -> tuple[str, str]:
    """The key of the row's name, and its external id."""
    place = layout.place
    parts = [row[place[name]] for name in FIRST_AND_LAST if name in place]
    name = row[place["name"]] if "name" in place else ""
    return word_key(name or " ".join(parts)), row[place[EXTERNAL_ID]] if EXTERNAL_ID in place else ""
