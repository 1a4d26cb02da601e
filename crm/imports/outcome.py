"""What became of a batch's rows: said of each while it is taken in, and kept with the import when all are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.catalogue import find_type
from crm.catalogue.types import RecordType
from crm.ground.text import sort_key
from crm.ground.writes import insert_many
from crm.imports.afterwards import note_following
from crm.imports.counting import Counting
from crm.imports.deferring import Link, keep_links
from crm.imports.findings import finding
from crm.imports.models import Import, ImportRow, Outcome, RefusedRow
from crm.imports.reading.cells import without_unreadable
from crm.imports.shown import Shown
from crm.imports.storing import FileRow

MOST_ADDED = 200  # names that are kept of each kind of what came into being


@dataclass
class BatchResult:
    """What became of a batch; rows are named by their place in it."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: dict[int, list[str]] = field(default_factory=dict)
    remarks: dict[int, list[str]] = field(default_factory=dict)  # on rows that were taken
    links: list[Link] = field(default_factory=list)  # to rows further down
    rows: list[ImportRow] = field(default_factory=list)
    taken_back: list[int] = field(default_factory=list)  # rows before the batch that count no more (``counting.py``)
    met: set[UUID] = field(default_factory=set)  # records that exist and may be what rows are about
    added: dict[str, list[str]] = field(default_factory=dict)
    follows: dict[str, dict[str, str]] = field(default_factory=dict)  # in a dry run: ``afterwards.py``
    numbers: dict[UUID, int] = field(default_factory=dict)  # which row made a record
    emptied: int = 0  # cells of rows that were taken


class Report:
    """What is said of the ``rows`` of a batch: in the end, its ``result``. ``numbers``: which row has made a record, by
    its id. ``shares``: whether some rows of the file may be about the same one."""

    def __init__(
        self, run: Import, record_type: RecordType, rows: Sequence[FileRow], numbers: dict[UUID, int], *, shares: bool
    ) -> None:
        self.run, self.rows, self.numbers = run, rows, numbers
        self.counting = Counting(run, numbers)
        self.result = BatchResult(numbers=numbers, counts=self.counting.counts, taken_back=self.counting.taken_back)
        self._shown = Shown(record_type) if run.is_dry_run else None
        self._keeps = len(rows) < run.total  # rows of other batches may be about the same ones
        self._shares = shares

    def refuse(self, offset: int, reasons: list[str]) -> None:
        self.result.remarks.pop(offset, None)
        self.result.refused[offset] = reasons

    def remark(self, offset: int, *texts: str) -> None:
        if texts:
            self.result.remarks.setdefault(offset, []).extend(texts)

    def remark_in_the_end(self, texts: Mapping[int, str]) -> None:
        """Say it, by the row, of those that came in."""
        told = {row.number: row for row in self.result.rows}
        for offset, text in texts.items():
            if offset not in self.result.refused:
                self.remark(offset, text)
                if (row := told.get(self.rows[offset].number)) is not None:
                    row.remarks = [*row.remarks, text]

    def state(self, record: Any) -> dict[str, str]:
        """What a dry run compares the record with when it was changed."""
        return self._shown.state(record) if self._shown else {}

    def created(self, offset: int, record: Any, later: Mapping[str, str], remarks: list[str]) -> None:
        changes = self._shown.with_links(self._shown.created(record), later) if self._shown else []
        self.remark(offset, *remarks)
        self._count(offset, Outcome.CREATED, record, [], changes)

    def updated(
        self,
        offset: int,
        record: Any,
        later: Mapping[str, str],
        remarks: list[str],
        before: dict[str, str],
        *,
        is_changed: bool,
    ) -> None:
        """``before``: its ``state`` then."""
        changes = self._shown.changes(before, record) if self._shown and is_changed else []
        changes = self._shown.with_links(changes, later, before) if self._shown else []
        self._count(offset, Outcome.UPDATED if is_changed or later else Outcome.UNCHANGED, record, remarks, changes)

    def skipped(self, offset: int, record: Any, remarks: list[str]) -> None:
        self.result.remarks.pop(offset, None)  # none of its cells is taken
        self._count(offset, Outcome.SKIPPED, record, remarks, [])

    def about_the_same(self, record: Any, by: Any) -> list[str]:
        """That an earlier row is about ``record`` too, known ``by`` that, in words."""
        if (number := self.counting.first(record.pk)) is None:
            return []
        return [_("Same as row %(number)s of this file (%(by)s).") % {"number": number, "by": by}]

    def _count(self, offset: int, outcome: Outcome, record: Any, remarks: list[str], changes: list[list[str]]) -> None:
        """Count the row; ``remarks`` are of a dry run alone."""
        number = self.rows[offset].number
        counted, taken_back = self.counting.count(record.pk, number, outcome)
        if taken_back is not None:
            self._fold(taken_back, number)
        is_new = outcome == Outcome.CREATED
        if self._shown:
            row = ImportRow(run=self.run, number=number, outcome=counted, name=record.name[:300], changes=changes)
            row.record_id = None if is_new or record.pk in self.numbers else record.pk
            row.remarks = [*self.result.remarks.get(offset, []), *remarks]
            self.result.rows.append(row)
        elif self._keeps and (self._shares or not is_new) and counted not in (Outcome.SKIPPED, Outcome.FOLDED):
            self.result.rows.append(ImportRow(run=self.run, number=number, outcome=counted, record_id=record.pk))

    def _fold(self, number: int, into: int) -> None:
        """The row ``number`` counts no more: the row ``into`` does, which is about the same record."""
        for row in self.result.rows:
            if row.number == number:
                row.outcome = Outcome.FOLDED
                row.remarks = [*row.remarks, _("Same as row %(number)s of this file.") % {"number": into}]


def keep_result(run: Import, batch: list[FileRow], result: BatchResult, passed: int) -> None:
    """Keep what became of ``batch``, in the transaction that writes its records, and count it: the import, which is
    saved with that afterwards, is ``passed`` rows of its file further then."""
    insert_many(RefusedRow, [*_findings(run, batch, result)])
    if result.taken_back:
        ImportRow.objects.filter(run=run, number__in=result.taken_back).update(outcome=Outcome.FOLDED)
    insert_many(ImportRow, [*result.rows, *(_refused_rows(run, batch, result) if run.is_dry_run else ())])
    if not run.is_dry_run:
        keep_links(run, batch, result.links)
    run.position += passed
    run.created_count += result.counts["created"]
    run.updated_count += result.counts["updated"]
    run.unchanged_count += result.counts["unchanged"]
    run.folded_count += result.counts["folded"]
    run.skipped_count += result.counts["skipped"]
    run.refused_count += len(result.refused)
    run.emptied_count += result.emptied
    _note_added(run, result.added)
    note_following(run, result.follows)


def _note_added(run: Import, new: dict[str, list[str]]) -> None:
    """Keep some names of what came into being, and count the others."""
    for what, names in new.items():
        known = run.added.setdefault(what, [])
        first: dict[str, str] = {}
        for name in [*known, *names]:
            first.setdefault(sort_key(name), name)
        is_of_people = (made := find_type(what)) is not None and made.is_person
        # Two people of one name are two; of a firm or a word, each batch of a dry run makes the same one anew
        fresh = names if is_of_people else [*first.values()][len(known) :]
        room = MOST_ADDED - len(known)
        run.added[what] = sorted([*known, *fresh[:room]])
        if more := len(fresh[room:]):
            run.added_more[what] = run.added_more.get(what, 0) + more


def _findings(run: Import, batch: list[FileRow], result: BatchResult) -> Iterator[RefusedRow]:
    for offset, reasons in result.refused.items():
        yield finding(run, batch[offset].number, batch[offset].as_it_stood, reasons)
    for offset, texts in result.remarks.items():
        yield finding(run, batch[offset].number, batch[offset].as_it_stood, texts, came_in=True)


def _refused_rows(run: Import, batch: list[FileRow], result: BatchResult) -> Iterator[ImportRow]:
    for offset, reasons in result.refused.items():
        number = batch[offset].number
        yield ImportRow(run=run, number=number, outcome=Outcome.REFUSED, remarks=[*map(without_unreadable, reasons)])
