"""Names of one column that are probably the same one, written in several ways: each of them would make a record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.imports.likely import spellings_of
from crm.imports.misspelt import SHORTEST, differ_by_a_letter
from crm.imports.people_alike import is_same_address
from crm.tenants.memo import memo


@memo("imports.alike")  # asked for again where the page comes back with an error
def alike_in_file(spec: FieldSpec, texts: tuple[str, ...]) -> dict[str, str]:
    """By text, the first of ``texts`` that is called nearly so, as names of a file and names here are compared."""
    spellings = spellings_of(spec) if isinstance(spec.kind, (kinds.Lookup, kinds.Person)) else None
    if spellings is None:
        return {}
    found: dict[str, str] = {}
    by_key: dict[str, str] = {}
    by_spelling: dict[str, str] = {}
    near: dict[str, list[str]] = {}  # keys, by what is left of each without one of its letters
    for text in texts:
        keys = spellings(text)
        if not keys:
            continue
        first = by_spelling.get(keys[0]) or next((by_key[key] for key in keys if key in by_key), None)
        if first is None:
            others = {other for part in _parts(keys[0]) for other in near.get(part, ())}
            first = next((by_key[other] for other in sorted(others) if _is_misspelt(keys[0], other)), None)
        if first is not None:
            found[text] = first
            continue
        by_key[keys[0]] = text
        for key in keys:
            by_spelling.setdefault(key, text)
        for part in _parts(keys[0]):
            near.setdefault(part, []).append(keys[0])
    return found


def _parts(key: str) -> Iterator[str]:
    """Two words of which one has a letter more, less, wrong, or swapped with the next, share one of these."""
    yield key
    yield from {key[:at] + key[at + 1 :] for at in range(len(key))}


def _is_misspelt(key: str, other: str) -> bool:
    """Whether the two differ by a letter of a longer word: lists have Shop 12 beside Shop 13, and Plan A beside B."""
    if "@" in key and "@" in other:
        return is_same_address(key, other)
    if any(len(word) < SHORTEST for word in {*key.split()} ^ {*other.split()}):  # of lists of branches most pairs
        return False
    return differ_by_a_letter(key, other) and re.findall(r"\d+", key) == re.findall(r"\d+", other)
