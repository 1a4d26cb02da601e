"""Rows of a file about one record count as one: which row of them does, and which go into the same record.

A record is created by one row; else it is changed, if any of its rows changes it, or the same already. What its rows
were counted as is kept until the end of the import, since they may stand far apart (``ImportRow``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from uuid import UUID

from crm.imports.models import Import, ImportRow, Outcome

_LASTING = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)


class Counting:
    """Counts the rows of a batch that came in. ``made``: the rows before it that have made a record, by its id.

    ``taken_back`` are rows of earlier batches that count no more, since a later row has changed their record.
    """

    def __init__(self, run: Import, made: dict[UUID, int]) -> None:
        self.run = run
        self.counts: Counter[str] = Counter()
        self.taken_back: list[int] = []
        self._counted: dict[UUID, tuple[int, Outcome]] = {pk: (number, Outcome.CREATED) for pk, number in made.items()}
        self._asked: set[UUID] = set(made)
        self._here: set[int] = set()

    def look_up(self, ids: Iterable[UUID]) -> None:
        """Find what earlier batches have counted for these records."""
        wanted = {one for one in ids if one not in self._asked}
        self._asked |= wanted
        if wanted and self.run.position:
            rows = ImportRow.objects.filter(run=self.run, record_id__in=wanted, outcome__in=_LASTING)
            for row in rows.only("record_id", "number", "outcome"):
                assert row.record_id is not None
                self._counted[row.record_id] = (row.number, Outcome(row.outcome))

    def first(self, record_id: UUID) -> int | None:
        """The row that counts for the record, if there is one already."""
        self.look_up([record_id])
        return self._counted[record_id][0] if record_id in self._counted else None

    def count(self, record_id: UUID, number: int, outcome: Outcome) -> tuple[Outcome, int | None]:
        """Return as what the row counts, and the row of this batch that does so no more because of that."""
        if outcome != Outcome.CREATED:  # of one that is new no row has counted yet
            self.look_up([record_id])
        before, known = self._counted.get(record_id, (0, None))
        taken_back = None
        if known is None or outcome == Outcome.SKIPPED:
            counted = outcome
        elif known == Outcome.UNCHANGED and outcome == Outcome.UPDATED:
            counted = outcome
            self.counts[known] -= 1
            self.counts[Outcome.FOLDED] += 1
            taken_back = before if before in self._here else None
            self.taken_back += [] if before in self._here else [before]
        else:
            counted = Outcome.FOLDED
        if counted in _LASTING:
            self._counted[record_id] = (number, counted)
            self._here.add(number)
        self.counts[counted] += 1
        return counted, taken_back


def counted_as_changed(run: Import, ids: Collection[UUID]) -> dict[UUID, int]:
    """By record, the row of an earlier batch of a dry run that counts as what would change it."""
    if not ids or not run.position:
        return {}
    rows = ImportRow.objects.filter(run=run, record_id__in=ids, outcome=Outcome.UPDATED)
    return {record_id: number for record_id, number in rows.values_list("record_id", "number") if record_id}
