"""What rows of a batch have made, for those after them that may be about the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID

from crm.catalogue.types import RecordType
from crm.records.duplicates import NAMED, Key, told_in_words


class Fresh:
    def __init__(self, record_type: RecordType) -> None:
        self.alike = record_type.alike
        self._made: dict[Key, list[Any]] = {}
        self._kept: Counter[Key] = Counter()

    def remarks(self, values: dict[str, Any], record: Any, but: Collection[UUID]) -> list[str]:
        """Say which of them are alike, but for those told of already, and keep ``record``, made of ``values``."""
        if self.alike is None:
            return []
        rough = self.alike.rough_keys(values)
        near = {one.pk: one for keys in rough for key in keys for one in self._made.get(key, ())}
        matches = self.alike.among(values, [one for pk, one in near.items() if pk not in but])
        for own, keys in self.alike.keys_here(record, rough).items():
            self._kept[own] += 1
            for key in keys if self._kept[own] <= NAMED else ():
                self._made.setdefault(key, []).append(record)
        return [told_in_words(matches)] if any(not match.is_weak for match in matches) else []
