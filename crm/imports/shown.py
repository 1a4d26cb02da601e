"""Values as the importer reads them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from crm.catalogue.types import RecordType
from crm.fields import kinds
from crm.fields.kinds.choice import Flag
from crm.fields.spec import FieldSpec
from crm.records.times import is_about

LONGEST = 200


def shown(spec: FieldSpec, record: Any) -> str:
    """The field's value in words, as lists and pages format it."""
    value = spec.value(record)
    if value is None or value in ("", ()):
        return ""
    text = spec.words(record)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _is_now(spec: FieldSpec, record: Any) -> bool:
    return isinstance(spec.kind, kinds.DateTime) and is_about(spec.value(record), record.updated_at)


class Shown:
    """What a dry run tells of records."""

    def __init__(self, record_type: RecordType) -> None:
        specs = record_type.specs_now()
        self.specs = [spec for spec in specs if not isinstance(spec.kind, kinds.DateTime) or spec.importable]
        self.importable = [spec for spec in self.specs if spec.importable]
        self.follows = record_type.follows

    def state(self, record: Any) -> dict[str, str]:
        return {spec.name: shown(spec, record) for spec in self.specs}

    def created(self, record: Any) -> list[list[str]]:
        """What would stand in a new record: label, "", value. That it is made now goes without saying."""
        record = self._as_it_will_be(record, self.follows(record, True))
        said = [spec for spec in self.importable if not isinstance(spec.kind, Flag) or spec.value(record)]
        found = ((str(spec.label), shown(spec, record)) for spec in said if not _is_now(spec, record))
        return [[label, "", text] for label, text in found if text]

    def changes(self, before: dict[str, str], record: Any) -> list[list[str]]:
        """What would be different: label, old, new."""
        after = self.state(record)
        follows = {name: value for name, value in self.follows(record, False).items() if before[name] == after[name]}
        after = self.state(self._as_it_will_be(record, follows)) if follows else after
        return [
            [str(spec.label), before[spec.name], after[spec.name]]
            for spec in self.specs
            if before[spec.name] != after[spec.name]
        ]

    def with_links(
        self, changes: list[list[str]], later: Mapping[str, str], before: Mapping[str, str] | None = None
    ) -> list[list[str]]:
        """``changes`` with the links that are set when the whole file is in."""
        labels = {spec.name: str(spec.label) for spec in self.specs}
        return [*changes, *([labels[name], (before or {}).get(name, ""), text] for name, text in later.items())]

    def _as_it_will_be(self, record: Any, follows: dict[str, Any]) -> Any:
        record = copy(record) if follows else record
        for spec in self.specs:
            if spec.name in follows:
                spec.kind.assign(spec, record, follows[spec.name])
        return record
