"""Words that are spelt with one letter too few, too many or wrong, or with two of them swapped."""

from __future__ import annotations

import string
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

ALIKE = 0.8  # of SequenceMatcher's ratio: one or two letters in a short word
SHORTEST = 4  # letters; of three, any other word would do
LONGEST = 80
# First and last letter, and those outside of that row: Ukrainian, Serbian and Macedonian ones, Persian and Urdu ones
_ROWS = (
    ("а", "я", "єіґђјљњћџѕ"),
    ("α", "ω", ""),
    ("א", "ת", ""),
    ("ء", "ي", "پچژکگیٹڈڑںہے"),
    ("ա", "ֆ", ""),
    ("ა", "ჰ", ""),
)
# Of keys (``sort_key``), so without accents. A letter that is missing is one of those that the others are of.
_ALPHABETS = (
    string.ascii_lowercase,
    string.digits,
    *("".join(map(chr, range(ord(first), ord(last) + 1))) + more for first, last, more in _ROWS),
)


def one_letter_off(key: str, letters: str = "") -> set[str]:
    """What ``key`` may have been meant to be: to be looked up by equality, for which there are indexes.

    ``letters`` are those that it may lack: usually all of the alphabets that it is written in.
    """
    if not SHORTEST <= len(key) <= LONGEST:
        return set()
    letters = letters or " " + "".join(one for one in _ALPHABETS if not set(one).isdisjoint(key))
    found = set()
    for at in range(len(key) + 1):
        before, after = key[:at], key[at:]
        found |= {f"{before}{letter}{after}" for letter in letters}
        if after:
            found.add(f"{before}{after[1:]}")
            found |= {f"{before}{letter}{after[1:]}" for letter in letters}
        if len(after) > 1:
            found.add(f"{before}{after[1]}{after[0]}{after[2:]}")
    return {one for one in found if one == one.strip()} - {key}


def differ_by_a_letter(key: str, other: str) -> bool:
    """Whether they do as ``one_letter_off`` means it: one more, less or wrong, or swapped with the next."""
    if key == other or not SHORTEST <= len(key) <= LONGEST:
        return False
    unlike = (at for at, (one, two) in enumerate(zip(key, other, strict=False)) if one != two)
    same = next(unlike, min(len(key), len(other)))
    here, there = key[same:], other[same:]
    if there[1:] in (here, here[1:]) or here[1:] == there:
        return True
    return here[:2] == there[:2][::-1] and here[2:] == there[2:]


def most_alike(key: str, names: Sequence[tuple[Any, str]]) -> Any:
    """The row of which one of ``names`` (rows with a ``sort_key``) is spelt most like ``key``, if one is so at all."""
    matcher = SequenceMatcher(b=key, autojunk=False)
    best, best_ratio = None, ALIKE
    for row, name in names:
        matcher.set_seq1(name)
        if matcher.real_quick_ratio() >= best_ratio and matcher.quick_ratio() >= best_ratio:
            ratio = matcher.ratio()
            if ratio > best_ratio or (ratio == best_ratio and best is None):
                best, best_ratio = row, ratio
    if best is not None:
        return best
    meant = one_letter_off(key, "".join({letter for _row, name in names for letter in name}))
    near = {id(row): row for row, name in names if name in meant}
    return next(iter(near.values())) if len(near) == 1 else None
