"""The rows of a file as they are meant: what two columns say together, and cells that say nothing new told apart.

A row with the id of a record here is about that record. What a cell of it says as an export would write it is not read
again: it may name an account as two are called, or somebody who has left, and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from crm.catalogue.types import RecordType
from crm.fields.reading import NumberText
from crm.fields.spec import FieldSpec
from crm.ground.ids import uuid_of
from crm.imports.labelled import labelled
from crm.imports.layout import Layout
from crm.imports.mappable import NAME_PARTS, OWN_ID
from crm.imports.models import Import
from crm.imports.reading.cells import ERRORS, is_unreadable
from crm.imports.storing import FileRow, read_rows, rows_numbered
from crm.ui.spreadsheets import cell_text, restore
from crm.users.access import visible
from crm.users.models import Membership

_PADDED = re.compile(r"0\d")  # a postal code is another one without its zeros
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
CHUNK = 500  # rows whose records are looked up at once: as many as a batch has


class Same(str):
    """A cell that says what its record says already."""


@dataclass(frozen=True)
class MeantRows:
    """The rows of a file, with what its columns say of each other, for as many passes over them as one likes."""

    run: Import
    layout: Layout

    def __iter__(self) -> Iterator[FileRow]:
        return self.after(0)

    def after(self, start: int) -> Iterator[FileRow]:
        """Without the first ones."""
        return meant(self.layout, read_rows(self.run, start))

    def numbered(self, numbers: Collection[int]) -> list[FileRow]:
        """Those that people see under these numbers of the file, in its order."""
        return [*meant(self.layout, rows_numbered(self.run, numbers))][::-1]


def meant(layout: Layout, rows: Iterable[FileRow]) -> Iterator[FileRow]:
    """Yield the rows with what their columns say of each other."""
    rows = _completed(layout, rows)
    return _told_apart(layout, rows) if OWN_ID in layout.place else rows


def own_records(
    actor: Membership, record_type: RecordType, texts: Iterable[str], *, as_seen: bool = False
) -> dict[str, Any]:
    """Return the records that ``actor`` may see of the ids in ``texts``, by the text; with what their fields name.

    ``as_seen``: not to be written, since they hide what of that the actor may not see. Else they are whole.
    """
    ids = {text: row_id for text in texts if (row_id := uuid_of(text)) is not None}
    if not ids:
        return {}
    rows: Any = visible(actor, record_type.model.objects.filter(pk__in=set(ids.values())))
    rows = rows.select_related("owner", "team").prefetch_related(*record_type.related(record_type.specs_now()))
    records = {record.pk: record for record in (rows if as_seen else rows.whole())}
    return {text: records[row_id] for text, row_id in ids.items() if row_id in records}


def holds_own_ids(record_type: RecordType, texts: Iterable[str]) -> bool:
    """Whether one of ``texts`` is the id of a record here, even a deleted one."""
    ids = [found for found in map(uuid_of, texts) if found is not None]
    return bool(ids) and record_type.model.all_objects.filter(pk__in=ids).exists()


def _completed(layout: Layout, rows: Iterable[FileRow]) -> Iterator[FileRow]:
    kinds_of = labelled(layout.headers, layout.mapping)
    for row in rows:
        for one in kinds_of:
            one.settle(row)
        for at, more in layout.completed:
            if row[more] and (row[at] or layout.mapping[more] in NAME_PARTS):
                row.complete(at, _joined(row[at], row[more]))
        yield row


def _joined(text: str, more: str) -> str:
    for one in (text, more):
        if one in ERRORS or is_unreadable(one):
            return one
    return NumberText(f"{more} {text}") if isinstance(text, NumberText) else f"{text} {more}".strip()


def _told_apart(layout: Layout, rows: Iterator[FileRow]) -> Iterator[FileRow]:
    own = layout.place[OWN_ID]
    while chunk := list(islice(rows, CHUNK)):
        records = own_records(layout.actor, layout.type, {row[own] for row in chunk}, as_seen=True)
        for row in chunk:
            record = records.get(row[own])
            if record is not None:
                for at, spec in layout.fields:
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
