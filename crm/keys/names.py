"""A person's whole name, and its two parts. Every word of it stands in one of them."""

from __future__ import annotations

import re

# What stands behind a name, as compared: without points, in small letters. Legal forms too: "Acme, Inc." is no person.
_SUFFIXES = frozenset(
    "jr sr junior senior ii iii iv phd md dds dvm esq mba jd cpa cfa msc bsc llm dphil edd psyd"
    " inc ltd llc llp plc gmbh corp".split()
)
# These are names too, and suffixes only behind two words and a comma.
_SHORT_SUFFIXES = frozenset("ma ba pe rn co sa ag kg obe cbe mbe".split())
# Words that begin a last name. Those of the second sort do so in small letters only: Le and Al are names too.
_PARTICLES = frozenset("van von vom der den de del della di du zu zum zur ter ten".split())
_SMALL_PARTICLES = frozenset("la le les el al da das do dos af av bin ibn bint d' dell' degli san santa 't op".split())
_JOINING = frozenset(("y", "i"))  # Ortega y Gasset
_COMMA = re.compile(r"[,，،]")


def split_name(text: str) -> tuple[str, str]:
    """Return first and last name: ``Ann Marie Bell`` and ``Bell, Ann Marie`` both give ``("Ann Marie", "Bell")``.

    Suffixes stay with the last name (``Otto Krüll, Jr.``), and so do particles (``Ludwig van Beethoven``).
    """
    whole, *rest = (" ".join(part.split()) for part in _COMMA.split(text))
    known = _SUFFIXES | _SHORT_SUFFIXES if " " in whole else _SUFFIXES
    suffixes = [part for part in rest if part and _is_suffix(part, known)]
    named = [whole, *(part for part in rest if part and not _is_suffix(part, known))]
    if len(named) > 1:  # the last name comes first
        first, last = " ".join(named[1:]), named[0]
    else:
        first, last = _apart(named[0].split())
    return first, " ".join(filter(None, [last, *suffixes]))


def join_name(first: str, last: str) -> str:
    return " ".join(part for part in (first.strip(), last.strip()) if part)


def _is_suffix(part: str, known: frozenset[str] = _SUFFIXES) -> bool:
    words = re.sub(r"(?i)\bph\.? ?d\b", "phd", part).split()
    return all(re.sub(r"\W", "", word).casefold() in known for word in words)


def _apart(words: list[str]) -> tuple[str, str]:
    end = len(words)
    while end > 1 and _is_suffix(words[end - 1]):
        end -= 1
    start = next((at for at in range(1, end - 1) if _begins_last_name(words[at])), max(end - 1, 0))
    if start > 1 and words[start] in _JOINING:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


def _begins_last_name(word: str) -> bool:
    return word in _SMALL_PARTICLES or word in _JOINING or word.casefold() in _PARTICLES


_WRITTEN = ("jr", "jr.", "sr", "sr.", "ii", "iii", "phd", "md", "mba")  # the usual ones, as they stand in keys


def without_suffixes(key: str) -> str:
    """What a key has in common with all of ``with_suffixes``."""
    words = key.split()
    while len(words) > 1 and _is_suffix(words[-1].rstrip(",")):
        words.pop()
    return " ".join(words).rstrip(", ")


def with_suffixes(key: str) -> set[str]:
    """The keys that a person's name has with and without a suffix: ``otto krull``, ``otto krull jr.``, …"""
    words = key.split()
    while len(words) > 2 and _is_suffix(words[-1].rstrip(",")):
        words.pop()
    bare = " ".join(words).rstrip(",")
    return {key, bare, *(f"{bare} {suffix}" for suffix in _WRITTEN)} - {""} if bare else set()
