"""What a record type tells an import: how rows find their records, what it asks once, columns of two fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.fields.spec import FieldSpec


@dataclass(frozen=True)
class Shared:
    """What the values of a row and the record that they are surely about have in common, at least one thing; with
    nothing on either side, it may be any."""

    of_row: Callable[[Mapping[str, Any]], list[Any]]
    of_record: Callable[[Any], list[Any]]


@dataclass(frozen=True)
class Where:
    """What the database can tell of the records that have a row's key: a condition in which ``wanted.b[1]`` is the
    first of ``texts`` (``ground.lookups``). Where it is asked of some first ones, it calls their ``columns``
    ``hit.column``."""

    condition: str = "TRUE"
    texts: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class NaturalKey:
    """How the values of a new record are known to be about one that exists, other than by its id.

    ``key`` gives what would stand in the model's ``column`` for them, "" when they do not say. ``agrees`` says of a
    record that has it whether it is the one (True), another (False), or only alike (None): then a person has to judge.
    ``label`` names what they share. Rows of one file are about the same one when the texts of ``within`` are the same
    too; a key without is never sure. ``spellings`` give the key and what else it may be for the same name,
    ``roughly`` one that all of those have.
    ``by_content``: what is shared is too little; it is the one where it also has all that the new one says already.
    ``shares``: what else they share, so that of thousands with one key a few are looked at. ``near`` tells the database
    which records with the key those may be that ``agrees`` says True of; ``perhaps`` (where some are only alike) which
    of the first ones with that key it may say None of.
    """

    label: Any
    column: str
    key: Callable[[Mapping[str, Any]], str]
    agrees: Callable[[Mapping[str, Any], Any], bool | None]
    within: tuple[str, ...] | None = ()
    spellings: Callable[[Mapping[str, Any]], Iterable[str]] | None = None
    roughly: Callable[[Mapping[str, Any]], str] | None = None
    by_content: bool = False
    shares: Shared | None = None
    near: Callable[[Mapping[str, Any]], Sequence[Where]] | None = None
    perhaps: Callable[[Mapping[str, Any]], Where] | None = None


@dataclass(frozen=True)
class Gap:
    """A field that some records need and old files leave out: an import asks once for all of its rows.

    Records need it whose field ``by`` has a value that ``needed`` says so of. ``unknown`` stands for "nobody knows".
    ``question`` has %(count)s, a number of rows.
    """

    field: str
    by: str
    needed: Callable[[Any], bool]
    question: Any
    unknown: Any
    unknown_label: Any


@dataclass(frozen=True)
class NeededLink:
    """A record needs a link ``field``, or one of those ``instead``: an import asks once for all rows that have none.

    ``question`` has %(rows)s, their number in words; its plural is that of ``count``.
    """

    field: str
    instead: tuple[str, ...]
    heading: Any
    question: Any

    @property
    def links(self) -> tuple[str, ...]:
        return (self.field, *self.instead)


@dataclass(frozen=True)
class SplitColumn:
    """A column, read by ``spec``, that is of one of ``fields``: ``into`` tells which by the row's field ``by``, or ""
    of none: that is remarked. With ``needs_by`` it is only guessed beside a column of ``by``."""

    spec: FieldSpec
    by: str
    into: Callable[[Any], str]
    fields: tuple[str, ...]
    needs_by: bool = False


@dataclass(frozen=True)
class Moves:
    """Changes of the field ``by`` have a day, and that is not the day on which a file comes.

    ``dated`` returns the values of a row about a record that exists, completed by the day of its move, as far as the
    file, or else ``day``, tells it; where it must be known, ``ValidationError`` is raised. ``may_write`` tells
    which fields are the importer's to write: no day that they give comes into another one. With a ``label`` an import
    asks for that day, for all rows that do not tell theirs.
    """

    by: str
    dated: Callable[[Any, dict[str, Any], date | None, Callable[[str], bool]], dict[str, Any]]
    label: Any = ""
    help: Any = ""
