"""What only the whole file tells: an import reads it once more before its first batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from crm.fields.kinds import Lookup
from crm.fields.spec import FieldSpec
from crm.imports.identity import keys_of
from crm.imports.meant import meant_rows
from crm.imports.models import Import
from crm.imports.storing import FileRow, read_rows
from crm.records.registry import record_type as type_of_key
from crm.records.types import RecordType
from crm.tenants.text import sort_key

Key = tuple[str, ...]
_NAMING = ("name", "first_name", "last_name", "external_id")


@dataclass(frozen=True)
class WholeFile:
    """``names`` are the names and external ids of the file's rows, when a column links to rows of the same type (a
    parent account). ``repeated`` are, for a dry run, the rows that may be about the same one as another."""

    names: frozenset[str] = frozenset()
    repeated: dict[Key, list[tuple[int, FileRow]]] = field(default_factory=dict)

    def earlier_rows(self, job: Import, batch: list[FileRow]) -> list[FileRow]:
        """The rows before ``batch`` that may be about the same one as one of its rows."""
        if not self.repeated:
            return []
        record_type, place = type_of_key(job.record_type), places(job)
        keys = {key for row in batch for key in keys_of(record_type, place, row)}
        found = {at: cells for key in keys for at, cells in self.repeated.get(key, ())}
        return [found[at] for at in sorted(found) if at < job.position]


def read_whole_file(job: Import) -> WholeFile:
    """Read the facts of ``job``'s file."""
    columns = {name: index for index, name in enumerate(job.mapping) if name in _NAMING}
    names = _names(job, columns) if _has_links(job) else ()
    repeated = _repeated(job) if job.is_dry_run else {}
    return WholeFile(frozenset(filter(None, map(sort_key, names))), repeated)


def places(job: Import) -> dict[str, int]:
    """In which column each field is."""
    return {name: index for index, name in enumerate(job.mapping) if name}


def _repeated(job: Import) -> dict[Key, list[tuple[int, FileRow]]]:
    record_type, place = type_of_key(job.record_type), places(job)
    counts = Counter(hash(key) for row in meant_rows(job) for key in keys_of(record_type, place, row))
    repeated: dict[Key, list[tuple[int, FileRow]]] = {}
    for at, row in enumerate(meant_rows(job)):
        for key in keys_of(record_type, place, row):
            if counts[hash(key)] > 1:
                repeated.setdefault(key, []).append((at, row))
    return repeated


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
