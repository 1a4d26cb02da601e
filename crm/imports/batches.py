"""One batch of an import: its rows as values, the records they meet, and what comes of each.

The rows are prepared one by one by the same services that a form uses.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import catalogue
from crm.imports.against import Against
from crm.imports.answers import moved_on
from crm.imports.cells import Cells
from crm.imports.counting import Counting
from crm.imports.deferring import Link, without_circles, without_own
from crm.imports.existing import Known, Match
from crm.imports.findings import given_to_deactivated, names_of, said_later
from crm.imports.fresh import Fresh
from crm.imports.identity import repeating
from crm.imports.mappable import NOTED_IN, OWN_ID
from crm.imports.meant import MeantRows, own_records
from crm.imports.meanwhile import ChangedSince, changed_since, gone_links, hold, refuse_changed
from crm.imports.models import Existing, ImportRow, Outcome
from crm.imports.newer import Newer
from crm.imports.reading.cells import without_unreadable
from crm.imports.row import RowValues, ToCreate
from crm.imports.row_values import RowReader
from crm.imports.shown import Shown
from crm.imports.spelling import keep_spelling
from crm.imports.storing import FileRow
from crm.imports.styles import styles_of
from crm.imports.trying import BatchResult, Folded, Tried, settle
from crm.imports.whole_file import WholeFile
from crm.records.refusals import reasons_of, refusal_of
from crm.tenants.bulk import collect_inserts, together, undo_on_error
from crm.users.access import can

Row = tuple[int, RowValues]  # a row's place in the batch, and its values

logger = structlog.get_logger(__name__)


class Batch:
    """``file``: what only the whole of it tells. Cells are read as the import's maker. ``made``: which rows have made
    what the batch may meet. ``tried``: what earlier tries at it have shown."""

    def __init__(
        self, source: MeantRows, rows: list[FileRow], file: WholeFile, made: dict[UUID, int], tried: Tried
    ) -> None:
        job, layout = self.job, self.layout = source.job, source.layout
        self.rows = rows
        self.actor, self.type = layout.actor, layout.type
        self.tried = tried
        self.cells = Cells(self.actor, styles_of(job), takes_rows=True, idle=tried.idle)
        self.reader = RowReader(job, layout, self.cells, file.called, file.said)
        self.known = self._nothing_known(dict(made))
        self.shown = Shown(self.type) if job.is_dry_run else None
        self.counting = Counting(job, made)
        self.keeps = len(rows) < job.total  # rows of other batches may be about the same ones
        self.shares, self.circles = file.shares, file.circles
        self.skipped: set[int] = set()
        self.folded = Folded(self.type, [], {}, tried)
        self.ids: dict[int, str] = {}  # of records here, by the row
        self.own: dict[str, Any] = {}  # those records
        self.changed: ChangedSince = {}
        self.fresh = Fresh(self.type)
        self.against = Against(self.type, self.actor)
        self.writing: Any = None  # the record that a row is about whose turn it is
        self.tied: list[UUID] = []  # records of rows that look for what others make
        self.result = BatchResult()
        self.told: dict[int, set[UUID]] = {}  # the records that a remark on a row named

    def run(self) -> BatchResult:
        """Take the rows in. Unless their inserts are ``collected``, and sent together at the end, the database sees one
        row at a time, and one that it refuses keeps no other back. Raises ``TryAgain`` when that has to be undone, and
        done anew with what is in ``tried`` then."""
        self.reader.look_up_records(self.rows)
        self._find_own()
        parsed = [(offset, row) for offset in range(len(self.rows)) if (row := self._parse(offset)) is not None]
        self.known.load([row.values for _offset, row in parsed])
        found = self._found(parsed)
        if self.job.existing == Existing.UPDATE and not self.job.is_dry_run:
            parsed, found = self._hold(parsed, found)
        if self.type.ties and not self.job.is_dry_run:
            self.type.ties.hold_all((row.values, found.get(offset)) for offset, row in parsed)
        self.newer = Newer(self.job, self.rows, self.own, self.cells)
        repeats = repeating(self.layout, self.rows)
        self.counting.look_up(record.pk for record in found.values())
        rows = self._without_gone_links(self._welcome(parsed, found))
        if self.job.existing == Existing.UPDATE:
            self.folded = Folded(self.type, rows, found, self.tried, clears=self.job.clear_empty)
        since = timezone.now()
        with together():
            for alone, group in groupby(rows, key=lambda row: row[0] in repeats or self._is_alone(*row)):
                if not self.tried.collected or alone:
                    self._write_all(group)
                    continue
                for sending in self._sendings(group):
                    with self._looked_up(sending), collect_inserts():
                        self._write_all(sending)
        self.against.tell(self.rows, self.result)
        self._note_made(since)
        self.folded.settle()
        settle(self.tried, self.result, self.cells.naming, self.skipped, self.folded)
        self.result.added, self.result.numbers, self.result.met = self.cells.added, self.known.numbers, self.known.met
        self.result.counts, self.result.taken_back = self.counting.counts, self.counting.taken_back
        return self.result

    def _note_made(self, since: datetime) -> None:
        """Tell of what has come into being with rows that are tied."""
        ties = self.type.ties
        for what, names in ties.made(self.tied, since).items() if ties and self.tied else ():
            for name in names:
                self.cells.note_added(what, name)

    def _nothing_known(self, numbers: dict[UUID, int]) -> Known:
        return Known(self.type, self.actor, by_id_only=self.job.existing == Existing.CREATE, numbers=numbers)

    def _found(self, rows: list[Row]) -> dict[int, Any]:
        """The records that exist and that the rows are about, by the row."""
        return {offset: record for offset, row in rows if (record := self._match(offset, row).record) is not None}

    def _hold(self, rows: list[Row], found: dict[int, Any]) -> tuple[list[Row], dict[int, Any]]:
        """Keep others from writing what the rows are about. Should somebody have written some of it since it was read,
        all is read again; return the rows without those whose record is gone, and what they are about."""
        held: set[UUID] = set()
        while new := [record for record in found.values() if record.pk not in held]:
            held |= {record.pk for record in new}
            if hold(self.type, new):
                break
            self._find_own()
            self.known = self._nothing_known(self.known.numbers)
            self.known.load([row.values for _offset, row in rows])
            rows = [row for row in rows if not self._is_gone(row[0])]
            found = self._found(rows)
        self.changed = changed_since(self.job, self.type, held)
        return rows, found

    def _find_own(self) -> None:
        """The records whose ids the rows have."""
        if (at := self.layout.place.get(OWN_ID)) is not None:
            self.ids = {offset: cells[at] for offset, cells in enumerate(self.rows) if cells[at]}
            self.own = own_records(self.actor, self.type, set(self.ids.values()))

    def _is_gone(self, offset: int) -> bool:
        """Whether the row is about a record by an id that none has; it is refused then."""
        if offset not in self.ids or self.ids[offset] in self.own:
            return False
        words = {"id": without_unreadable(self.ids[offset][:60])}
        self._refuse(offset, [_("No record here has the id %(id)s.") % words])
        return True

    def _match(self, offset: int, row: RowValues) -> Match:
        if offset in self.ids:
            return row.about(Match(self.known.one(self.own[self.ids[offset]]), by=self.ids[offset], is_by_id=True))
        return row.about(self.known.match(row.values))

    def _is_alone(self, offset: int, row: RowValues) -> bool:
        """Whether what the row needs has to be in the database: a parent account that it brings along, say."""
        brings = any(isinstance(value, ToCreate) and value.key == self.type.key for value in row.values.values())
        is_tied = self.type.ties is not None and self.type.ties.tied(row.values)
        return brings or (is_tied and self._match(offset, row).record is not None)

    def _sendings(self, rows: Iterable[Row]) -> Iterable[list[Row]]:
        """The rows by what is sent together: one that may find what another makes comes after it."""
        found: dict[int, list[Row]] = {0: []}
        last: dict[str, int] = {}
        for row in rows:
            keys = self.type.ties.keys(row[1].values) if self.type.ties else set()
            place = max((last[key] + 1 for key in keys if key in last), default=0)
            last |= dict.fromkeys(keys, place)
            found.setdefault(place, []).append(row)
        return found.values()

    def _looked_up(self, rows: list[Row]) -> AbstractContextManager[None]:
        ties = self.type.ties
        return ties.look_up(self.actor, [row.values for _offset, row in rows]) if ties else nullcontext()

    def _welcome(self, rows: list[Row], known: Container[int]) -> list[Row]:
        """The rows without new ones against which something speaks; what is for a person to judge is said, and taken.
        ``known``: those about records that exist."""
        new = [row for row in rows if row[0] not in known]
        found = self.type.objections(self.actor, [row.values for _offset, row in new])
        final = set()
        for (offset, _row), objection in zip(new, found, strict=True):
            if objection is not None and objection.is_final:
                final.add(offset)
                self._refuse(offset, [objection.text])
            elif objection is not None:
                self._remark(offset, objection.text)
                self.told[offset] = {match.record.pk for match in objection.matches}
        return [row for row in rows if row[0] not in final]

    def _without_gone_links(self, rows: list[Row]) -> list[Row]:
        gone = gone_links(self.type, [(offset, row.values) for offset, row in rows])
        for offset, reasons in gone.items():
            self._refuse(offset, reasons)
        return [row for row in rows if row[0] not in gone]

    def _write_all(self, rows: Iterable[Row]) -> None:
        for offset, row in rows:
            made: list[ToCreate] = []
            try:
                with undo_on_error(), self._one_by_one():
                    self._write(offset, row, made)
                self.result.emptied += row.emptied
            except ValidationError as error:
                if self.writing is not None and not self.writing._state.adding:
                    self.writing.refresh_from_db()  # other rows are about it: what was refused is none of it
                for one in made:
                    self.cells.forget_record(one.key, one.name)
                    self.cells.added[one.key].remove(one.name)
                self._refuse(offset, reasons_of(error, self.type))
                self.folded.note_refused(offset)

    @contextmanager
    def _one_by_one(self) -> Iterator[None]:
        """Undo what the database refuses of a row, and refuse the row; rows that go together are done again so."""
        if self.tried.collected:
            yield
            return
        try:
            with transaction.atomic():
                yield
        except (DataError, IntegrityError) as error:
            logger.warning("import_row_refused", job=str(self.job.pk), error=str(error))
            raise refusal_of(error, self.type) from error

    def _write(self, offset: int, row: RowValues, made: list[ToCreate]) -> None:
        row.values = {name: self._made_already(value) for name, value in row.values.items()}
        match = self._match(offset, row)
        self.writing = match.record
        match.refuse_several()
        if match.record is not None and not can(self.actor, "view", match.record):
            raise ValidationError(_("This is about a record that exists, and you may not see it."))
        if match.record is not None and self.job.existing == Existing.SKIP:
            row.emptied = 0
            self.skipped.add(offset)
            self.result.remarks.pop(offset, None)  # none of its cells is taken
            return self._done(offset, Outcome.SKIPPED, match.record, self._about_the_same(match))
        if match.record is not None:
            row.values |= self.reader.in_own_pipeline(self.rows[offset], match.record)
        kept = [*keep_spelling(row.values, match), *self.newer.settle(row, match.record)]
        later = self.folded.drop(offset, row) if match.record is not None else {}
        placed = self.reader.placed(row, match.record)
        values = {name: self._bring_along(one, made) for name, one in placed.items()}
        values |= self.reader.gap_fillers(values, match.record)
        unplaced = self.reader.unplaced(row, match.record)
        self._remark(offset, *(*kept, *unplaced, *given_to_deactivated(self.type, values, match.record)))
        if match.record is None:
            if "owner" not in self.job.mapping and self.type.has("owner"):
                values.setdefault("owner", self.actor)
            record = self.type.create(actor=self.actor, values=dict.fromkeys(self.type.unknown_in_files) | values)
            self._note_tied(offset, values, record)
            self._keep_links(offset, record, row.later)
            self.known.add(record, self.rows[offset].number)
            self.cells.add_record(self.type.key, record)
            changes = self.shown.with_links(self.shown.created(record), row.later) if self.shown else []
            alike = self._alike(offset, match, values, record)
            return self._done(offset, Outcome.CREATED, record, alike, changes, is_new=True)
        return self._update(offset, row, values, match, said_later(self.type, later, self.rows))

    def _update(self, offset: int, row: RowValues, values: dict[str, Any], match: Match, remarks: list[str]) -> None:
        record = match.record
        if self.job.existing == Existing.CREATE:
            raise ValidationError({"external_id": _("Another record already has it.")})
        if values.get("external_id") == str(record.pk):
            del values["external_id"]  # it has led here, and is not another system's
        if self.job.clear_empty:
            values |= {spec.name: None for spec in row.empty if not spec.required and spec.name not in values}
        if (values or row.later) and not can(self.actor, "edit", record):
            raise ValidationError(_("This is about a record that exists, and you may not change it."))
        if moves := self.type.moves:
            values = moves.dated(record, values, moved_on(self.job.answers, moves.by), self.type.can_import)
        if not self.job.is_dry_run:
            over = {name: value for name, value in values.items() if name in row.values or name != NOTED_IN}
            refuse_changed(self.type, over, self.changed.get(record.pk, {}))
        kept = [self.type.spec(name) for name in self.type.kept_by_files if values and name not in values]
        values |= {spec.name: spec.value(record) for spec in kept}
        before = self.shown.state(record) if self.shown else {}
        self.against.note(offset, record, values)
        changed = self.type.update(record, actor=self.actor, values=values) if values else None
        self.known.learn(record)
        self._note_tied(offset, values, record)
        self._keep_links(offset, record, row.later)
        changes = self.shown.changes(before, record) if self.shown and changed else []
        changes = self.shown.with_links(changes, row.later, before) if self.shown else []
        outcome = Outcome.UPDATED if changed or row.later else Outcome.UNCHANGED
        self._done(offset, outcome, record, [*self._about_the_same(match), *remarks], changes)

    def _note_tied(self, offset: int, values: dict[str, Any], record: Any) -> None:
        if (ties := self.type.ties) is not None and ties.tied(values):
            self.tied.append(record.pk)
            self._remark(offset, *ties.told(record))

    def _made_already(self, value: Any) -> Any:
        """The record instead of a promise of it, when a row before this one has brought it."""
        found = self.cells.records_called(value.key, value.name) if isinstance(value, ToCreate) else []
        return found[0] if found else value

    def _bring_along(self, value: Any, made: list[ToCreate]) -> Any:
        """Make the record that a value stands for."""
        if not isinstance(value, ToCreate):
            return value
        record_type = catalogue.record_type(value.key)
        unknown = dict.fromkeys(record_type.unknown_in_files)
        values = {**unknown, "name": value.name, "owner": self.actor, **value.values}
        record = record_type.create(actor=self.actor, values=values)
        self.cells.add_record(value.key, record)
        self.cells.note_added(value.key, value.name)
        made.append(value)
        return record

    def _done(
        self,
        offset: int,
        outcome: Outcome,
        record: Any,
        remarks: list[str],
        changes: list[list[str]] | None = None,
        *,
        is_new: bool = False,
    ) -> None:
        number = self.rows[offset].number
        counted, taken_back = self.counting.count(record.pk, number, outcome)
        self._remark(offset, *(remarks if is_new else ()))
        if taken_back is not None:
            self._fold(taken_back, number)
        is_made = is_new or record.pk in self.known.numbers
        if self.shown:
            row = ImportRow(job=self.job, number=number, outcome=counted, name=record.name[:300], changes=changes or [])
            row.record_id = None if is_made else record.pk
            row.remarks = [*self.result.remarks.get(offset, []), *(() if is_new else remarks)]
            self.result.rows.append(row)
        elif self.keeps and (self.shares or not is_new) and counted not in (Outcome.SKIPPED, Outcome.FOLDED):
            self.result.rows.append(ImportRow(job=self.job, number=number, outcome=counted, record_id=record.pk))

    def _fold(self, number: int, into: int) -> None:
        """The row ``number`` counts no more: the row ``into`` does, which is about the same record."""
        for row in self.result.rows:
            if row.number == number:
                row.outcome = Outcome.FOLDED
                row.remarks = [*row.remarks, _("Same as row %(number)s of this file.") % {"number": into}]

    def _refuse(self, offset: int, reasons: list[str]) -> None:
        self.result.remarks.pop(offset, None)
        self.result.refused[offset] = reasons

    def _remark(self, offset: int, *texts: str) -> None:
        if texts:
            self.result.remarks.setdefault(offset, []).extend(texts)

    def _about_the_same(self, match: Match) -> list[str]:
        if (number := self.counting.first(match.record.pk)) is None:
            return []
        return [_("Same as row %(number)s of this file (%(by)s).") % {"number": number, "by": match.by}]

    def _alike(self, offset: int, match: Match, values: dict[str, Any], record: Any) -> list[str]:
        """Of those that are alike, the ones that were not told of before."""
        told = self.told.get(offset, set())
        alike = [record for record in match.alike if record.pk not in told]
        said = [_("Perhaps there already: %(names)s.") % {"names": names_of(alike)}] if alike else []
        return said + self.fresh.remarks(values, record, told | {one.pk for one in alike})

    def _keep_links(self, offset: int, record: Any, later: dict[str, str]) -> None:
        self._remark(offset, *without_own(self.type, record, later))
        self._remark(offset, *without_circles(self.type, later, self.circles.get(self.rows[offset].number, ())))
        self.result.links += [Link(offset, record.pk, name, text) for name, text in later.items()]

    def _parse(self, offset: int) -> RowValues | None:
        """The row's values, or None when it is refused."""
        row = RowValues()
        self.cells.row = offset
        if offset in self.tried.refused:
            self._refuse(offset, self.tried.refused[offset])
            return None
        if self._is_gone(offset):
            return None
        try:
            with self._one_by_one():
                row = self.reader.read(self.rows[offset])
        except ValidationError as error:
            row.reasons += error.messages
        if row.reasons or not (row.values or row.split or row.notes or offset in self.ids):
            self._refuse(offset, row.reasons or [_("The row is empty.")])
            return None
        self._remark(offset, *row.remarks)
        return row
