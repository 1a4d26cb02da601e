"""Taking the rows of an import in, a batch at a time.

Each batch is one transaction that also moves ``position`` on: a run that is killed goes on after its last batch, and
two workers with the same import wait for each other. The rows of a batch are prepared one by one by the same service
that a form uses; their inserts are sent together. Should the database refuse one of them, the batch is done again
row by row, so that only that row is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.fields.kinds import Lookup
from crm.fields.spec import FieldSpec
from crm.imports.cells import Cells
from crm.imports.models import Import, ImportState, RefusedRow
from crm.imports.reading import read_rows
from crm.imports.selectors import write_content
from crm.records.refusals import reasons_of
from crm.records.registry import record_type as type_of_key
from crm.records.types import RecordType
from crm.tenants.bulk import collect_inserts, insert_many, undo_on_error
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.tenants.models import Tenant
from crm.tenants.text import sort_key
from crm.users.access import can
from crm.users.models import Membership

BATCH = 500
Row = tuple[int, dict[str, Any]]  # a row's place in the batch, and its values
LATER = ""  # among a row's values: links that can only be set when the whole file is in


class DryRunDone(Exception):
    """Ends a dry run's transaction, so that nothing of it stays."""


@dataclass
class Outcome:
    """What became of a batch."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, list[str], list[str]]] = field(default_factory=list)  # (row number, cells, reasons)
    remarks: dict[int, str] = field(default_factory=dict)  # on rows that were taken, by their place in the batch
    deferred: list[list[str]] = field(default_factory=list)  # as Import.deferred


def run_import(tenant: Tenant, job_id: Any) -> None:
    """Work on the import until it is done, cancelled or failed; harmless when another worker has it."""
    with TemporaryDirectory() as folder:
        _run(tenant, job_id, Path(folder) / "rows")


def _run(tenant: Tenant, job_id: Any, content: Path) -> None:
    names: frozenset[str] = frozenset()
    rows: Iterator[list[str]] = iter(())
    position = -1
    while True:
        with tenant_context(tenant):
            jobs = Import.objects.select_for_update(of=("self",)).select_related("made_by__role", "made_by__team")
            job = jobs.filter(pk=job_id, state__in=[ImportState.QUEUED, ImportState.RUNNING]).first()
            if job is None:
                return
            if job.cancel_asked:
                return _finish(job, ImportState.CANCELLED)
            if not content.exists():
                write_content(job, content)
                names = names_in_file(job, content)
            if position != job.position:
                position = job.position
                rows = read_rows(content, job.encoding, job.separator, len(job.headers), start=position)
            batch = list(islice(rows, BATCH))
            if not batch:
                _link_deferred(job)
                return _finish(job, ImportState.DONE)
            _take_in(job, batch, names)
            position = job.position


def names_in_file(job: Import, content: Path) -> frozenset[str]:
    """The names that the file's own rows bring, when a column links to rows of the same type (a parent account)."""
    record_type = type_of_key(job.record_type)
    links = [name for name in job.mapping if name and _links_to_itself(record_type, record_type.spec(name))]
    if not links or "name" not in job.mapping:
        return frozenset()
    column = job.mapping.index("name")
    rows = read_rows(content, job.encoding, job.separator, len(job.headers))
    return frozenset(sort_key(row[column]) for row in rows)


def _links_to_itself(record_type: RecordType, spec: FieldSpec) -> bool:
    return isinstance(spec.kind, Lookup) and spec.kind.key == record_type.key


def _link_deferred(job: Import) -> None:
    """Set the links to rows that stood further down in the file."""
    record_type = type_of_key(job.record_type)
    cells = Cells(job.made_by, day_first=job.day_first, make_choices=False, make_people=False)
    for record_id, name, text in job.deferred:
        record = record_type.model.objects.filter(pk=record_id).first()
        if record is None:
            continue
        spec = record_type.spec(name)
        try:
            with transaction.atomic():
                value = spec.kind.parse(spec, text, cells)
                record_type.update(record, actor=job.made_by, values={name: value})
        except ValidationError as error:
            reasons = [_("The row came in, but for this: %(reason)s") % {"reason": "; ".join(error.messages)}]
            insert_many(RefusedRow, [RefusedRow(job=job, number=job.total + 1, cells=[record.name], reasons=reasons)])
    job.deferred = []
    job.save(update_fields=["deferred"])


def _take_in(job: Import, batch: list[list[str]], names: frozenset[str]) -> None:
    outcome = _run_batch(job, batch, names)
    refused = [RefusedRow(job=job, number=n, cells=c, reasons=r) for n, c, r in outcome.refused]
    insert_many(RefusedRow, [*refused, *_remarks(job, batch, outcome)])
    job.state = ImportState.RUNNING
    job.position += len(batch)
    job.created_count += outcome.counts["created"]
    job.updated_count += outcome.counts["updated"]
    job.unchanged_count += outcome.counts["unchanged"]
    job.refused_count += len(outcome.refused)
    job.deferred = [*job.deferred, *outcome.deferred]
    job.seen_at = timezone.now()
    job.save(
        update_fields=[
            "state", "position", "created_count", "updated_count", "unchanged_count", "refused_count",
            "seen_at", "deferred",
        ]
    )  # fmt: skip


def _remarks(job: Import, batch: list[list[str]], outcome: Outcome) -> Iterator[RefusedRow]:
    """Rows that came in, and stand among the refused ones for what there is to say of them."""
    for offset, text in outcome.remarks.items():
        reasons = [_("The row came in, but for this: %(reason)s") % {"reason": text}]
        yield RefusedRow(job=job, number=job.position + 1 + offset, cells=batch[offset], reasons=reasons)


def _finish(job: Import, state: str) -> None:
    job.state = state
    job.finished_at = job.seen_at = timezone.now()
    job.save(update_fields=["state", "finished_at", "seen_at"])


def _run_batch(job: Import, batch: list[list[str]], names: frozenset[str]) -> Outcome:
    if job.is_dry_run:
        outcome = Outcome()
        try:
            with transaction.atomic():
                outcome = Batch(job, batch, names).run(collected=True)
                raise DryRunDone
        except DryRunDone:
            forget()  # what it made of choices, tags and people is gone again
            return outcome
    try:
        with transaction.atomic():
            return Batch(job, batch, names).run(collected=True)
    except DatabaseError:
        forget()  # what the first try made of choices, stages and people is gone again
        return Batch(job, batch, names).run(collected=False)


class Batch:
    """One batch of an import: its rows as values, the records they meet, and what comes of each."""

    def __init__(self, job: Import, rows: list[list[str]], names: frozenset[str]) -> None:
        self.job = job
        self.names = names
        self.rows = rows
        self.actor: Membership = job.made_by
        self.type: RecordType = type_of_key(job.record_type)
        self.columns: list[tuple[int, FieldSpec]] = [
            (index, self.type.spec(name)) for index, name in enumerate(job.mapping) if name and self.type.has(name)
        ]
        self.cells = Cells(
            self.actor,
            day_first=job.day_first,
            make_choices=job.make_choices and self.actor.role.can_set_up,
            make_people=job.make_people and self.actor.role.can_set_up,
        )
        self.outcome = Outcome()

    def run(self, *, collected: bool) -> Outcome:
        """Take the rows in; ``collected``: their inserts are sent together at the end."""
        self._look_up_records()
        parsed = [self._parse(number, cells) for number, cells in enumerate(self.rows, start=self.job.position + 1)]
        known = self._known_records([values for values in parsed if values is not None])
        rows = self._welcome([(offset, values) for offset, values in enumerate(parsed) if values is not None], known)
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
                number = self.job.position + 1 + offset
                self.outcome.refused.append((number, self.rows[offset], [objection.text]))
            else:
                self.outcome.remarks[offset] = objection.text
        return [row for row in rows if row[0] not in objections or row[0] in self.outcome.remarks]

    def _write_all(self, rows: Iterable[Row], known: dict[str, Any]) -> None:
        for offset, values in rows:
            number, cells = self.job.position + 1 + offset, self.rows[offset]
            try:
                with undo_on_error():
                    self.outcome.counts[self._write(values, known)] += 1
            except ValidationError as error:
                self.outcome.remarks.pop(offset, None)
                self.outcome.refused.append((number, cells, reasons_of(error, self.type)))

    def _write(self, values: dict[str, Any], known: dict[str, Any]) -> str:
        external_id = values.get("external_id", "")
        record = known.get(external_id) if external_id else None
        later = values.pop(LATER, {})
        if record is None:
            record = self.type.create(actor=self.actor, values=values)
            self.outcome.deferred += [[str(record.pk), name, text] for name, text in later.items()]
            if external_id:
                known[external_id] = record
            self.cells.add_record(self.type.key, record)
            return "created"
        if not can(self.actor, "edit", record):
            raise ValidationError(_("A record with this external id exists, and you may not change it."))
        if external_id == str(record.pk):
            del values["external_id"]  # it has led here, and is not another system's
        changed = self.type.update(record, actor=self.actor, values=values)
        self.outcome.deferred += [[str(record.pk), name, text] for name, text in later.items()]
        return "updated" if changed else "unchanged"

    def _parse(self, number: int, cells: list[str]) -> dict[str, Any] | None:
        values: dict[str, Any] = {}
        reasons: list[str] = []
        fixed = [(self.type.spec(name), text) for name, text in self.job.fixed.items() if self.type.has(name)]
        given = [(spec, cells[index]) for index, spec in self.columns]
        for spec, text in [*fixed, *given]:
            if not text:
                continue
            try:
                values[spec.name] = spec.kind.parse(spec, text, self.cells)
            except ValidationError as error:
                if sort_key(text) in self.names and _links_to_itself(self.type, spec):
                    values.setdefault(LATER, {})[spec.name] = text
                    continue
                reasons += [f"{spec.label}: {message}" for message in error.messages]
        if reasons:
            self.outcome.refused.append((number, cells, reasons))
            return None
        if not values:
            self.outcome.refused.append((number, cells, [_("The row is empty.")]))
            return None
        if "owner" not in values and self.type.has("owner") and "owner" not in self.job.mapping:
            values["owner"] = self.actor
        return values

    def _look_up_records(self) -> None:
        for index, spec in self.columns:
            if isinstance(spec.kind, Lookup):
                texts = [cells[index] for cells in self.rows if cells[index]]
                self.cells.load_records(spec.kind.key, list(dict.fromkeys(texts)))

    def _known_records(self, parsed: list[dict[str, Any]]) -> dict[str, Any]:
        """The records that the batch's external ids stand for; an id of Angler's own, from an export, is one too."""
        ids = [values["external_id"] for values in parsed if values.get("external_id")]
        if not ids:
            return {}
        records = self.type.model.objects.select_related("owner", "team")
        known = {str(record.pk): record for record in records.filter(pk__in=filter(None, map(_as_uuid, ids)))}
        return known | {record.external_id: record for record in records.filter(external_id__in=ids)}


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
