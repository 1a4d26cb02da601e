"""Names that are written with an umlaut here and with two letters there: Größenwahn and Groessenwahn, Århus and Aarhus.
And those of firms with a sign or a word: Smith & Co, Smith and Co.

The keys of records take the marks off (``sort_key``: ö is o), and the signs (``company_key``); who looks for a name
asks for each way of writing it: the conversion of leads, one or many, the warnings of duplicates, and imports.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product

from crm.ground.text import sort_key
from crm.keys.firms import company_key
from crm.keys.names import with_suffixes, without_suffixes

_WAYS = {
    **dict.fromkeys(("ä", "ae"), ("a", "ae")),
    **dict.fromkeys(("ö", "ø", "oe"), ("o", "oe")),
    **dict.fromkeys(("ü", "ue"), ("u", "ue")),
    **dict.fromkeys(("å", "aa"), ("a", "aa")),
}
_AND = ("&", "and", "und", "et", "y", "e", "u", "og", "och", "en", "и")  # between two words of a firm's name
# One letter is a word for it in small letters only: the E of "Vitamin E Pharma" is a name.
_LETTERS = "|".join(one for one in _AND if len(one) == 1 and one.isalpha())
_WORDS = "|".join(one for one in _AND if len(one) > 1)
_AND_HERE = re.compile(rf"\s*[&+]\s*|(?<=\S)\s+(?:(?i:{_WORDS})|{_LETTERS}|u\.)\s+(?=\S)")
MOST = 64  # ways of a firm's name: six letters with a mark
MOST_OF_A_PERSON = 8
LEAST_OF_EACH = 8  # ways to write a firm's name with one of the words for "and"
# The first ways: as it is written, without any mark, with two letters for each; and both with "&"
CONSISTENT = 5


LONGEST = 500  # letters of a name that are looked at
ROUGH = 100  # of a rough key: keys end after some letters, and with two for each there are fewer of the name
_SECOND_LETTERS = re.compile(r"(?<=a)[ae]+|(?<=[ou])e+")


def company_spellings(name: str) -> tuple[str, ...]:
    """The ``company_key`` of ``name`` and of the other ways to write it, the likeliest first."""
    return _company_spellings(name[:LONGEST])


def word_spellings(text: str) -> tuple[str, ...]:
    """The ``sort_key`` of ``text``, a part of a person's name, and of the other ways to write it."""
    return _word_spellings(text[:LONGEST])


@lru_cache(maxsize=1024)  # an import asks for each name more than once
def _company_spellings(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (company_key(name), *map(company_key, _ways_of_firm(name))))))


@lru_cache(maxsize=1024)
def _word_spellings(text: str) -> tuple[str, ...]:
    ways = islice(_ways(text), MOST_OF_A_PERSON)
    return tuple(dict.fromkeys(filter(None, (sort_key(text), *map(sort_key, ways)))))


def person_spellings(name: str) -> frozenset[str]:
    """The ``sort_key`` of a person's whole name, and of the other ways to write it, with and without a suffix."""
    return _person_spellings(name[:LONGEST])


@lru_cache(maxsize=1024)
def _person_spellings(name: str) -> frozenset[str]:
    return frozenset(key for way in word_spellings(name) for key in with_suffixes(way))


def rough_company(name: str) -> str:
    """One key for what is alike by ``company_spellings``; some firms that are not alike share it too."""
    words = _with_one_letter(company_key(name[:LONGEST])).split()
    others = " ".join(word for word in words if word not in _AND)
    return company_key(others)[:ROUGH] if others else "&" if words else ""


def rough_person(name: str) -> str:
    """One key for what is alike by ``person_spellings``; some people who are not alike share it too."""
    return without_suffixes(_with_one_letter(sort_key(name[:LONGEST])))[:ROUGH]


def _with_one_letter(key: str) -> str:
    return _SECOND_LETTERS.sub("", key)


def _ways_of_firm(name: str) -> Iterator[str]:
    """``name`` with each word for "and", the consistent ways first."""
    text = unicodedata.normalize("NFC", name)
    each = [one.casefold() for one in _with_each_and(text.casefold() if text.isupper() else text)]
    for one in each:
        yield from islice(_ways(one), 2)
    for one in each:
        yield from islice(_ways(one), max(MOST // len(each), LEAST_OF_EACH))


def _with_each_and(text: str) -> list[str]:
    """``text``, and with the same word for each "and", also with "&" for the last of several: "… und Söhne & Co"."""
    parts, at = [], 0
    for place in _AND_HERE.finditer(text):
        after = text[place.end() :]
        if company_key(f"x {after}") == "x":  # a legal form: "Plan E GmbH" is not called Plan, and "& Co. KG" is one
            text = f"{text[: place.start()]} & {after}" if after.casefold().startswith("co") else text
            break
        parts.append(text[at : place.start()])
        at = place.end()
    parts.append(text[at:])
    found = [text]
    if len(parts) > 1:
        found += [f" {word} ".join(parts) for word in _AND]
    if len(parts) > 2:
        found += [f"{f' {word} '.join(parts[:-1])} & {parts[-1]}" for word in _AND[1:]]
    return found


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
