"""Hundreds of thousands of believable names, with the keys that the services would make of them.

The keys are put together from parts that are made once: normalising a million names letter by letter would take
longer than writing them. A test compares them with those of ``crm.ground.text``.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import gcd

from crm.demo import words
from crm.ground.text import sort_key
from crm.keys.phones import phone_key

_ENDS = [(end, industry) for industry, ends in words.COMPANY_ENDS.items() for end in ends]
_STRIDE = 7919  # a prime: neighbours in number are strangers in name
_PLACES = [(*city[:3], city[3], phone_key(f"{city[3]}100")[:-3]) for city in words.CITIES]


@dataclass(frozen=True, slots=True)
class Company:
    """A company that is always the same for its number."""

    name: str
    sort_name: str
    key: str
    domain: str
    industry: str
    city: str
    region: str
    country: str
    phone: str
    phone_key: str


def company(number: int) -> Company:
    """The company of that number; two numbers never give the same name."""
    starts = words.COMPANY_STARTS
    total = len(starts) * (len(starts) - 1) * len(_ENDS)
    assert gcd(_STRIDE, total) == 1
    rounds, place = divmod(number, total)
    rest, first = divmod(place * _STRIDE % total, len(starts))
    rest, second = divmod(rest, len(starts) - 1)
    end, industry = _ENDS[rest]
    name = f"{starts[first]} {starts[(first + 1 + second) % len(starts)]} {end}" + (f" {rounds}" if rounds else "")
    key = name.lower()  # plain words without accents or legal forms
    city, region, country, prefix, prefix_key = _PLACES[number % len(_PLACES)]
    line = f"{100 + number % 900}"
    return Company(
        name, key, key, f"{key.replace(' ', '-')}.example", industry, city, region, country,
        f"{prefix}{line}", f"{prefix_key}{line}",
    )  # fmt: skip


_FIRST = [(name, sort_key(name)) for name in words.FIRST_NAMES]
_LAST = [(name, sort_key(name)) for name in words.LAST_NAMES]


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    name: str
    sort_name: str
    local: str  # of an e-mail address


def person(draw: random.Random) -> Person:
    """Somebody: some names are common, and one in four has two last names."""
    first, first_key = _FIRST[int(len(_FIRST) * draw.random() ** 1.4)]
    last, last_key = _LAST[int(len(_LAST) * draw.random() ** 1.4)]
    if draw.random() < 0.25:
        other, other_key = _LAST[int(len(_LAST) * draw.random())]
        last, last_key = f"{last} {other}", f"{last_key} {other_key}"
    ascii_key = f"{first_key}.{last_key.replace(' ', '-')}".encode("ascii", "ignore").decode()
    return Person(first, last, f"{first} {last}", f"{first_key} {last_key}", ascii_key)
