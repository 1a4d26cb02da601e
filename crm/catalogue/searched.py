"""What a search looks at in the records of a type: expressions over its table, of which crm/search makes functions."""

from __future__ import annotations

from dataclasses import dataclass

# Without apostrophes, as patterns are: O'Brien is found as obrien, too.
NAME = "replace(sort_name, '''', '')"


def several_numbers(column: str) -> str:
    """The digits of a field that may hold several numbers: its key is that of the first."""
    return f"CASE WHEN {column} ~ '[/;,|]' THEN regexp_replace({column}, '[^0-9/;,|]', '', 'g') ELSE '' END"


@dataclass(frozen=True)
class Searched:
    """``parts`` are searched together: words need not stand side by side, "ana acme" finds Ana at Acme.

    Changing them needs another name of the index (``crm/search/sql.INDEX``). ``emails`` and ``phones`` are the key
    columns by which a whole address or number finds its owner. ``through`` names a link by whose record's ``called``
    words it is found, too: a contact by its account. A hit shows ``notes``, the fields that tell it from its
    namesakes, and ``state``.
    """

    parts: tuple[str, ...] = (NAME,)
    called: tuple[str, ...] = (NAME,)
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    through: str = ""
    notes: tuple[str, ...] = ()
    state: str = ""

    @property
    def document(self) -> str:
        return "(" + " || ' ' || ".join(self.parts) + ")"

    @property
    def words(self) -> str:
        return "(" + " || ' ' || ".join(self.called) + ")"


BY_NAME = Searched()
