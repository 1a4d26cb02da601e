"""Names that are written with an umlaut here and with two letters there: Größenwahn and Groessenwahn, Århus and Aarhus.

The keys of records take the marks off (``sort_key``: ö is o); who looks for a name asks for each way of writing it:
the conversion of leads, one or many, the warnings of duplicates, and imports.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product

from crm.tenants.names import with_suffixes
from crm.tenants.text import company_key, sort_key

_WAYS = {
    **dict.fromkeys(("ä", "ae"), ("a", "ae")),
    **dict.fromkeys(("ö", "ø", "oe"), ("o", "oe")),
    **dict.fromkeys(("ü", "ue"), ("u", "ue")),
    **dict.fromkeys(("å", "aa"), ("a", "aa")),
}
MOST = 64  # ways of a firm's name: six letters with a mark
MOST_OF_A_PERSON = 8
CONSISTENT = 3  # the first ways: as it is written, without any mark, with two letters for each


@lru_cache(maxsize=4096)  # an import asks for each name more than once
def company_spellings(name: str) -> tuple[str, ...]:
    """The ``company_key`` of ``name`` and of the other ways to write it, the likeliest first."""
    ways = islice(_ways(name), MOST)
    return tuple(dict.fromkeys(filter(None, (company_key(name), *map(company_key, ways)))))


@lru_cache(maxsize=4096)
def word_spellings(text: str) -> tuple[str, ...]:
    """The ``sort_key`` of ``text``, a part of a person's name, and of the other ways to write it."""
    ways = islice(_ways(text), MOST_OF_A_PERSON)
    return tuple(dict.fromkeys(filter(None, (sort_key(text), *map(sort_key, ways)))))


def person_spellings(name: str) -> set[str]:
    """The ``sort_key`` of a person's whole name, and of the other ways to write it, with and without a suffix."""
    return {key for way in word_spellings(name) for key in with_suffixes(way)}


def _ways(name: str) -> Iterator[str]:
    """``name`` in small letters with one or two letters for each that has a mark: the same for all of them first."""
    text = unicodedata.normalize("NFC", name).casefold()
    parts: list[tuple[str, ...]] = []
    at = 0
    while at < len(text):
        size = 2 if text[at : at + 2] in _WAYS else 1
        piece = text[at : at + size]
        parts.append(_WAYS.get(piece, (piece,)))
        at += size
    yield "".join(way[0] for way in parts)
    yield "".join(way[-1] for way in parts)
    yield from map("".join, product(*parts))
