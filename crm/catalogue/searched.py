"""What a search looks at in the records of a type: expressions over its table, of which crm/search makes functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# An expression that everybody's search looks at, or that of a field, from which a role may be kept.
Part = str | tuple[str, str]

# Without apostrophes, as patterns are: O'Brien is found as obrien, too.
NAME = "replace(sort_name, '''', '')"


def several_numbers(column: str) -> str:
    """The digits of a field that may hold several numbers: its key is that of the first."""
    return f"CASE WHEN {column} ~ '[/;,|]' THEN regexp_replace({column}, '[^0-9/;,|]', '', 'g') ELSE '' END"


@dataclass(frozen=True)
class Searched:
    """``parts`` are searched together: words need not stand side by side, "ana acme" finds Ana at Acme.

    The index is made of them: ``edition`` is one more wherever they change. ``emails`` and ``phones`` are the key
    columns by which a whole address or number finds its owner, each with its field. ``through`` names links by whose
    records' ``called`` words it is found, too: a contact by its account or vendor. A hit shows ``notes``, the fields
    that tell it from its namesakes, and ``state``.
    """

    parts: tuple[Part, ...] = (NAME,)
    called: tuple[Part, ...] = (NAME,)
    emails: tuple[tuple[str, str], ...] = ()
    phones: tuple[tuple[str, str], ...] = ()
    through: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    state: str = ""
    edition: int = 4  # as many as all types had together

    @property
    def document(self) -> str:
        return "(" + " || ' ' || ".join(map(_expression, self.parts)) + ")"

    def seen(self, parts: Iterable[Part], array: str, first: int = 1) -> str:
        """The expression of those of ``parts`` of which the SQL ``array`` of booleans says so, from its place ``first``
        on; all where it is NULL."""
        cases = (
            f"CASE WHEN {array} IS NULL OR {array}[{number}] THEN {_expression(part)} ELSE '' END"
            for number, part in enumerate(parts, start=first)
        )
        return "(" + " || ' ' || ".join(cases) + ")"

    @staticmethod
    def flags(parts: Iterable[Part], hidden: frozenset[str]) -> list[bool]:
        """That array for somebody from whom the fields ``hidden`` are."""
        return [isinstance(part, str) or part[0] not in hidden for part in parts]


def _expression(part: Part) -> str:
    return part if isinstance(part, str) else part[1]


BY_NAME = Searched()
