"""One batch of an import: its rows as values, the records they meet, and what comes of each.

The rows are prepared one by one by the same services that a form uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import DatabaseError, DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.ground.writes import collect_inserts, together, undo_on_error
from crm.imports.answers import moved_on
from crm.imports.cells import Cells
from crm.imports.deferring import Link, without_circles, without_own
from crm.imports.existing import Match, Matches
from crm.imports.findings import given_to_deactivated, said_later
from crm.imports.identity import repeating
from crm.imports.mappable import NOTED_IN
from crm.imports.meant import MeantRows
from crm.imports.meanwhile import gone_links, refuse_changed
from crm.imports.models import Existing
from crm.imports.newer import Newer
from crm.imports.objections import Objections
from crm.imports.outcome import BatchResult, Report
from crm.imports.row import Row, RowValues, ToCreate
from crm.imports.row_values import RowReader
from crm.imports.storing import FileRow
from crm.imports.tied import Tied
from crm.imports.totals import refused_totals
from crm.imports.trying import Folded, Tried, TryAgain, settle
from crm.imports.whole_file import WholeFile
from crm.imports.words import Words
from crm.records.refusals import reasons_of, refusal_of
from crm.tenants.memo import forget
from crm.users.access import can

logger = structlog.get_logger(__name__)


def run_batch(
    source: MeantRows, rows: list[FileRow], file: WholeFile, made: dict[UUID, int] | None = None
) -> BatchResult:
    """Take the rows in with their inserts sent together; should the database refuse one of them, one by one. ``made``:
    which rows have made what they may meet."""
    tried = Tried(refused=refused_totals(rows, file.totals), batches=[row.batch for row in rows])
    while rows:
        try:
            with transaction.atomic():
                return Batch(source, rows, file, made or {}, tried).take_in()
        except TryAgain:
            forget()  # what the try made of choices, stages and people is gone again
        except DatabaseError:
            if not tried.collected:
                raise
            tried.collected = False
            forget()
    return BatchResult()


class Batch:
    """``file``: what only the whole of it tells. Cells are read as the import's maker. ``made``: which rows have made
    what the batch may meet. ``tried``: what earlier tries at it have shown."""

    def __init__(
        self, source: MeantRows, rows: list[FileRow], file: WholeFile, made: dict[UUID, int], tried: Tried
    ) -> None:
        run, layout = self.run, self.layout = source.run, source.layout
        self.rows, self.file, self.tried = rows, file, tried
        self.actor, self.type = layout.actor, layout.type
        self.cells = Cells(self.actor, layout.styles, takes_rows=True, idle=tried.idle)
        self.reader = RowReader(run, layout, Words(run, self.type, self.cells, file.called), file.said)
        numbers = dict(made)  # and which rows of the batch have
        self.report = Report(run, self.type, rows, numbers, shares=file.shares)
        self.matches = Matches(run, layout, rows, self.report, numbers)
        self.objections = Objections(self.type, self.actor, self.report)
        self.tied = Tied(self.type, self.actor)
        self.folded = Folded(self.type, [], {}, tried)
        self.skipped: set[int] = set()
        self.writing: Any = None  # the record that a row is about whose turn it is

    def take_in(self) -> BatchResult:
        """Take the rows in. Unless their inserts are ``collected``, and sent together at the end, the database sees one
        row at a time, and one that it refuses keeps no other back. Raises ``TryAgain`` when that has to be undone, and
        done anew with what is in ``tried`` then."""
        rows, found = self._matched(self._read())
        self.newer = Newer(self.run, self.rows, self.matches.own, self.cells)
        rows = self._welcome(rows, found)
        if self.run.existing == Existing.UPDATE:
            self.folded = Folded(self.type, rows, found, self.tried, clears=self.run.clear_empty)
        since = timezone.now()
        self._write_all(rows)
        self.report.remark_in_the_end(self.objections.to_changes())
        for what, name in self.tied.made(since):
            self.cells.note_added(what, name)
        result = self.report.result
        self.folded.settle()
        settle(self.tried, result, self.cells.naming, self.skipped, self.folded)
        result.added = self.cells.added
        if self.run.is_dry_run and self.run.updated_count:  # by rows of earlier batches, whose changes are undone
            result.met = self.matches.known.met()
        return result

    def _read(self) -> list[Row]:
        """The rows as values, without those that are refused."""
        self.reader.look_up_records(self.rows)
        return [(offset, row) for offset in range(len(self.rows)) if (row := self._parse(offset)) is not None]

    def _parse(self, offset: int) -> RowValues | None:
        row = RowValues()
        self.cells.row = offset
        if offset in self.tried.refused:
            self.report.refuse(offset, self.tried.refused[offset])
            return None
        if self.matches.refuse_gone(offset):
            return None
        try:
            with self._one_by_one():
                row = self.reader.read(self.rows[offset])
        except ValidationError as error:
            row.reasons += error.messages
        if row.reasons or not (row.values or row.split or row.notes or self.matches.has_id(offset)):
            self.report.refuse(offset, row.reasons or [_("The row is empty.")])
            return None
        self.report.remark(offset, *row.remarks)
        return row

    def _matched(self, rows: list[Row]) -> tuple[list[Row], dict[int, Any]]:
        """The rows, and the records that exist and they are about; held against others where they are changed."""
        found = self.matches.find(rows)
        if self.run.existing == Existing.UPDATE and not self.run.is_dry_run:
            rows, found = self.matches.hold(rows, found)
        if not self.run.is_dry_run:
            self.tied.hold(rows, found)
        self.report.counting.look_up(record.pk for record in found.values())
        return rows, found

    def _welcome(self, rows: list[Row], found: dict[int, Any]) -> list[Row]:
        """The rows without new ones against which something speaks, and without those that name what is gone."""
        refused = self.objections.welcome([row for row in rows if row[0] not in found])
        rows = [row for row in rows if row[0] not in refused]
        gone = gone_links(self.type, [(offset, row.values) for offset, row in rows])
        for offset, reasons in gone.items():
            self.report.refuse(offset, reasons)
        return [row for row in rows if row[0] not in gone]

    def _write_all(self, rows: list[Row]) -> None:
        """Write them, those together that can be: a row is alone whose record another one may have made, or changed."""
        repeats = repeating(self.layout, self.rows)
        with together():
            for alone, group in groupby(rows, key=lambda row: row[0] in repeats or self._is_alone(*row)):
                if not self.tried.collected or alone:
                    self._write_some(group)
                    continue
                for sending in self.tied.in_turn(group):
                    with self.tied.looked_up(sending), collect_inserts():
                        self._write_some(sending)

    def _is_alone(self, offset: int, row: RowValues) -> bool:
        """Whether what the row needs has to be in the database: a parent account that it brings along, say."""
        brings = any(isinstance(value, ToCreate) and value.key == self.type.key for value in row.values.values())
        return brings or (self.tied.has(row.values) and self.matches.of(offset, row).record is not None)

    def _write_some(self, rows: Iterable[Row]) -> None:
        for offset, row in rows:
            made: list[ToCreate] = []
            try:
                with undo_on_error(), self._one_by_one():
                    self._write(offset, row, made)
                self.report.result.emptied += row.emptied
            except ValidationError as error:
                if self.writing is not None and not self.writing._state.adding:
                    self.writing.refresh_from_db()  # other rows are about it: what was refused is none of it
                for one in made:
                    self.cells.take_back(one)
                self.report.refuse(offset, reasons_of(error, self.type))
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
            logger.warning("import_row_refused", run=str(self.run.pk), error=str(error))
            raise refusal_of(error, self.type) from error

    def _write(self, offset: int, row: RowValues, made: list[ToCreate]) -> None:
        row.values = {name: self.cells.made_already(value) for name, value in row.values.items()}
        match = self.matches.of(offset, row)
        self.writing = match.record
        match.refuse_several()
        if match.record is not None and not can(self.actor, "view", match.record):
            raise ValidationError(_("This is about a record that exists, and you may not see it."))
        if match.record is not None and self.run.existing == Existing.SKIP:
            row.emptied = 0
            self.skipped.add(offset)
            return self.report.skipped(offset, match.record, self.report.about_the_same(match.record, match.by))
        if match.record is not None:
            row.values |= self.reader.in_own_pipeline(self.rows[offset], match.record)
        kept = [*match.keep_spelling(row.values), *self.newer.settle(row, match.record)]
        later = self.folded.drop(offset, row) if match.record is not None else {}
        placed = self.reader.placed(row, match.record)
        values = {name: self._bring_along(one, made) for name, one in placed.items()}
        values |= self.reader.gap_fillers(values, match.record)
        unplaced = self.reader.unplaced(row, match.record)
        self.report.remark(offset, *kept, *unplaced, *given_to_deactivated(self.type, values, match.record))
        if match.record is None:
            return self._create(offset, row, values, match)
        return self._update(offset, row, values, match, said_later(self.type, later, self.rows))

    def _bring_along(self, value: Any, made: list[ToCreate]) -> Any:
        """The record that a value stands for."""
        if not isinstance(value, ToCreate):
            return value
        record = self.cells.bring_along(value)
        made.append(value)
        return record

    def _create(self, offset: int, row: RowValues, values: dict[str, Any], match: Match) -> None:
        if "owner" not in self.run.mapping and self.type.has("owner"):
            values.setdefault("owner", self.actor)
        record = self.type.create(actor=self.actor, values=dict.fromkeys(self.type.unknown_in_files) | values)
        self._written(offset, row, values, record)
        self.matches.known.add(record, self.rows[offset].number)
        self.cells.add_record(self.type.key, record)
        self.report.created(offset, record, row.later, self.objections.to_new(offset, match.alike, values, record))

    def _update(self, offset: int, row: RowValues, values: dict[str, Any], match: Match, remarks: list[str]) -> None:
        record = match.record
        if self.run.existing == Existing.CREATE:
            raise ValidationError({"external_id": _("Another record already has it.")})
        if values.get("external_id") == str(record.pk):
            del values["external_id"]  # it has led here, and is not another system's
        if self.run.clear_empty:
            values |= {spec.name: None for spec in row.empty if not spec.required and spec.name not in values}
        if (values or row.later) and not can(self.actor, "edit", record):
            raise ValidationError(_("This is about a record that exists, and you may not change it."))
        if moves := self.type.moves:
            values = moves.dated(record, values, moved_on(self.run.answers, moves.by), self.type.can_import)
        if not self.run.is_dry_run:
            over = {name: value for name, value in values.items() if name in row.values or name != NOTED_IN}
            refuse_changed(self.type, over, self.matches.changed.get(record.pk, {}))
        kept = [self.type.spec(name) for name in self.type.kept_by_files if values and name not in values]
        values |= {spec.name: spec.value(record) for spec in kept}
        before = self.report.state(record)
        self.objections.note_change(offset, record, values)
        changed = self.type.update(record, actor=self.actor, values=values) if values else None
        self.matches.known.learn(record)
        self._written(offset, row, values, record)
        remarks = [*self.report.about_the_same(record, match.by), *remarks]
        self.report.updated(offset, record, row.later, remarks, before, is_changed=bool(changed))

    def _written(self, offset: int, row: RowValues, values: dict[str, Any], record: Any) -> None:
        """Keep the links that are still to be set, and say what there is to say of a record that was just written."""
        closing = self.file.circles.get(self.rows[offset].number, ())
        self.report.remark(offset, *self.tied.note(values, record))
        self.report.remark(offset, *without_own(self.type, record, row.later))
        self.report.remark(offset, *without_circles(self.type, row.later, closing))
        self.report.result.links += [Link(offset, record.pk, name, text) for name, text in row.later.items()]
