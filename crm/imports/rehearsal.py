"""A dry run: each batch is taken in and undone, after those rows before it that it may be about the same ones as."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from crm.imports.afterwards import rehearsed
from crm.imports.batches import run_batch
from crm.imports.counting import counted_as_changed
from crm.imports.identity import Naming
from crm.imports.layout import Layout
from crm.imports.meant import MeantRows
from crm.imports.models import NOTES, ImportRow, Outcome
from crm.imports.outcome import BatchResult
from crm.imports.storing import FileRow
from crm.imports.whole_file import WholeFile
from crm.tenants.memo import forget

MOST_TRIES = 4  # at a batch, each after more of the rows before it
MOST_NEAR = 40  # records of one key that a row may be about without saying so
MOST_LIKELY = 3  # rows with something that makes one of another batch be told of them
MOST_TOLD = 200  # such rows before a batch
MOST_COMPARED, MOST_ALIKE = 50_000, 500_000  # rows that are compared by what they may be alike by, and keys of that
MOST_KEPT = 20_000  # rows that share some of it, and what is kept of it with the rows
MOST_LATER = 3  # rows about one record, beside the first, that are not put into one


class DryRunDone(Exception):
    """Ends a dry run's transaction, so that nothing of it stays."""


@dataclass(frozen=True)
class Earlier:
    """What a dry run remembers of the rows that it has been through.

    ``shared`` are the keys that several rows of the file have, ``rows`` those so far about one record each, by what
    only those share (and the record's id, if it exists; ``counted`` are those of them that count for one), and ``near``
    those that a key is shared by. ``alike`` numbers by row what it shares with others and proves nothing, and
    ``likely`` are the first rows that have each.
    """

    shared: frozenset[int] = frozenset()
    rows: dict[int, list[FileRow]] = field(default_factory=dict)
    counted: set[int] = field(default_factory=set)
    near: dict[int, list[list[FileRow]]] = field(default_factory=dict)
    alike: dict[int, list[int]] = field(default_factory=dict)
    likely: dict[int, list[FileRow]] = field(default_factory=dict)

    def before(self, layout: Layout, batch: list[FileRow]) -> list[FileRow]:
        """The rows before ``batch`` to take in before it."""
        found: dict[int, FileRow] = {}
        for row in batch if self.rows else ():
            naming = Naming(layout, row)
            same = [self.rows.get(hash(one), []) for one in naming.surest]
            near = [rows for key in naming.shared() for rows in self.near.get(hash(key), ())]
            found |= {one.number: one for rows in (*same, *near) for one in rows}
        found = self._likely_before(batch) | found
        return [found[number] for number in sorted(found)]

    def _likely_before(self, batch: list[FileRow]) -> dict[int, FileRow]:
        keys = (key for row in batch for key in self.alike.get(row.number, ()))
        found = {row.number: row for key in keys for row in self.likely.get(key, ())}
        return dict(islice(found.items(), MOST_TOLD))

    def rows_changing(self, rows: MeantRows, ids: Collection[UUID]) -> list[FileRow]:
        """The rows before a batch that change one of these records, which exist: a few of each."""
        changed = counted_as_changed(rows.run, ids)
        counted = {number: one for one, number in changed.items() if number not in self.counted}
        for row in rows.numbered(counted.keys()):  # those that share nothing with the others
            self.counted.add(row.number)
            row.batch = row.number
            self.rows.setdefault(hash(counted[row.number]), []).insert(0, row)
        return [row for one in ids for row in self.rows.get(hash(one), ())]

    def note(self, layout: Layout, rows: Sequence[FileRow], became: Iterable[ImportRow], *, clears: bool) -> None:
        """Remember ``rows`` of a dry run and what ``became`` of each: they are earlier ones now. ``clears``: an empty
        cell takes away what is there."""
        told = {one.number: one for one in became if one.outcome != Outcome.REFUSED}
        for row in rows:
            row.batch = rows[0].number
            if (one := told.get(row.number)) is None:
                continue
            naming = Naming(layout, row)
            about = [*map(hash, naming.surest)]
            if row.number in self.alike and self.rows.keys().isdisjoint(about):  # the first of its record
                self._note_likely(row, self.alike[row.number])
            if one.record_id is not None and one.outcome not in (Outcome.UPDATED, Outcome.FOLDED):
                continue  # it changes nothing of what is there
            keys = self.shared.intersection(map(hash, naming.shared())) if self.shared else frozenset[int]()
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
            rows = next((self.rows[one] for one in about if one in self.rows), [])
        else:  # however its rows name it
            rows = self.rows.setdefault(hash(record_id), [])
        for key in keys:  # of each row: what a later one brings, the record has from then on
            near = self.near.setdefault(key, [])
            if len(near) < MOST_NEAR and not any(one is rows for one in near):
                near.append(rows)
        rows.append(row)
        for one in about:
            self.rows.setdefault(one, rows)
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


def earlier_rows_of(source: MeantRows, file: WholeFile, batch: int) -> Earlier:
    """Return what a dry run, ``batch`` rows at a time, remembers where it begins, or where another worker left it."""
    run, layout = source.run, source.layout
    shared = _shared(source) if file.shares else frozenset()
    found = Earlier(shared, alike=_alike(source) if run.total > batch else {})
    done = islice(source, run.position)
    while run.position and (some := list(islice(done, batch))):
        taken = file.taken_with(some)
        became = ImportRow.objects.filter(run=run, number__in=[row.number for row in taken])
        found.note(layout, taken, became, clears=run.clear_empty)
    return found


def rehearse(source: MeantRows, batch: list[FileRow], file: WholeFile, known: Earlier) -> BatchResult:
    """Take the rows in and undo that; before them those from earlier batches that may be about the same ones: by what
    their cells share, or because they have changed a record that exists, and that one of these rows has met. Then they
    are earlier ones themselves."""
    earlier = {row.number: row for row in known.before(source.layout, batch)}
    asked: set[UUID] = set()
    for _again in range(MOST_TRIES):
        outcome, met = _rehearse_after(source, batch, file, [earlier[number] for number in sorted(earlier)])
        more = {row.number: row for row in known.rows_changing(source, met - asked)}
        asked |= met
        if more.keys() <= earlier.keys():
            break
        earlier |= more
    known.note(source.layout, batch, outcome.rows, clears=source.run.clear_empty)
    return outcome


def _rehearse_after(
    source: MeantRows, batch: list[FileRow], file: WholeFile, earlier: list[FileRow]
) -> tuple[BatchResult, set[UUID]]:
    """The outcome, and which records that exist the rows have met."""
    outcome = BatchResult()
    met: set[UUID] = set()
    made: dict[UUID, int] = {}
    try:
        with transaction.atomic():
            if earlier:
                again = run_batch(source, earlier, file)
                made, met = again.numbers, again.met
            since = timezone.now()
            outcome = run_batch(source, batch, file, made=made)
            outcome.follows = rehearsed(source.run, since)
            raise DryRunDone
    except DryRunDone:
        forget()  # what it made of choices, tags and people is gone again
    return outcome, met | outcome.met


def _shared(rows: MeantRows) -> frozenset[int]:
    """The keys (their hashes) of which more than one row has each."""
    met: set[int] = set()
    shared: set[int] = set()
    for row in rows:
        keys = {hash(key) for key in Naming(rows.layout, row).shared()}
        shared |= keys & met
        met |= keys
    return frozenset(shared)


def _alike(rows: MeantRows) -> dict[int, list[int]]:
    """``Earlier.alike``: found out once, and kept with the survey until that is made anew."""
    run = rows.run
    if "alike" not in run.survey:
        run.survey["alike"] = [[number, *keys] for number, keys in _rows_alike(rows).items()]
    return {number: keys for number, *keys in run.survey["alike"]}


def _rows_alike(rows: MeantRows) -> dict[int, list[int]]:
    first: dict[int, int] = {}  # row that has what has this hash
    shared: dict[int, int] = {}
    found: dict[int, list[int]] = {}
    for row in islice(rows, MOST_COMPARED):
        for key in {hash(one) for one in Naming(rows.layout, row).likely()}:
            before = first.setdefault(key, row.number)
            if before != row.number:
                place = shared.setdefault(key, len(shared))
                found.setdefault(row.number, []).append(place)
                if place not in (firsts := found.setdefault(before, [])):
                    firsts.append(place)
        if len(first) >= MOST_ALIKE or len(found) >= MOST_KEPT:
            break
    return found
