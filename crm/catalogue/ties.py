"""New records of a file that look for what other rows of it make: leads that arrive converted, of one firm."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.users.models import Membership

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Ties:
    """``tied`` says of a row's values whether it looks for others; ``keys`` is what it shares with rows whose records
    it may find: those are sent one after the other. ``hold`` keeps others from making the same as all such rows, and
    the records that they are about, until the transaction ends. Of rows that are sent together, ``look_up`` finds for
    all at once what is there already, and keeps it at hand while they are written. ``made`` names, by their type, the
    records that have come into being with some (ids) since a moment: those are told of beside the rows. ``told``: what
    has to be said of one that was just written."""

    tied: Callable[[Values], bool]
    keys: Callable[[Values], set[str]]
    hold: Callable[[Sequence[Values], Sequence[Any]], None]
    look_up: Callable[[Membership, Sequence[Values]], AbstractContextManager[None]]
    made: Callable[[Collection[UUID], datetime], Mapping[str, Iterable[str]]]
    told: Callable[[Any], Iterable[str]]

    def hold_all(self, rows: Iterable[tuple[Values, Any]]) -> None:
        """``hold`` for those of ``rows`` that are tied; with each comes the record that it is about, or None."""
        if tied := [(values, record) for values, record in rows if self.tied(values)]:
            self.hold([values for values, _record in tied], [record for _values, record in tied if record is not None])
