"""Numbers and addresses of which a column beside them says what they are, as Google's address book has them.

Which column of ``Phone 1 - Value`` and ``Phone 2 - Value`` a number stands in says nothing: its label does, row by row.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.ground.text import sort_key
from crm.imports.models import NOTES, Import
from crm.imports.reading.cells import as_told
from crm.imports.storing import FileRow

_COLUMN = re.compile(r"(phone|e-?mail) (\d+) - (label|type|value)")
_PRIMARY = "*"  # before the label of the one that the person uses most
_BETWEEN = ":::"  # several values in one cell
_FREE = ("", NOTES)  # what a column is that can hold what has no place
_FIELDS = {"phone": ("mobile", "phone"), "email": ("email",)}  # by what the columns begin with, in their turn

Pair = tuple[int | None, int]  # the columns of a label and of its value


def _of(words: str) -> re.Pattern[str]:
    return re.compile("|".join(map(sort_key, words.split())))


# What labels say, in the languages of those who have such files; what none of these knows says nothing.
_NOT_THEIRS = _of(
    r"fax facsimile telecop pager beeper bipeur piepser \bbusca \bassist \basist emergenc emergenz notfall urgenc"
)  # of no telephone, or of somebody else
_MOBILE = _of(
    r"\bmobi \bmob\b \bcell handy smartphone iphone \bnatel \bgsm\b portable mov[ie]l\b \bcelular telefonino komork"
    r" kannyk matkapuh \bcep\b 携帯 手机 手機 行動 휴대 мобил сотов κινητ נייד جوال"
)
_OTHER = _of(
    r"work home main\b office business company landline arbeit geschaft dienst buro haupt privat festnetz zuhause"
    r" bureau domicile travail maison \bfixe\b trabajo \bcasa\b lavoro ufficio trabalho werk thuis"
)


@lru_cache(maxsize=1024)
def _meant(label: str) -> str:
    """By a label's ``sort_key``: what its value is for."""
    known = {"nothing": _NOT_THEIRS, "mobile": _MOBILE, "phone": _OTHER}
    return next((meaning for meaning, words in known.items() if words.search(label)), "" if label else "unlabelled")


@dataclass(frozen=True)
class _Value:
    label: str
    text: str
    pair: Pair
    own: str  # the field of its column, "" where it has none

    @property
    def said(self) -> str:
        return f"{self.label}: {self.text}" if self.label else self.text

    @property
    def is_primary(self) -> bool:
        return self.label.startswith(_PRIMARY)

    def fit(self, field: str, fields: Collection[str]) -> int | None:
        """How well the field takes the value, the less the better; None where another of ``fields`` is meant, or none.

        A label that says nothing leaves the value where it was put.
        """
        said = _meant(sort_key(self.label).strip(f"{_PRIMARY} "))
        if said == "nothing":
            return None
        if field == self.own and said == "unlabelled":
            return -1
        if field == "phone":
            return 2 if said == "mobile" else 1 if self.own == "mobile" and said != "phone" else 0
        if field == "mobile" and said != "mobile":
            return None if self.own != field or (said == "phone" and "phone" in fields) else 1
        return 0


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
        for field in [one for one in _FIELDS[self.kind] if one in self.places]:
            fits = [(one.fit(field, self.places), not one.is_primary, one.own != field) for one in left]
            if fitting := [(fit, at) for at, fit in enumerate(fits) if fit[0] is not None]:
                cells[self.places[field]] = left.pop(min(fitting)[1]).text
        for one in left:
            at = next((place for place in self.free if place in one.pair), None)
            row.left.append((one.pair[1], at, one.said))
            if at is not None:
                cells[at] = ", ".join(filter(None, (cells[at], one.said)))
        for place, text in cells.items():
            if row[place] != text:
                row.complete(place, text)

    def _values(self, row: FileRow) -> Iterator[_Value]:
        own = {at: field for field, at in self.places.items()}
        for pair in self.pairs:
            label = row[pair[0]] if pair[0] is not None else ""
            cell = row[pair[1]]
            for text in [part.strip() for part in cell.split(_BETWEEN)] if _BETWEEN in cell else [cell]:
                if text:
                    yield _Value(label, text, pair, own.get(pair[1], ""))


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


def told_left(run: Import, row: FileRow) -> list[str]:
    """What had no place in the row, in words; but for what goes into the description."""
    return [
        _("“%(column)s” was left out: %(text)s.") % {"column": run.headers[column], "text": as_told(text)}
        for column, at, text in row.left
        if at is None or run.mapping[at] != NOTES
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
