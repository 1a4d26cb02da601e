"""How the rows of a file name one another: a parent account that stands further down, or whom a contact reports to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.imports.answers import word_key
from crm.imports.identity import EXTERNAL_ID, Layout, Together
from crm.imports.meant import meant_rows
from crm.imports.models import Import
from crm.records.types import RecordType

MOST_LINKS = 50_000  # rows whose links are followed before a dry run


def links_to_itself(record_type: RecordType, spec: FieldSpec) -> bool:
    return isinstance(spec.kind, kinds.Lookup) and spec.kind.key == record_type.key


def own_links(layout: Layout) -> dict[str, int]:
    """The columns that may name other rows, by field."""
    columns = {name: index for name, index in layout.place.items() if layout.type.has(name)}
    return {name: at for name, at in columns.items() if links_to_itself(layout.type, layout.type.spec(name))}


class Called(NamedTuple):
    """How rows of a file are called, by name or external id: ``one`` of them, or ``several`` that have two ids."""

    one: frozenset[str] = frozenset()
    several: frozenset[str] = frozenset()


class OwnNames:
    """Finds what rows are ``called``."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._names: set[str] = set()
        self._ids: set[str] = set()
        self._id_of: dict[int, int] = {}  # hashes, since there may be many
        self._several: set[str] = set()

    def note(self, row: list[str]) -> None:
        name, given = _name_and_id(self.layout, row)
        if name:
            self._names.add(name)
            if given and self._id_of.setdefault(hash(name), hash(given)) != hash(given):
                self._several.add(name)
        if given:
            self._ids.add(word_key(given))

    def called(self) -> Called:
        several = self._several - self._ids
        return Called(frozenset((self._names | self._ids) - several), frozenset(several))


def own_names(job: Import) -> Called:
    layout = Layout.of(job)
    found = OwnNames(layout)
    for row in meant_rows(job) if own_links(layout) else ():
        found.note(row)
    return found.called()


def own_circles(job: Import, batch: int) -> dict[int, set[str]]:
    """By row, the fields whose link would close a circle. Links to earlier batches (of ``batch`` rows) are set with the
    row, the others one after the other when all rows are in."""
    layout = Layout.of(job)
    columns = own_links(layout)
    if not columns:
        return {}
    together = Together(layout)
    called: dict[str, tuple[int, int]] = {}  # the record, by its first row, and in which batch it is
    rows: list[tuple[int, int, int, dict[str, str]]] = []
    for place, row in enumerate(islice(meant_rows(job), MOST_LINKS)):
        first = together.first(row, row.number)
        name, given = _name_and_id(layout, row)
        for key in filter(None, (word_key(given), name)):
            called.setdefault(key, (first, place // batch))
        if links := {field: word_key(row[at]) for field, at in columns.items() if row[at]}:
            rows.append((row.number, first, place // batch, links))
    found: dict[int, set[str]] = defaultdict(set)
    for field in columns:
        ways = [
            (called[links[field]][1] >= at, number, first, called[links[field]][0])
            for number, first, at, links in rows
            if links.get(field) in called
        ]
        for number in _closing(ways):
            found[number].add(field)
    return found


def _closing(links: list[tuple[bool, int, int, int]]) -> Iterator[int]:
    """The rows that would close a circle, of links (whether it waits, row, record, the one above)."""
    above: dict[int, int] = {}
    for _waits, number, record, other in sorted(links):
        at: int | None = other
        while at is not None and at != record:
            at = above.get(at)
        if at == record:
            yield number
        else:
            above[record] = other


def _name_and_id(layout: Layout, row: list[str]) -> tuple[str, str]:
    """The key of the row's name, and its external id."""
    place = layout.place
    parts = [row[place[name]] for name in ("first_name", "last_name") if name in place]
    name = row[place["name"]] if "name" in place else ""
    return word_key(name or " ".join(parts)), row[place[EXTERNAL_ID]] if EXTERNAL_ID in place else ""
