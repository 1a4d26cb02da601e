"""Rows without a link that their records need: how many of them a file has."""

from __future__ import annotations

from collections.abc import Callable

from crm.catalogue.files import NeededLink
from crm.imports.answers import TOTALS
from crm.imports.existing import ids_here
from crm.imports.layout import Layout, layout_of
from crm.imports.mappable import EXTERNAL_ID, OWN_ID
from crm.imports.meant import CHUNK
from crm.imports.models import Import
from crm.imports.reading.cells import without_unreadable
from crm.imports.reading.limits import LONGEST_WORD
from crm.imports.surveyed import MOST_WORDS
from crm.imports.totals import TAKE, rows_of_totals

Lacks = dict[str, dict[str, dict[str, int]]]  # by needed field: the rows by a link and a word; by "" those without any


class Lacking:
    """Counts the rows that name no record of a link that they need, nor one in its place; and those that name only
    one, by the word, since that may be left out. Rows about records that exist, or that an earlier row names by the
    same id, need none."""

    def __init__(self, found: Lacks, layout: Layout) -> None:
        self.found = found
        self.type = layout.type
        self.place = layout.place
        self.needed = [(need.field, _places(layout, need)) for need in layout.type.needed]
        self._given: list[tuple[str, tuple[str, str, str]]] = []  # ids of rows that were not looked up yet

    def note(self, row: list[str], *, is_first: bool) -> None:
        for field, links in self.needed:
            named = [(name, row[at]) for name, at in links.items() if row[at]]
            if len(named) > 1 or not any(row[at] for at in self.place.values()):
                continue
            name, text = named[0] if named else ("", "")
            about = (field, name, without_unreadable(text[:LONGEST_WORD]))
            own, given = (row[self.place[name]] if name in self.place else "" for name in (OWN_ID, EXTERNAL_ID))
            if not (own or given):
                self._count(about)
            elif is_first and not own:
                self._given.append((given, about))
                if len(self._given) >= CHUNK:
                    self.finish()

    def finish(self) -> None:
        known = ids_here(self.type, [given for given, _about in self._given]) if self._given else ()
        for given, about in self._given:
            if given not in known:
                self._count(about)
        self._given.clear()

    def _count(self, about: tuple[str, str, str]) -> None:
        field, name, text = about
        words = self.found.setdefault(field, {}).setdefault(name, {})
        if text in words or len(words) < MOST_WORDS:
            words[text] = words.get(text, 0) + 1


def lacking_rows(run: Import, need: NeededLink, found: Lacks, left_out: Callable[[str, list[str]], set[str]]) -> int:
    """How many rows lack it that are to come in: with a value for all of them none; rows of totals hardly are.
    ``left_out``: which of the words of a link count as empty cells."""
    if any(name in run.fixed for name in need.links):
        return 0
    words = dict(found.get(need.field, {}))
    count = words.pop("", {}).get("", 0)
    if count and run.answers.get(TOTALS, {}).get(TOTALS) != TAKE:
        links = _places(layout_of(run), need)
        count -= sum(not any(row[at] for at in links.values()) for row in rows_of_totals(run))
    for name, rows in words.items():
        count += sum(rows[text] for text in left_out(name, list(rows)))
    return count


def _places(layout: Layout, need: NeededLink) -> dict[str, int]:
    return {name: layout.place[name] for name in need.links if name in layout.place}
