"""Rows that look for what others of their file make: in which order they are sent, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.catalogue.types import RecordType
from crm.imports.row import Row
from crm.users.models import Membership


class Tied:
    """The ties of a batch's rows (``RecordType.ties``), most of which have none."""

    def __init__(self, record_type: RecordType, actor: Membership) -> None:
        self.ties, self.actor = record_type.ties, actor
        self._records: list[UUID] = []

    def hold(self, rows: Iterable[Row], found: dict[int, Any]) -> None:
        """Keep others from making the same as ``rows``. ``found``: the records that these are about."""
        if self.ties:
            self.ties.hold_all((row.values, found.get(place)) for place, row in rows)

    def has(self, values: dict[str, Any]) -> bool:
        return self.ties is not None and self.ties.tied(values)

    def in_turn(self, rows: Iterable[Row]) -> Iterable[list[Row]]:
        """The rows by what is sent together: one that may find what another makes comes after it."""
        found: dict[int, list[Row]] = {0: []}
        last: dict[str, int] = {}
        for row in rows:
            keys = self.ties.keys(row[1].values) if self.ties else set()
            place = max((last[key] + 1 for key in keys if key in last), default=0)
            last |= dict.fromkeys(keys, place)
            found.setdefault(place, []).append(row)
        return found.values()

    def looked_up(self, rows: list[Row]) -> AbstractContextManager[None]:
        return self.ties.look_up(self.actor, [row.values for _place, row in rows]) if self.ties else nullcontext()

    def note(self, values: dict[str, Any], record: Any) -> list[str]:
        """That ``record`` was just written with ``values``; return what there is to say of it."""
        if self.ties is None or not self.ties.tied(values):
            return []
        self._records.append(record.pk)
        return [*self.ties.told(record)]

    def made(self, since: datetime) -> Iterator[tuple[str, str]]:
        """What has come into being with the rows: of which type, and its name."""
        for what, names in self.ties.made(self._records, since).items() if self.ties and self._records else ():
            for name in names:
                yield what, name
