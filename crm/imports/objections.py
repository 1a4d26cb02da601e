"""What speaks against what a file brings and changes: a row may be refused for it, or it is for a person to judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.imports.findings import names_of
from crm.imports.outcome import Report
from crm.imports.row import Row
from crm.records.duplicates import NAMED, Key, told_in_words
from crm.users.models import Membership


class Objections:
    """What there is to be thought over of the rows of a batch, asked of as many at once as can be."""

    def __init__(self, record_type: RecordType, actor: Membership, report: Report) -> None:
        self.type, self.actor, self.report = record_type, actor, report
        self._told: dict[int, set[UUID]] = {}  # the records that a remark on a row named
        self._made: dict[Key, list[Any]] = {}  # by rows of the batch, by what others may be alike by
        self._kept: Counter[Key] = Counter()
        self._places: list[int] = []
        self._changes: list[tuple[Any, dict[str, Any]]] = []

    def welcome(self, rows: list[Row]) -> set[int]:
        """Ask it of new records; return which of the rows were refused for it."""
        found = self.type.objections(self.actor, [row.values for _place, row in rows])
        refused = set()
        for (place, _row), objection in zip(rows, found, strict=True):
            if objection is not None and objection.is_final:
                refused.add(place)
                self.report.refuse(place, [objection.text])
            elif objection is not None:
                self.report.remark(place, objection.text)
                self._told[place] = {match.record.pk for match in objection.matches}
        return refused

    def to_new(self, place: int, alike: list[Any], values: dict[str, Any], record: Any) -> list[str]:
        """What is like ``record``, just made of ``values``, and was not told of before: of those that are here
        (``alike``), and of what rows of the batch have made."""
        told = self._told.get(place, set())
        alike = [one for one in alike if one.pk not in told]
        said = [_("Perhaps there already: %(names)s.") % {"names": names_of(alike)}] if alike else []
        return said + self._alike_among_new(values, record, told | {one.pk for one in alike})

    def _alike_among_new(self, values: dict[str, Any], record: Any, told: set[UUID]) -> list[str]:
        if self.type.alike is None:
            return []
        rough = self.type.alike.rough_keys(values)
        near = {one.pk: one for keys in rough for key in keys for one in self._made.get(key, ())}
        matches = self.type.alike.among(values, [one for pk, one in near.items() if pk not in told])
        for own, keys in self.type.alike.keys_here(record, rough).items():
            self._kept[own] += 1
            for key in keys if self._kept[own] <= NAMED else ():
                self._made.setdefault(key, []).append(record)
        return [told_in_words(matches)] if any(not match.is_weak for match in matches) else []

    def note_change(self, place: int, record: Any, values: Mapping[str, Any]) -> None:
        """That the row is about to write ``values``."""
        there = {name: self.type.spec(name).value(record) for name in values if self.type.has(name)}
        if new := {name: values[name] for name, value in there.items() if values[name] != value}:
            self._places.append(place)
            self._changes.append((record, new))

    def to_changes(self) -> dict[int, str]:
        """What speaks against the changes, by the row; they are made all the same."""
        found = self.type.objections_to_changes(self.actor, self._changes)
        return {place: one.text for place, one in zip(self._places, found, strict=True) if one is not None}
