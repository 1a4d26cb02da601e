"""What only the whole file tells: an import reads it once more before its first batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from crm.fields.kinds import Lookup
from crm.fields.spec import FieldSpec
from crm.imports.models import Import
from crm.imports.storing import read_rows
from crm.records.registry import record_type as type_of_key
from crm.records.types import RecordType
from crm.tenants.text import sort_key

_NAMING = ("name", "first_name", "last_name", "external_id")


@dataclass(frozen=True)
class WholeFile:
    """``names`` are the names and external ids of the file's rows, when a column links to rows of the same type (a
    parent account). ``repeated`` are, for a dry run, the rows whose external id the file has more than once."""

    names: frozenset[str] = frozenset()
    repeated: dict[str, list[tuple[int, list[str]]]] = field(default_factory=dict)

    def earlier_rows(self, job: Import, batch: list[list[str]]) -> list[list[str]]:
        """The rows before ``batch`` that have an external id of one of its rows."""
        if not self.repeated:
            return []
        column = job.mapping.index("external_id")
        found = {place: cells for row in batch for place, cells in self.repeated.get(row[column], ())}
        return [found[place] for place in sorted(found) if place < job.position]


def read_whole_file(job: Import) -> WholeFile:
    """Read the facts of ``job``'s file."""
    columns = {name: index for index, name in enumerate(job.mapping) if name in _NAMING}
    names = _names(job, columns) if _has_links(job) else ()
    repeated: dict[str, list[tuple[int, list[str]]]] = {}
    if job.is_dry_run and "external_id" in columns:
        column = columns["external_id"]
        counts = Counter(row[column] for row in read_rows(job) if row[column])
        for place, row in enumerate(read_rows(job)):
            if counts[row[column]] > 1:
                repeated.setdefault(row[column], []).append((place, row))
    return WholeFile(frozenset(filter(None, map(sort_key, names))), repeated)


def links_to_itself(record_type: RecordType, spec: FieldSpec) -> bool:
    return isinstance(spec.kind, Lookup) and spec.kind.key == record_type.key


def _has_links(job: Import) -> bool:
    record_type = type_of_key(job.record_type)
    specs = record_type.specs(tuple(name for name in job.mapping if name))
    return any(links_to_itself(record_type, spec) for spec in specs)


def _names(job: Import, columns: dict[str, int]) -> Iterator[str]:
    """What links may call the rows; a person's name may stand in two columns."""
    parts = [columns[name] for name in ("first_name", "last_name") if name in columns]
    whole = [columns[name] for name in ("name", "external_id") if name in columns]
    for row in read_rows(job):
        yield from (row[column] for column in whole)
        yield " ".join(row[column] for column in parts)
