"""The rows of a file as they are meant: what two columns say together, and cells that say nothing new told apart.

A row with the id of a record here is about that record. What a cell of it says as an export would write it is not read
again: it may name an account as two are called, or somebody who has left, and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from crm.catalogue import seen_type
from crm.catalogue.types import RecordType
from crm.fields import kinds
from crm.fields.kinds.number import CURRENCY_SUFFIX
from crm.fields.reading import NumberText
from crm.fields.spec import FieldSpec
from crm.imports.labelled import labelled
from crm.imports.models import Import
from crm.imports.reading.cells import ERRORS, is_unreadable
from crm.imports.storing import FileRow, read_rows, rows_numbered
from crm.records.hiding import hide_unseen
from crm.tenants.ids import uuid_of
from crm.ui.spreadsheets import cell_text, restore
from crm.users.access import visible
from crm.users.models import Membership

OWN_ID = "id"  # as a column: the id that a record has here
# As a column, and the field that it adds to: what address books keep apart and a name here has in it.
NAME_PARTS = {"middle_name": "first_name", "name_suffix": "last_name"}
_PADDED = re.compile(r"0\d")  # a postal code is another one without its zeros
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
CHUNK = 500  # rows whose records are looked up at once: as many as a batch has


class Same(str):
    """A cell that says what its record says already."""


def more_columns(record_type: RecordType) -> dict[str, str]:
    """What a column can be beside a field, with its label: the id of a record here, the currency of an amount, a part
    of a name, or one of two fields."""
    found = {OWN_ID: _("Id of the record here")}
    found |= {split.spec.name: str(split.spec.label) for split in record_type.splits}
    parts = {
        "middle_name": _("Middle name (added to the first name)"),
        "name_suffix": _("Suffix (added to the last name)"),
    }
    for name, field in completed_fields(record_type).items():
        found[name] = parts.get(name) or _("%(field)s: currency") % {"field": record_type.spec(field).label}
    return found


def completed_fields(record_type: RecordType) -> dict[str, str]:
    """The fields to whose values other columns add something, by the name that such a column has."""
    amounts = [one for one in record_type.specs_now() if one.importable and isinstance(one.kind, kinds.Money)]
    found = {f"{one.name}{CURRENCY_SUFFIX}": one.name for one in amounts}
    found |= NAME_PARTS if record_type.has("first_name") else {}
    return {name: field for name, field in found.items() if not record_type.has(name)}


def meant_rows(job: Import, start: int = 0) -> Iterator[FileRow]:
    """Yield what ``storing.read_rows`` does, with what the columns say of each other."""
    return meant(job, read_rows(job, start))


def meant_rows_numbered(job: Import, numbers: Collection[int]) -> list[FileRow]:
    """The rows that people see under these numbers of the file, in its order."""
    return [*meant(job, rows_numbered(job, numbers))][::-1]


def meant(job: Import, rows: Iterator[FileRow]) -> Iterator[FileRow]:
    """Yield the rows with what their columns say of each other."""
    rows = _completed(job, rows)
    return _told_apart(job, rows) if OWN_ID in job.mapping else rows


def own_records(
    actor: Membership, record_type: RecordType, texts: Iterable[str], *, as_seen: bool = False
) -> dict[str, Any]:
    """Return the records that ``actor`` may see of the ids in ``texts``, by the text; with what their fields name.

    ``as_seen``: not to be written, since they hide what of that the actor may not see.
    """
    ids = {text: row_id for text in texts if (row_id := uuid_of(text)) is not None}
    if not ids:
        return {}
    rows = visible(actor, record_type.model.objects.filter(pk__in=set(ids.values()))).select_related("owner", "team")
    records = {record.pk: record for record in rows.prefetch_related(*record_type.related(record_type.specs_now()))}
    if as_seen:
        hide_unseen(actor, record_type, records.values())
    return {text: records[row_id] for text, row_id in ids.items() if row_id in records}


def holds_own_ids(record_type: RecordType, texts: Iterable[str]) -> bool:
    """Whether one of ``texts`` is the id of a record here, even a deleted one."""
    ids = [found for found in map(uuid_of, texts) if found is not None]
    return bool(ids) and record_type.model.all_objects.filter(pk__in=ids).exists()


def _completed(job: Import, rows: Iterator[FileRow]) -> Iterator[FileRow]:
    place = {name: index for index, name in enumerate(job.mapping) if name}
    completed = completed_fields(seen_type(job.record_type, job.made_by))
    pairs = [(place[field], more) for name, more in place.items() if (field := completed.get(name)) in place]
    kinds_of = labelled(job.headers, job.mapping)
    for row in rows:
        for one in kinds_of:
            one.settle(row)
        for at, more in pairs:
            if row[more] and (row[at] or job.mapping[more] in NAME_PARTS):
                row.complete(at, _joined(row[at], row[more]))
        yield row


def _joined(text: str, more: str) -> str:
    for one in (text, more):
        if one in ERRORS or is_unreadable(one):
            return one
    return NumberText(f"{more} {text}") if isinstance(text, NumberText) else f"{text} {more}".strip()


def _told_apart(job: Import, rows: Iterator[FileRow]) -> Iterator[FileRow]:
    record_type = seen_type(job.record_type, job.made_by)
    own = job.mapping.index(OWN_ID)
    specs = {at: record_type.spec(name) for at, name in enumerate(job.mapping) if name and record_type.has(name)}
    while chunk := list(islice(rows, CHUNK)):
        records = own_records(job.made_by, record_type, {row[own] for row in chunk}, as_seen=True)
        for row in chunk:
            record = records.get(row[own])
            if record is not None:
                for at, spec in specs.items():
                    if row[at] and _says(spec, record, row[at]):
                        row[at] = Same(row[at])
            yield row


def _says(spec: FieldSpec, record: Any, cell: str) -> bool:
    known = " ".join(filter(None, map(cell_text, spec.kind.exported(spec, record))))
    if isinstance(cell, NumberText):
        return cell == known if _PADDED.match(cell) else _pieces(cell) == _pieces(known)
    return _plain(cell) in (_plain(known), _plain(restore(known)))


def _pieces(text: str) -> set[Any]:
    return {Decimal(piece) if _NUMBER.fullmatch(piece) else piece for piece in text.split()}


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
