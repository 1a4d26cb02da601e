"""Whom a name or an address probably means that nobody here has. Another name is another person, however much else is
the same (the domain of an address, the last name): what differs must be a misspelling, and no other name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from crm.ground.text import sort_key
from crm.imports.misspelt import differ_by_a_letter, most_alike

_ADDRESS = re.compile(r"[^\s<>\"(),;:@]+@[^\s<>\"(),;:@]+")
_WORDS = re.compile(r"[^\W_]+")
TOLD = 3  # letters of a first name beside which a last name is known again
# Letters of the longer one, from which on a word with that difference is the other one misspelt: of the first word,
# which is a first name (Jan is not Jane, Karin not Karen, Peter not Pieter), and of the others beside it.
SWAPPED, DOUBLED = 4, 6
FIRST = {"missing": 7, "wrong": 8}
OTHERS = {"missing": 5, "wrong": 6}
COUNTRY = 2  # letters of a domain's end: .de and .be are two


def person_meant(key: str, rows: Iterable[Any]) -> Any:
    """The one of ``rows`` (people) that ``key``, a ``sort_key``, probably means, or None."""
    address = _ADDRESS.search(key)
    if address:
        addresses = [(row, sort_key(row.email)) for row in rows if row.email]
        fits = [row for row, one in addresses if one == address[0]]
        fits = fits or [row for row, one in addresses if is_same_address(address[0], one)]
        return fits[0] if len(fits) == 1 else None
    fits = [row for row in rows if any(_is_same_name(key, name) for name in _names_of(row))]
    return most_alike(key, [(row, name) for row in fits for name in _names_of(row)]) if len(fits) == 1 else None


def is_same_address(one: str, other: str) -> bool:
    """Whether they are the same, or one is the other misspelt: before the @ or behind it, not both."""
    (name, domain), (other_name, other_domain) = (text.rsplit("@", 1) for text in (one, other))
    if domain == other_domain:
        return name == other_name or _is_misspelt(_WORDS.findall(name), _WORDS.findall(other_name))
    return name == other_name and _is_misspelt_domain(domain, other_domain)


def _names_of(row: Any) -> list[str]:
    """What a person is called: by name, and in the address."""
    return [sort_key(name) for name in (str(row), row.email.rpartition("@")[0]) if name]


def _is_same_name(key: str, name: str) -> bool:
    words, others = _WORDS.findall(key), _WORDS.findall(name)
    return words == others or _is_misspelt(words, others) or _is_shortened(*sorted((words, others), key=len))


def _is_shortened(few: Sequence[str], many: Sequence[str]) -> bool:
    """Whether it is the same name with initials (A. Winter), or without a second first name."""
    if len(few) < 2 or few[-1] != many[-1]:
        return False
    rest = iter(many[:-1])
    return all(any(one in (other, other[:1]) or other == one[:1] for other in rest) for one in few[:-1])


def _is_misspelt(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether all words but one are the same, and that is misspelt; or only what is between them differs."""
    if "".join(words) == "".join(others):
        return True
    unlike = [at for at, (one, other) in enumerate(zip(words, others, strict=False)) if one != other]
    if len(words) != len(others) or len(unlike) != 1:
        return False
    [at] = unlike
    limits = OTHERS if at and len(words[0]) >= TOLD else FIRST
    return _is_misspelt_word(words[at], others[at], limits)


def _is_misspelt_word(one: str, other: str, limits: dict[str, int]) -> bool:
    short, long = sorted((one, other), key=len)
    if not differ_by_a_letter(long, short) or _digits(one) != _digits(other):
        return False
    if sorted(one) == sorted(other):  # Marian is not Marina
        return len(one) >= SWAPPED and (one[-1] == other[-1] or "a" not in (one[-1], other[-1]))
    if one[0] != other[0]:  # ksmith is not jsmith
        return False
    if one[-1] != other[-1] and not (limits is OTHERS and len(short) < len(long)):  # nor Mario Maria
        return False
    is_doubled = len(short) < len(long) and re.sub(r"(.)\1", r"\1", long) == re.sub(r"(.)\1", r"\1", short)
    return len(long) >= (DOUBLED if is_doubled and limits is FIRST else limits[_difference(short, long)])


def _difference(short: str, long: str) -> str:
    return "wrong" if len(short) == len(long) else "missing"


def _is_misspelt_domain(one: str, other: str) -> bool:
    ends = {_end(one), _end(other)}
    if _digits(one) != _digits(other) or (len(ends) == 2 and all(len(end) == COUNTRY for end in ends)):
        return False
    return one.replace(".", "") == other.replace(".", "") or differ_by_a_letter(one, other)


def _end(domain: str) -> str:
    return domain.rpartition(".")[2]


def _digits(text: str) -> list[str]:
    return re.findall(r"\d+", text)
