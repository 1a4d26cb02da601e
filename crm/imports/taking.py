"""Taking rows in as one batch, in the shape in which the database takes them."""

from __future__ import annotations

from uuid import UUID

from django.db import DatabaseError, transaction

from crm.imports.batches import Batch
from crm.imports.meant import MeantRows
from crm.imports.storing import FileRow
from crm.imports.totals import refused_totals
from crm.imports.trying import BatchResult, Tried, TryAgain
from crm.imports.whole_file import WholeFile
from crm.tenants.memo import forget


def run_batch(
    source: MeantRows,
    batch: list[FileRow],
    file: WholeFile,
    made: dict[UUID, int] | None = None,
) -> BatchResult:
    """Take the rows in with their inserts sent together; should the database refuse one of them, one by one. ``made``:
    which rows have made what they may meet."""
    tried = Tried(refused=refused_totals(batch, file.totals), batches=[row.batch for row in batch])
    while batch:
        try:
            with transaction.atomic():
                return Batch(source, batch, file, made or {}, tried).run()
        except TryAgain:
            forget()  # what the try made of choices, stages and people is gone again
        except DatabaseError:
            if not tried.collected:
                raise
            tried.collected = False
            forget()
    return BatchResult()
