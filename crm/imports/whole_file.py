"""What only the whole file tells: an import reads it once more before its first batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from crm.imports.identity import Naming, Together, named_otherwise
from crm.imports.meant import MeantRows
from crm.imports.models import Existing
from crm.imports.own_links import Called, own_circles, own_names
from crm.imports.storing import FileRow
from crm.imports.together import Said, said_together
from crm.imports.totals import totals_left_out

MOST_OF_ONE = 10  # rows about one record, beside the first, that are taken in with it
MOST_TOGETHER, LEAST = 4_000_000, 100  # characters of such rows, and what a row counts beside its own


@dataclass(frozen=True)
class WholeFile:
    """``called`` is how rows are called that a column may link to (a parent account), and in a dry run ``circles`` are
    the fields, by row, whose link would close one. ``said`` is what rows say together of the companies that they bring
    along. ``totals`` are the numbers of rows that are left out as sums.

    ``shares``: whether some rows may be about the same one.
    ``together`` are later rows about the one of which a row is the first, by its number: they are taken in with it.
    """

    called: Called = field(default_factory=Called)
    circles: dict[int, set[str]] = field(default_factory=dict)
    said: Said = field(default_factory=dict)
    totals: frozenset[int] = frozenset()
    shares: bool = True
    together: dict[int, list[FileRow]] = field(default_factory=dict)

    @cached_property
    def _moved(self) -> frozenset[int]:
        return frozenset(row.number for rows in self.together.values() for row in rows)

    def taken_with(self, rows: Iterable[FileRow]) -> list[FileRow]:
        """``rows`` without those that are taken in with an earlier one, and with those of theirs."""
        own = [row for row in rows if row.number not in self._moved]
        found = [*own, *(later for row in own for later in self.together.get(row.number, ()))]
        return sorted(found, key=lambda row: row.number) if len(found) > len(own) else own


def read_whole_file(rows: MeantRows, batch: int) -> WholeFile:
    """Read the facts of an import's file, which comes in ``batch`` rows at a time."""
    run = rows.run
    surveyed = run.survey["found"]  # when it was started: nothing that this goes by has changed since
    shares, repeats = surveyed["shares"], surveyed["repeats"]
    together: dict[int, list[FileRow]] = {}
    if run.existing == Existing.UPDATE:
        if not run.position:  # what is here changes from then on
            found_here = named_otherwise(rows) if run.total > batch else {}
            run.named_otherwise = {str(number): first for number, first in found_here.items()}
        otherwise = {int(number): first for number, first in run.named_otherwise.items()}
        together = _together(rows, otherwise) if repeats or otherwise else {}
    called = own_names(rows)
    circles = own_circles(rows, called, batch) if run.is_dry_run else {}
    said, totals = said_together(rows), totals_left_out(run)
    return WholeFile(called, circles, said, totals, shares, together)


def _together(rows: MeantRows, otherwise: Mapping[int, int]) -> dict[int, list[FileRow]]:
    """The later rows about each one, as far as they fit into the memory, and those of one into a batch."""
    together = Together()
    taken_by: dict[int, int] = {}  # by the first row of all, the first of those that are taken together now
    found: dict[int, list[FileRow]] = {}
    room = MOST_TOGETHER
    for row in rows:
        first = together.first(row.number, Naming(rows.layout, row))
        first = otherwise.get(row.number) or otherwise.get(first, first)
        if first == row.number:
            continue
        later = found.setdefault(taken_by.get(first, first), [])
        if len(later) == MOST_OF_ONE:
            taken_by[first] = row.number
            continue
        room -= sum(map(len, row)) + LEAST
        if room < 0:
            break
        later.append(row)
    return found
