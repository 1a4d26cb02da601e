"""Names that are written with an umlaut here and with two letters there: Größenwahn and Groessenwahn, Århus and Aarhus.

The keys of records take the marks off (``sort_key``: ö is o); who looks for a name asks for each way of writing it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import islice, product

from crm.tenants.text import company_key

_WAYS = {
    **dict.fromkeys(("ä", "ae"), ("a", "ae")),
    **dict.fromkeys(("ö", "ø", "oe"), ("o", "oe")),
    **dict.fromkeys(("ü", "ue"), ("u", "ue")),
    **dict.fromkeys(("å", "aa"), ("a", "aa")),
}
MOST = 64  # ways of one name: six letters with a mark


@lru_cache(maxsize=4096)  # an import asks for each name more than once
def company_spellings(name: str) -> tuple[str, ...]:
    """The ``company_key`` of ``name`` and of the other ways to write it."""
    text = unicodedata.normalize("NFC", name).casefold()
    parts: list[tuple[str, ...]] = []
    at = 0
    while at < len(text):
        size = 2 if text[at : at + 2] in _WAYS else 1
        piece = text[at : at + size]
        parts.append(_WAYS.get(piece, (piece,)))
        at += size
    ways = ("".join(way) for way in islice(product(*parts), MOST))
    return tuple(dict.fromkeys(filter(None, (company_key(name), *map(company_key, ways)))))
