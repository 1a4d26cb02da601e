"""The rows that were chosen for a run, however many: their ids in order, packed one after the other.

A million of them are 16 MB so, and come out of a list as one value of one statement.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, BinaryField, QuerySet

from crm.bulk.models import BulkRows, BulkRun
from crm.ground.writes import insert_many

SIZE = 16  # bytes of an id
PIECE = 1_000  # ids that are read to find the next few
PIECES = 100  # that are sent to the database together
_BEFORE_ALL = UUID(int=0)


class _Packed(Aggregate):
    function = "STRING_AGG"
    template = "%(function)s(uuid_send(%(expressions)s), '' ORDER BY %(expressions)s)"
    output_field = BinaryField()


def packed(ids: Iterable[UUID]) -> bytes:
    return b"".join(one.bytes for one in sorted(ids))


def unpacked(rows: bytes) -> list[UUID]:
    return [UUID(bytes=rows[at : at + SIZE]) for at in range(0, len(rows), SIZE)]


def packed_rows(records: QuerySet[Any]) -> bytes:
    """The ids of all ``records``, as they are at one moment."""
    return bytes(records.order_by().aggregate(rows=_Packed("pk"))["rows"] or b"")


def keep_rows(run: BulkRun, rows: bytes) -> None:
    """Keep what was chosen for ``run``, which is saved already."""
    pieces = [rows[at : at + PIECE * SIZE] for at in range(0, len(rows), PIECE * SIZE)]
    kept = [BulkRows(run=run, last=UUID(bytes=piece[-SIZE:]), ids=piece) for piece in pieces]
    insert_many(BulkRows, kept, batch_size=PIECES)


def next_rows(run: BulkRun, most: int) -> list[UUID]:
    """Up to ``most`` of the rows that come after the run's cursor; none when there are no more."""
    cursor = run.cursor or _BEFORE_ALL
    piece = BulkRows.objects.filter(run=run, last__gt=cursor).order_by("last").first()
    if piece is None:
        return []
    ids = unpacked(bytes(piece.ids))
    start = bisect_right(ids, cursor)
    return ids[start : start + most]
