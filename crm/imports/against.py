"""What speaks against what a file changes of records that exist, asked of all rows of a batch at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm.catalogue.types import RecordType
from crm.imports.storing import FileRow
from crm.imports.trying import BatchResult
from crm.users.models import Membership


class Against:
    """What is to be thought over before records that exist get what rows write. Those rows are taken."""

    def __init__(self, record_type: RecordType, actor: Membership) -> None:
        self.type, self.actor = record_type, actor
        self.places: list[int] = []
        self.changes: list[tuple[Any, dict[str, Any]]] = []

    def note(self, place: int, record: Any, values: Mapping[str, Any]) -> None:
        """That the row at ``place`` of the batch is about to write ``values``."""
        there = {name: self.type.spec(name).value(record) for name in values if self.type.has(name)}
        if new := {name: values[name] for name, value in there.items() if values[name] != value}:
            self.places.append(place)
            self.changes.append((record, new))

    def tell(self, rows: Sequence[FileRow], result: BatchResult) -> None:
        """Say it, of all rows at once, and of none that was refused."""
        shown = {row.number: row for row in result.rows}
        found = self.type.objections_to_changes(self.actor, self.changes)
        for place, objection in zip(self.places, found, strict=True):
            if objection is None or place in result.refused:
                continue
            result.remarks.setdefault(place, []).append(objection.text)
            if (row := shown.get(rows[place].number)) is not None:
                row.remarks = [*row.remarks, objection.text]
