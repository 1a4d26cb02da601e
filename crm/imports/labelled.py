"""Numbers and addresses of which a column beside them says what they are, as Google's address book has them.

Which column of ``Phone 1 - Value`` and ``Phone 2 - Value`` a number stands in says nothing: its label does, row by row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.imports.models import NOTES, Import
from crm.imports.reading.cells import as_told
from crm.imports.storing import FileRow
from crm.records.types import RecordType
from crm.tenants.text import sort_key

_COLUMN = re.compile(r"(phone|e-?mail) (\d+) - (label|type|value)")
_PRIMARY = "*"  # before the label of the one that the person uses most
_BETWEEN = ":::"  # several values in one cell
_FAX = re.compile(r"fax|pager|beeper|facsimile|telecop|bipeur|piepser|\bbusca")
_MOBILE = re.compile(r"\bmobil|\bcell|handy|smartphone|iphone|\bnatel|\bgsm\b|portable|movil|\bcelular|telefonino")
_FREE = ("", NOTES)  # what a column is that can hold what has no place

Pair = tuple[int | None, int]  # the columns of a label and of its value


def _as_mobile(label: str) -> int | None:
    return None if _FAX.search(label) or not _MOBILE.search(label) else 0


def _as_phone(label: str) -> int | None:
    """Another mobile number rather than none."""
    return None if _FAX.search(label) else int(_MOBILE.search(label) is not None)


# By what the columns begin with: the fields in their turn, each with how well it takes a label, the less the better.
_FIELDS: dict[str, dict[str, Callable[[str], int | None]]] = {
    "phone": {"mobile": _as_mobile, "phone": _as_phone},
    "email": {"email": lambda _label: 0},
}


@dataclass(frozen=True)
class _Value:
    label: str
    text: str
    pair: Pair

    @property
    def said(self) -> str:
        return f"{self.label}: {self.text}" if self.label else self.text


@dataclass(frozen=True)
class Labelled:
    """The columns of one kind, with the ``places`` of the fields that are filled from them."""

    kind: str
    pairs: list[Pair]
    places: dict[str, int]
    free: list[int]  # those of its columns that may be emptied, or hold what has no place

    @property
    def put_together(self) -> list[int]:
        """The columns in which something else stands than in the file, or nothing, where people do not expect it."""
        labels = [label for label, _value in self.pairs if label in self.places.values()]
        return [*self.free, *(at for at in labels if at is not None)]

    def settle(self, row: FileRow) -> None:
        """Put each value of the row into the column of its field; what has no place is told by ``FileRow.left``."""
        left = [*self._values(row)]
        cells = dict.fromkeys([*self.free, *self.places.values()], "")
        for field, rank in _FIELDS[self.kind].items():
            fitting = [(fit, one) for one in left if (fit := rank(sort_key(one.label))) is not None]
            if field in self.places and fitting:
                _fit, best = min(fitting, key=lambda one: (one[0], not one[1].label.startswith(_PRIMARY)))
                left.remove(best)
                cells[self.places[field]] = best.text
        for one in left:
            at = next((place for place in self.free if place in one.pair), None)
            row.left.append((one.pair[1], at, one.said))
            if at is not None:
                cells[at] = ", ".join(filter(None, (cells[at], one.said)))
        for place, text in cells.items():
            if row[place] != text:
                row.complete(place, text)

    def _values(self, row: FileRow) -> Iterator[_Value]:
        for pair in self.pairs:
            label = row[pair[0]] if pair[0] is not None else ""
            cell = row[pair[1]]
            for text in [part.strip() for part in cell.split(_BETWEEN)] if _BETWEEN in cell else [cell]:
                if text:
                    yield _Value(label, text, pair)


def labelled(headers: Sequence[str], mapping: Sequence[str]) -> list[Labelled]:
    """The columns that are read by their labels, where a field is made of them."""
    found = []
    for kind, pairs in _pairs(headers).items():
        fields = _FIELDS[kind]
        ours = [pair for pair in pairs if mapping[pair[1]] in (*_FREE, *fields)]
        columns = [at for pair in ours for at in pair[::-1] if at is not None]
        places = {mapping[at]: at for at in columns if mapping[at] in fields}
        free = sorted((at for at in columns if mapping[at] in _FREE), key=lambda at: mapping[at] != NOTES)
        if places:
            found.append(Labelled(kind, ours, places, free))
    return found


def with_place_for_mobiles(record_type: RecordType, headers: Sequence[str], mapping: list[str]) -> list[str]:
    """Where a file has one number of each person, its labels leave room for it when it is a mobile one."""
    if "mobile" in mapping or not (record_type.has("mobile") and record_type.spec("mobile").importable):
        return mapping
    for label, value in _pairs(headers).get("phone", ()):
        if label is not None and mapping[value] == "phone" and not mapping[label]:
            return [*mapping[:label], "mobile", *mapping[label + 1 :]]
    return mapping


def told_left(job: Import, row: FileRow) -> list[str]:
    """What had no place in the row, in words; but for what goes into the description."""
    return [
        _("“%(column)s” was left out: %(text)s.") % {"column": job.headers[column], "text": as_told(text)}
        for column, at, text in row.left
        if at is None or job.mapping[at] != NOTES
    ]


def _pairs(headers: Sequence[str]) -> dict[str, list[Pair]]:
    """By kind, the columns of values with those of their labels, of kinds that have one of these."""
    found: dict[str, dict[int, dict[str, int]]] = {}
    for index, header in enumerate(headers):
        if match := _COLUMN.fullmatch(sort_key(header)):
            part = "value" if match[3] == "value" else "label"
            found.setdefault(match[1].replace("-", ""), {}).setdefault(int(match[2]), {}).setdefault(part, index)
    return {
        kind: [(parts.get("label"), parts["value"]) for _number, parts in sorted(numbers.items()) if "value" in parts]
        for kind, numbers in found.items()
        if any("label" in parts for parts in numbers.values())
    }
