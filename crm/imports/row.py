"""What a row says, as values by field; what of that only its record, or the whole file, tells is kept apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crm.catalogue.files import SplitColumn
from crm.fields.reading import Style
from crm.fields.spec import FieldSpec


@dataclass(frozen=True)
class ToCreate:
    """A record of the type ``key`` that the row brings along; ``values`` are what its other cells tell of it."""

    key: str
    name: str
    values: dict[str, Any]


@dataclass
class RowValues:
    """``later``: links that can only be set when the whole file is in; ``empty``: fields whose cells are; ``same``:
    those whose cells say what the record says already;
    ``split`` and ``bare``: values whose field, or currency, only the record tells that the row is about; ``notes``:
    lines for the description."""

    values: dict[str, Any] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    assumed: dict[str, Any] = field(default_factory=dict)  # links that were chosen for all rows without one
    empty: list[FieldSpec] = field(default_factory=list)
    same: set[str] = field(default_factory=set)
    split: list[tuple[SplitColumn, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bare: dict[str, tuple[str, Style]] = field(default_factory=dict)  # amounts without a currency, by field
    emptied: int = 0  # cells that are no value, and were left out as was said
    not_taken: list[str] = field(default_factory=list)  # what the row says of a company that is not made of it
    reasons: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def assume(self, *, is_by_id: bool) -> None:
        """With a record that the row names by an id goes what is only assumed of new ones, until the row is no longer
        about it: somebody may have changed its id meanwhile."""
        for name, value in self.assumed.items():
            if is_by_id:
                self.values.pop(name, None)
            else:
                self.values.setdefault(name, value)

    def has_none(self, named: list[str]) -> bool:
        """Whether nothing came of the links ``named``, that have a cell: there is none, or its word was left out."""
        came = self.reasons or any(self.values.get(name) or name in self.later for name in named)
        return len(named) < 2 and not (named and came)

    def says(self, *, clears: bool) -> set[str]:
        """The fields of which the row says something; with ``clears`` an empty cell does."""
        split = (split.spec.name for split, _value in self.split)
        return {*self.values, *self.later, *self.same, *split, *self.taken_away(clears=clears)}

    def taken_away(self, *, clears: bool) -> set[str]:
        """The fields that its empty cells take away, where they do that."""
        return {spec.name for spec in self.empty if clears and not spec.required and spec.name not in self.values}

    def drop(self, name: str) -> None:
        """Say nothing of the field, or column of one or another field."""
        self.split = [(split, value) for split, value in self.split if split.spec.name != name]
        self.empty = [spec for spec in self.empty if spec.name != name]
        self.bare.pop(name, None)
        self.same.discard(name)
        self.later.pop(name, None)
        self.values.pop(name, None)


Row = tuple[int, RowValues]  # a row's place in its batch, and its values
