"""What the columns of a file are: found out once, and handed on to all that read its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from crm.catalogue import seen_type
from crm.catalogue.files import SplitColumn
from crm.catalogue.types import RecordType
from crm.fields.reading import Style, style_from_json
from crm.fields.spec import FieldSpec
from crm.imports.answers import GAP, USE
from crm.imports.mappable import EXTERNAL_ID, mappable
from crm.imports.models import NOTES, Import
from crm.imports.split import column_spec
from crm.users.models import Membership


@dataclass(frozen=True)
class Layout:
    """Of which ``type`` the rows are, as ``actor``, the importer, sees it; and by their places what columns hold:
    ``fields`` of the record, ``splits`` (one field or another), ``brought`` (a link, and a field of the record that
    comes along by it), ``notes`` (a field to which it is added), ``completed`` (the place of a field, and of a column
    that adds to its value).

    ``fixed`` are texts, by field, for all rows that have none of their own; ``telling`` those by which rows are told
    apart. ``filled``: links of which a row needs one, and what was chosen for those that have none. ``lost`` are names
    of columns and values whose field is no longer there. ``styles``: how cells are written, by field.
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
    styles: Mapping[str, Style] = field(default_factory=dict)

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


def layout_of(run: Import, seen: RecordType | None = None) -> Layout:
    """Return what the columns of ``run`` are. ``seen``: the type as somebody else sees it, who looks at the import."""
    record_type = seen or seen_type(run.record_type, run.made_by)
    place = {name: index for index, name in enumerate(run.mapping) if name}
    splits = {split.spec.name: split for split in record_type.splits}
    can_be = mappable(record_type, run.made_by)
    brought, completed, noted = can_be.brought, can_be.completed, can_be.noted
    within = {name for natural in record_type.natural_keys for name in natural.within or ()}
    chosen = ((need.links, run.answers.get(need.field, {}).get(GAP, "")) for need in record_type.needed)
    return Layout(
        record_type,
        run.made_by,
        tuple(run.mapping),
        tuple(run.headers),
        fields=tuple((at, record_type.spec(name)) for name, at in place.items() if record_type.has(name)),
        splits=tuple((at, splits[name]) for name, at in place.items() if name in splits),
        brought=tuple((at, *brought[name]) for name, at in place.items() if name in brought),
        notes=tuple((at, noted) for at, name in enumerate(run.mapping) if name == NOTES and noted is not None),
        completed=tuple((place[completed[more]], at) for more, at in place.items() if completed.get(more) in place),
        fixed=tuple(run.fixed.items()),
        telling=tuple(sorted((name, text) for name, text in run.fixed.items() if name in within)),
        filled=tuple((links, answer) for links, answer in chosen if answer.startswith(USE)),
        lost=frozenset({*place, *run.fixed} - can_be.names - run.planned.keys()),
        styles={name: style_from_json(kept["style"]) for name, kept in run.styles.items() if kept.get("style")},
    )
