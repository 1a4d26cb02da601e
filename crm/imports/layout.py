"""What the columns of a file are: found out once, and handed on to all that read its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from crm.catalogue import seen_type
from crm.catalogue.files import SplitColumn
from crm.catalogue.types import RecordType
from crm.fields.spec import FieldSpec
from crm.imports.answers import GAP, USE
from crm.imports.mappable import EXTERNAL_ID, OWN_ID, mappable
from crm.imports.models import NOTES, Import
from crm.imports.split import column_spec
from crm.tenants.countries import country_of
from crm.tenants.firm_domains import firm_domain
from crm.tenants.text import domain_key, sort_key
from crm.users.models import Membership

_COMPARED_BY: dict[str, Callable[[str], str]] = {  # others as texts
    "country": country_of,
    "website": lambda text: firm_domain(domain_key(text)),
}

Key = tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """Of which ``type`` the rows are, as ``actor``, the importer, sees it; and by their places what columns hold:
    ``fields`` of the record, ``splits`` (one field or another), ``brought`` (a link, and a field of the record that
    comes along by it), ``notes`` (a field to which it is added), ``completed`` (the place of a field, and of a column
    that adds to its value).

    ``fixed`` are texts, by field, for all rows that have none of their own; ``telling`` those by which rows are told
    apart. ``filled``: links of which a row needs one, and what was chosen for those that have none. ``lost`` are names
    of columns and values whose field is no longer there.
    """

    type: RecordType
    actor: Membership
    mapping: tuple[str, ...]
    headers: tuple[str, ...]
    fields: tuple[tuple[int, FieldSpec], ...] = ()
    splits: tuple[tuple[int, SplitColumn], ...] = ()
    brought: tuple[tuple[int, str, FieldSpec], ...] = ()
    notes: tuple[tuple[int, FieldSpec], ...] = ()
    completed: tuple[tuple[int, int], ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()
    telling: tuple[tuple[str, str], ...] = ()
    filled: tuple[tuple[tuple[str, ...], str], ...] = ()
    lost: frozenset[str] = frozenset()

    @cached_property
    def place(self) -> dict[str, int]:
        """In which column each field is."""
        return {name: index for index, name in enumerate(self.mapping) if name}

    def cells(self, row: list[str]) -> dict[str, str]:
        """The cells by field. One that is split counts as all its fields."""
        cells = {name: row[index] for name, index in self.place.items()}
        for split in self.type.splits:
            if text := cells.get(split.spec.name):
                cells |= {name: text for name in split.fields if not cells.get(name)}
        for name, text in self.telling:
            cells[name] = cells.get(name) or text
        for links, answer in self.filled:
            if not any(map(cells.get, links)):
                cells[links[0]] = answer
        return cells

    @cached_property
    def clearing(self) -> frozenset[int]:
        """The columns whose empty cells take away what is there, where an import is to do that."""
        specs = {index: column_spec(self.type, name) for name, index in self.place.items()}
        may = {index for index, spec in specs.items() if spec is not None and not spec.required}
        return frozenset(may - {self.place.get(EXTERNAL_ID)})

    def keys(self, row: list[str]) -> Iterator[Key]:
        """What rows about the same one share; others may share it as well."""
        cells = self.cells(row)
        for name in (OWN_ID, EXTERNAL_ID):
            if cells.get(name):
                yield (name, cells[name])
        for natural in self.type.natural_keys:
            if natural.within is not None and (key := natural.key(cells)):
                yield (natural.column, key)

    def likely(self, row: list[str]) -> Iterator[Key]:
        """What rows share of which the later is told that the earlier may be the same one; others may share it."""
        cells = self.cells(row)
        for natural in self.type.natural_keys:
            if natural.within is None and (key := (natural.roughly or natural.key)(cells)):
                yield (natural.column, key)
        for keys in self.type.alike.rough_keys(cells) if self.type.alike else ():
            yield from keys

    def identity(self, row: list[str]) -> Iterator[Key]:
        """What only rows about the same one share, the surest first."""
        cells = self.cells(row)
        if given := _id_in(cells):
            yield given
        else:
            yield from self._names_in(cells)

    def named(self, row: list[str]) -> tuple[Key | None, list[Key], dict[str, str]]:
        """By which id, and by what else, the row names what it is about; and its cells by field."""
        cells = self.cells(row)
        return _id_in(cells), [*self._names_in(cells)], cells

    def _names_in(self, cells: dict[str, str]) -> Iterator[Key]:
        for natural in self.type.natural_keys:
            if natural.within is not None and (key := natural.key(cells)):
                within = sorted(cells) if natural.by_content else natural.within
                yield (natural.column, key, *(as_compared(name, cells.get(name, "")) for name in within))


def layout_of(job: Import, seen: RecordType | None = None) -> Layout:
    """Return what the columns of ``job`` are. ``seen``: the type as somebody else sees it, who looks at the import."""
    record_type = seen or seen_type(job.record_type, job.made_by)
    place = {name: index for index, name in enumerate(job.mapping) if name}
    splits = {split.spec.name: split for split in record_type.splits}
    can_be = mappable(record_type, job.made_by)
    brought, completed, noted = can_be.brought, can_be.completed, can_be.noted
    within = {name for natural in record_type.natural_keys for name in natural.within or ()}
    chosen = ((need.links, job.answers.get(need.field, {}).get(GAP, "")) for need in record_type.needed)
    return Layout(
        record_type,
        job.made_by,
        tuple(job.mapping),
        tuple(job.headers),
        fields=tuple((at, record_type.spec(name)) for name, at in place.items() if record_type.has(name)),
        splits=tuple((at, splits[name]) for name, at in place.items() if name in splits),
        brought=tuple((at, *brought[name]) for name, at in place.items() if name in brought),
        notes=tuple((at, noted) for at, name in enumerate(job.mapping) if name == NOTES and noted is not None),
        completed=tuple((place[completed[more]], at) for more, at in place.items() if completed.get(more) in place),
        fixed=tuple(job.fixed.items()),
        telling=tuple(sorted((name, text) for name, text in job.fixed.items() if name in within)),
        filled=tuple((links, answer) for links, answer in chosen if answer.startswith(USE)),
        lost=frozenset({*place, *job.fixed} - can_be.names - job.planned.keys()),
    )


def _id_in(cells: dict[str, str]) -> Key | None:
    return next(((name, cells[name]) for name in (OWN_ID, EXTERNAL_ID) if cells.get(name)), None)


def as_compared(name: str, text: str) -> str:
    return _COMPARED_BY.get(name, sort_key)(text)
