"""One batch of an import: its rows as values, the records they meet, and what comes of each.

The rows are prepared one by one by the same services that a form uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.fields.kinds import Lookup
from crm.fields.spec import FieldSpec
from crm.imports.cells import Cells
from crm.imports.deferring import Link
from crm.imports.models import Import
from crm.imports.reading.cells import cell_text, is_unreadable
from crm.imports.whole_file import links_to_itself
from crm.records.refusals import reasons_of
from crm.records.registry import record_type as type_of_key
from crm.records.types import RecordType
from crm.tenants.bulk import collect_inserts, undo_on_error
from crm.tenants.text import sort_key
from crm.users.access import can
from crm.users.models import Membership

Row = tuple[int, dict[str, Any]]  # a row's place in the batch, and its values
LATER = ""  # among a row's values: links that can only be set when the whole file is in

logger = structlog.get_logger(__name__)


@dataclass
class Outcome:
    """What became of a batch; rows are named by their place in it."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: dict[int, list[str]] = field(default_factory=dict)
    remarks: dict[int, str] = field(default_factory=dict)  # on rows that were taken
    links: list[Link] = field(default_factory=list)  # to rows further down


class Batch:
    """``names``: what rows further down may be called. Cells are read as the import's maker."""

    def __init__(self, job: Import, rows: list[list[str]], names: frozenset[str]) -> None:
        self.job = job
        self.names = names
        self.rows = rows
        self.actor: Membership = job.made_by
        self.type: RecordType = type_of_key(job.record_type)
        self.columns: list[tuple[int, FieldSpec]] = [
            (index, self.type.spec(name)) for index, name in enumerate(job.mapping) if name and self.type.has(name)
        ]
        self.fixed = [(self.type.spec(name), text) for name, text in job.fixed.items() if self.type.has(name)]
        self.cells = Cells(
            self.actor,
            day_first=job.day_first,
            make_choices=job.make_choices and self.actor.role.can_set_up,
            make_people=job.make_people and self.actor.role.can_set_up,
        )
        self.collected = True
        self.outcome = Outcome()

    def run(self, *, collected: bool) -> Outcome:
        """Take the rows in. ``collected``: their inserts are sent together at the end. Otherwise the database sees one
        row at a time, and a row that it refuses keeps no other back."""
        self.collected = collected
        self._look_up_records()
        parsed = [(offset, values) for offset in range(len(self.rows)) if (values := self._parse(offset)) is not None]
        known = self._known_records([values for _offset, values in parsed])
        rows = self._welcome(parsed, known)
        for alone, group in groupby(rows, key=lambda row: self.type.alone(row[1])):
            if collected and not alone:
                with collect_inserts():
                    self._write_all(group, known)
            else:
                self._write_all(group, known)
        return self.outcome

    def _welcome(self, rows: list[Row], known: dict[str, Any]) -> list[Row]:
        """The rows without those against which something speaks; what is for a person to judge is said, and taken."""
        new = [(offset, values) for offset, values in rows if values.get("external_id", "") not in known]
        found = self.type.objections(self.actor, [values for _offset, values in new])
        objections = {offset: one for (offset, _values), one in zip(new, found, strict=True) if one is not None}
        for offset, objection in objections.items():
            if objection.is_final:
                self.outcome.refused[offset] = [objection.text]
            else:
                self.outcome.remarks[offset] = objection.text
        return [row for row in rows if row[0] not in objections or row[0] in self.outcome.remarks]

    def _write_all(self, rows: Iterable[Row], known: dict[str, Any]) -> None:
        for offset, values in rows:
            try:
                with undo_on_error(), self._one_by_one():
                    self.outcome.counts[self._write(offset, values, known)] += 1
            except ValidationError as error:
                self.outcome.remarks.pop(offset, None)
                self.outcome.refused[offset] = reasons_of(error, self.type)

    @contextmanager
    def _one_by_one(self) -> Iterator[None]:
        """Undo what the database refuses of a row, and refuse the row; rows that go together are done again so."""
        if self.collected:
            yield
            return
        try:
            with transaction.atomic():
                yield
        except (DataError, IntegrityError) as error:
            logger.warning("import_row_refused", job=str(self.job.pk), error=str(error))
            raise ValidationError(
                _("The database does not take this row: a value is too long or too large.")
            ) from error

    def _write(self, offset: int, values: dict[str, Any], known: dict[str, Any]) -> str:
        external_id = values.get("external_id", "")
        record = known.get(external_id) if external_id else None
        later = values.pop(LATER, {})
        if record is None:
            record = self.type.create(actor=self.actor, values=values)
            self._keep_links(offset, record, later)
            if external_id:
                known[external_id] = record
            self.cells.add_record(self.type.key, record)
            return "created"
        if not can(self.actor, "edit", record):
            raise ValidationError(_("A record with this external id exists, and you may not change it."))
        if external_id == str(record.pk):
            del values["external_id"]  # it has led here, and is not another system's
        changed = self.type.update(record, actor=self.actor, values=values)
        self._keep_links(offset, record, later)
        return "updated" if changed else "unchanged"

    def _keep_links(self, offset: int, record: Any, later: dict[str, str]) -> None:
        self.outcome.links += [Link(offset, record.pk, name, text) for name, text in later.items()]

    def _parse(self, offset: int) -> dict[str, Any] | None:
        """The row's values, or None when it is refused."""
        values: dict[str, Any] = {}
        reasons: list[str] = []
        try:
            with self._one_by_one():
                self._read(self.rows[offset], values, reasons)
        except ValidationError as error:
            reasons += error.messages
        if reasons or not values:
            self.outcome.refused[offset] = reasons or [_("The row is empty.")]
            return None
        if "owner" not in values and self.type.has("owner") and "owner" not in self.job.mapping:
            values["owner"] = self.actor
        return values

    def _read(self, cells: list[str], values: dict[str, Any], reasons: list[str]) -> None:
        for spec, text in [*self.fixed, *((spec, cells[index]) for index, spec in self.columns)]:
            if not text:
                continue
            try:
                values[spec.name] = spec.kind.parse(spec, cell_text(spec, text), self.cells)
            except ValidationError as error:
                if sort_key(text) in self.names and links_to_itself(self.type, spec):
                    values.setdefault(LATER, {})[spec.name] = text
                    continue
                reasons += [f"{spec.label}: {message}" for message in error.messages]

    def _look_up_records(self) -> None:
        for index, spec in self.columns:
            if isinstance(spec.kind, Lookup):
                texts = [cells[index] for cells in self.rows if cells[index] and not is_unreadable(cells[index])]
                self.cells.load_records(spec.kind.key, list(dict.fromkeys(texts)))

    def _known_records(self, parsed: list[dict[str, Any]]) -> dict[str, Any]:
        """The records that the batch's external ids stand for; an id of Angler's own, from an export, is one too."""
        ids = [values["external_id"] for values in parsed if values.get("external_id")]
        if not ids:
            return {}
        records = self.type.model.objects.select_related("owner", "team")
        own = [found for found in map(_as_uuid, ids) if found is not None]
        known = {str(record.pk): record for record in records.filter(pk__in=own)} if own else {}
        # The index is of those that are not empty; from a long list PostgreSQL does not see that none of it is.
        there = records.filter(external_id__in=ids).exclude(external_id="")
        return known | {record.external_id: record for record in there}


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
