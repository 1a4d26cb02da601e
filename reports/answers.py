"""What a report answers with: values, so that page and CSV say the same and a test can read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.utils.safestring import SafeString

from reports.cells import Cell, Kind, currencies_of


@dataclass(frozen=True)
class Column:
    label: Any
    kind: Kind


@dataclass(frozen=True)
class Table:
    """``rows`` and ``total`` have one cell per column; the first cell of each is its heading."""

    key: str
    title: Any
    columns: list[Column]
    rows: list[list[Cell]]
    total: list[Cell] | None = None

    @property
    def currencies(self) -> list[str]:
        """The currencies that occur in the table, the workspace's first."""
        return currencies_of(cell.value for row in self.rows for cell in row if cell.kind == "money")


@dataclass(frozen=True)
class Figure:
    """A number to be read first, and a second one under it: ``extra``, between the words ``extra_of`` and ``note``.

    ``before`` is the same number at the time that ``before_label`` names; ``good`` says which way is better.
    ``data_from``: the day with which the data begins, if that time (or a part of it) lies before it.
    """

    label: Any
    cell: Cell
    extra: Cell | None = None
    extra_of: Any = ""
    note: Any = ""
    before: Cell | None = None
    before_label: Any = ""
    good: Literal["up", "down"] = "up"
    data_from: date | None = None

    @property
    def has_extra(self) -> bool:
        """Whether there is something to read under it: a sum of nothing is not."""
        return self.extra is not None and bool(self.extra.kind != "money" or self.extra.value)


@dataclass(frozen=True)
class Chart:
    """A drawing, and what its colours mean: (label, CSS class). The same numbers stand in a table."""

    title: Any
    svg: SafeString
    legend: tuple[tuple[Any, str], ...] = ()


@dataclass(frozen=True)
class Note:
    """What is not in the numbers, and the address of its rows."""

    text: str
    url: str


@dataclass(frozen=True)
class Answer:
    """All that a report says.

    ``lately`` are figures of the last days, apart from the period. ``charts`` stand in rows. ``left_out`` are the
    fields without which numbers could not be told to this person.
    """

    figures: list[Figure]
    tables: list[Table]
    charts: list[list[Chart]] = field(default_factory=list)
    lately: list[Figure] = field(default_factory=list)
    lately_label: Any = ""
    is_empty: bool = False
    notes: list[Note] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
