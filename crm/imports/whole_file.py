"""What only the whole file tells: an import reads it once more before its first batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from uuid import UUID

from crm.imports.counting import counted_as_changed
from crm.imports.here import named_otherwise
from crm.imports.identity import Together
from crm.imports.layout import Layout
from crm.imports.meant import MeantRows
from crm.imports.models import NOTES, Existing, Import, ImportRow, Outcome
from crm.imports.own_links import Called, own_circles, own_names
from crm.imports.storing import FileRow
from crm.imports.together import Said, said_together
from crm.imports.totals import totals_left_out

MOST_NEAR = 40  # records of one key that a row may be about without saying so
MOST_LIKELY = 3  # rows with something that makes one of another batch be told of them
MOST_TOLD = 200  # such rows before a batch
MOST_COMPARED, MOST_ALIKE = 50_000, 500_000  # rows that are compared by what they may be alike by, and keys of that
MOST_KEPT = 20_000  # rows that share some of it, and what is kept of it with the rows
MOST_LATER = 3  # rows about one record, beside the first, that are not put into one
MOST_OF_ONE = 10  # rows about one record, beside the first, that are taken in with it
MOST_TOGETHER, LEAST = 4_000_000, 100  # characters of such rows, and what a row counts beside its own


@dataclass(frozen=True)
class WholeFile:
    """``called`` is how rows are called that a column may link to (a parent account), and in a dry run ``circles`` are
    the fields, by row, whose link would close one. ``said`` is what rows say together of the companies that they bring
    along. ``totals`` are the numbers of rows that are left out as sums.

    ``shares``: whether some rows may be about the same one.
    ``together`` are later rows about the one of which a row is the first, by its number: they are taken in with it.

    For a dry run, which undoes each batch: ``shared`` are the keys that several rows have, ``earlier`` the rows so far
    about one record each, by what only those share (and the record's id, if it exists; ``counted`` are those of them
    that count for one), and ``near`` those that a key is shared by. ``alike`` numbers by row what it shares with
    others and proves nothing, and ``likely`` are the first rows that have each.
    """

    called: Called = field(default_factory=Called)
    circles: dict[int, set[str]] = field(default_factory=dict)
    said: Said = field(default_factory=dict)
    totals: frozenset[int] = frozenset()
    shares: bool = True
    together: dict[int, list[FileRow]] = field(default_factory=dict)
    shared: frozenset[int] = frozenset()
    earlier: dict[int, list[FileRow]] = field(default_factory=dict)
    counted: set[int] = field(default_factory=set)
    near: dict[int, list[list[FileRow]]] = field(default_factory=dict)
    alike: dict[int, list[int]] = field(default_factory=dict)
    likely: dict[int, list[FileRow]] = field(default_factory=dict)

    @cached_property
    def _moved(self) -> frozenset[int]:
        return frozenset(row.number for rows in self.together.values() for row in rows)

    def taken_with(self, rows: Iterable[FileRow]) -> list[FileRow]:
        """``rows`` without those that are taken in with an earlier one, and with those of theirs."""
        own = [row for row in rows if row.number not in self._moved]
        found = [*own, *(later for row in own for later in self.together.get(row.number, ()))]
        return sorted(found, key=lambda row: row.number) if len(found) > len(own) else own

    def earlier_rows(self, layout: Layout, batch: list[FileRow]) -> list[FileRow]:
        """The rows before ``batch`` to take in before it."""
        found: dict[int, FileRow] = {}
        for row in batch if self.earlier else ():
            same = [self.earlier.get(hash(one), []) for one in layout.identity(row)]
            near = [rows for key in layout.keys(row) for rows in self.near.get(hash(key), ())]
            found |= {one.number: one for rows in (*same, *near) for one in rows}
        found = self._likely_before(batch) | found
        return [found[number] for number in sorted(found)]

    def _likely_before(self, batch: list[FileRow]) -> dict[int, FileRow]:
        keys = (key for row in batch for key in self.alike.get(row.number, ()))
        found = {row.number: row for key in keys for row in self.likely.get(key, ())}
        return dict(islice(found.items(), MOST_TOLD))

    def rows_changing(self, rows: MeantRows, ids: Collection[UUID]) -> list[FileRow]:
        """The rows before a batch that change one of these records, which exist: a few of each."""
        changed = counted_as_changed(rows.job, ids)
        counted = {number: one for one, number in changed.items() if number not in self.counted}
        for row in rows.numbered(counted.keys()):  # those that share nothing with the others
            self.counted.add(row.number)
            row.batch = row.number
            self.earlier.setdefault(hash(counted[row.number]), []).insert(0, row)
        return [row for one in ids for row in self.earlier.get(hash(one), ())]

    def note(self, layout: Layout, rows: Sequence[FileRow], became: Iterable[ImportRow], *, clears: bool) -> None:
        """Remember ``rows`` of a dry run and what ``became`` of each: they are earlier ones now. ``clears``: an empty
        cell takes away what is there."""
        told = {one.number: one for one in became if one.outcome != Outcome.REFUSED}
        for row in rows:
            row.batch = rows[0].number
            if (one := told.get(row.number)) is None:
                continue
            about = [*map(hash, layout.identity(row))]
            if row.number in self.alike and self.earlier.keys().isdisjoint(about):  # the first of its record
                self._note_likely(row, self.alike[row.number])
            if one.record_id is not None and one.outcome not in (Outcome.UPDATED, Outcome.FOLDED):
                continue  # it changes nothing of what is there
            keys = self.shared.intersection(map(hash, layout.keys(row))) if self.shared else frozenset[int]()
            if keys or one.outcome == Outcome.FOLDED:
                self.counted.update([row.number] if one.outcome == Outcome.UPDATED else [])
                alike = self._note(row, keys, about, one.record_id)
                if len(alike) > 1 + MOST_LATER:
                    alike[1:3] = [_as_one(layout, alike[1], alike[2], clears=clears)]

    def _note_likely(self, row: FileRow, keys: Iterable[int]) -> None:
        for key in keys:
            known = self.likely.get(key, [])
            if len(known) < MOST_LIKELY and (known or len(self.likely) < MOST_KEPT):
                self.likely[key] = [*known, row]

    def _note(self, row: FileRow, keys: Iterable[int], about: list[int], record_id: UUID | None) -> list[FileRow]:
        """Return the rows about the same one, this one too."""
        if record_id is None:
            rows = next((self.earlier[one] for one in about if one in self.earlier), [])
        else:  # however its rows name it
            rows = self.earlier.setdefault(hash(record_id), [])
        for key in keys:  # of each row: what a later one brings, the record has from then on
            near = self.near.setdefault(key, [])
            if len(near) < MOST_NEAR and not any(one is rows for one in near):
                near.append(rows)
        rows.append(row)
        for one in about:
            self.earlier.setdefault(one, rows)
        return rows


def _as_one(layout: Layout, first: FileRow, then: FileRow, *, clears: bool) -> FileRow:
    """A row that does what the two do, one after the other."""
    clearing = layout.clearing if clears else ()
    notes = {index for index, name in enumerate(layout.mapping) if name == NOTES}
    cells = [
        new
        if index in clearing
        else "\n".join(filter(None, (old, new)))
        if index in notes and old != new
        else new or old
        for index, (old, new) in enumerate(zip(first, then, strict=True))
    ]
    row = FileRow(then.number, cells)
    row.batch = then.batch
    return row


def read_whole_file(rows: MeantRows, batch: int) -> WholeFile:
    """Read the facts of an import's file, which comes in ``batch`` rows at a time."""
    job, layout = rows.job, rows.layout
    surveyed = job.survey["found"]  # when it was started: nothing that this goes by has changed since
    shares, repeats = surveyed["shares"], surveyed["repeats"]
    shared = _shared(layout, rows) if job.is_dry_run and shares else frozenset()
    alike = _alike(job, layout, rows) if job.is_dry_run and job.total > batch else {}
    together: dict[int, list[FileRow]] = {}
    if job.existing == Existing.UPDATE:
        if not job.position:  # what is here changes from then on
            found_here = named_otherwise(layout, rows) if job.total > batch else {}
            job.named_otherwise = {str(number): first for number, first in found_here.items()}
            job.save(update_fields=["named_otherwise"])
        otherwise = {int(number): first for number, first in job.named_otherwise.items()}
        together = _together(layout, rows, otherwise) if repeats or otherwise else {}
    called = own_names(layout, rows)
    circles = own_circles(layout, rows, called, batch) if job.is_dry_run else {}
    said, totals = said_together(layout, rows, job.answers), totals_left_out(job)
    found = WholeFile(called, circles, said, totals, shares, together, shared, alike=alike)
    if job.is_dry_run and job.position:  # another worker has been at it
        done = islice(rows, job.position)
        while some := list(islice(done, batch)):
            taken = found.taken_with(some)
            became = ImportRow.objects.filter(job=job, number__in=[row.number for row in taken])
            found.note(layout, taken, became, clears=job.clear_empty)
    return found


def _together(layout: Layout, rows: Iterable[FileRow], otherwise: Mapping[int, int]) -> dict[int, list[FileRow]]:
    """The later rows about each one, as far as they fit into the memory, and those of one into a batch."""
    together = Together(layout)
    taken_by: dict[int, int] = {}  # by the first row of all, the first of those that are taken together now
    found: dict[int, list[FileRow]] = {}
    room = MOST_TOGETHER
    for row in rows:
        first = together.first(row, row.number)
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


def _shared(layout: Layout, rows: Iterable[FileRow]) -> frozenset[int]:
    """The keys (their hashes) of which more than one row has each."""
    met: set[int] = set()
    shared: set[int] = set()
    for row in rows:
        keys = {hash(key) for key in layout.keys(row)}
        shared |= keys & met
        met |= keys
    return frozenset(shared)


def _alike(job: Import, layout: Layout, rows: Iterable[FileRow]) -> dict[int, list[int]]:
    """``WholeFile.alike``: found out once, and kept with the survey until that is made anew."""
    if "alike" not in job.survey:
        job.survey["alike"] = [[number, *keys] for number, keys in _rows_alike(layout, rows).items()]
        job.save(update_fields=["survey"])
    return {number: keys for number, *keys in job.survey["alike"]}


def _rows_alike(layout: Layout, rows: Iterable[FileRow]) -> dict[int, list[int]]:
    first: dict[int, int] = {}  # row that has what has this hash
    shared: dict[int, int] = {}
    found: dict[int, list[int]] = {}
    for row in islice(rows, MOST_COMPARED):
        for key in {hash(one) for one in layout.likely(row)}:
            before = first.setdefault(key, row.number)
            if before != row.number:
                place = shared.setdefault(key, len(shared))
                found.setdefault(row.number, []).append(place)
                if place not in (firsts := found.setdefault(before, [])):
                    firsts.append(place)
        if len(first) >= MOST_ALIKE or len(found) >= MOST_KEPT:
            break
    return found
