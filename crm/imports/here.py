"""Rows that name a record which exists in several ways: by its id in one, by its name alone in another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from crm.imports.identity import Together
from crm.imports.layout import Key, Layout
from crm.imports.mappable import OWN_ID
from crm.imports.storing import FileRow
from crm.tenants.ids import uuid_of

CHUNK = 500
MOST = 20_000  # rows that are remembered

Named = tuple[Key | None, list[Key]]


def named_otherwise(layout: Layout, rows: Iterable[FileRow]) -> dict[int, int]:
    """By their numbers, rows about a record here that their cells alone do not show to be about that of an earlier row,
    and the number of that row. ``Together`` finds the others."""
    if _by_one_id(layout, rows) or not layout.type.model.objects.exists():
        return {}
    together = Together(layout)
    first_of: dict[UUID, int] = {}
    found: dict[int, int] = {}
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        named = [layout.named(row)[:2] for row in chunk]
        records = _Records(layout, named)
        for row, names in zip(chunk, named, strict=True):
            first = together.first(row, row.number)
            first = found.get(first, first)
            record_id = records.named_by(*names)
            known = first_of.setdefault(record_id, first) if record_id else first
            if known != first and len(found) < MOST:
                found[row.number] = known
    return found


def _by_one_id(layout: Layout, rows: Iterable[FileRow]) -> bool:
    """Whether all rows have an id of one column, by which alone they are told apart."""
    ways: set[str] = set()
    for row in rows:
        ways.add(given[0] if (given := layout.named(row)[0]) else "")
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
