"""Rows without a link that their records need: how many of them a file has."""

from __future__ import annotations

from collections import defaultdict

from crm.imports.answers import TOTALS
from crm.imports.existing import ids_here
from crm.imports.identity import EXTERNAL_ID, Layout
from crm.imports.meant import OWN_ID
from crm.imports.models import Import
from crm.imports.totals import TAKE, rows_of_totals
from crm.records.types import NeededLink

CHUNK = 500  # rows whose ids are looked up at once


class Lacking:
    """Counts, by the field, the rows that name no record of a link that they need, nor one in its place. Those about
    records that exist, or that an earlier row names by the same id, need none."""

    def __init__(self, found: dict[str, int], layout: Layout) -> None:
        self.found = found
        self.type = layout.type
        self.place = layout.place
        self.needed = [(need.field, _places(layout, need)) for need in layout.type.needed]
        self._given: dict[str, list[str]] = defaultdict(list)  # ids of rows that were not looked up yet

    def note(self, row: list[str], *, is_first: bool) -> None:
        for field, links in self.needed:
            if any(row[at] for at in links) or not any(row[at] for at in self.place.values()):
                continue
            own, given = (row[self.place[name]] if name in self.place else "" for name in (OWN_ID, EXTERNAL_ID))
            if not (own or given):
                self._count(field, 1)
            elif is_first and not own:
                self._given[field].append(given)
                if len(self._given[field]) >= CHUNK:
                    self._look_up(field)

    def finish(self) -> None:
        for field in self._given:
            self._look_up(field)

    def _look_up(self, field: str) -> None:
        given = self._given[field]
        known = ids_here(self.type, given)
        self._count(field, sum(one not in known for one in given))
        given.clear()

    def _count(self, field: str, rows: int) -> None:
        if rows:
            self.found[field] = self.found.get(field, 0) + rows


def lacking_rows(job: Import, need: NeededLink, found: dict[str, int]) -> int:
    """How many rows lack it that are to come in: with a value for all of them none; rows of totals hardly are."""
    count = 0 if any(name in job.fixed for name in need.links) else found.get(need.field, 0)
    if not count or job.answers.get(TOTALS, {}).get(TOTALS) == TAKE:
        return count
    links = _places(Layout.of(job), need)
    return count - sum(not any(row[at] for at in links) for row in rows_of_totals(job))


def _places(layout: Layout, need: NeededLink) -> list[int]:
    return [layout.place[name] for name in need.links if name in layout.place]
