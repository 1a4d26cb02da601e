"""Reads our style sheets: plain CSS, nested, no strings with braces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PIECE = re.compile(r"([^{};]*)([{};])")


@cache
def rules(path: Path) -> tuple[tuple[str, str], ...]:
    """(layer, selector) of each rule that declares something, nesting resolved, one of a list each."""
    return tuple(_rules(COMMENT.sub("", path.read_text())))


def _rules(text: str) -> Iterator[tuple[str, str]]:
    layer, open_blocks, told = "", [[""]], False
    for piece, end in _PIECE.findall(text):
        words = " ".join(piece.split())
        if end == "{":
            at = words.startswith("@") or "@keyframes" in open_blocks[-1]
            if words.startswith("@layer"):
                layer = words.removeprefix("@layer ")
            if words.startswith("@keyframes"):
                open_blocks.append(["@keyframes"])
            else:
                open_blocks.append(open_blocks[-1] if at else list(_nested(open_blocks[-1], words)))
            told = False
        elif end == "}":
            open_blocks.pop()
        elif not told and open_blocks[-1] not in ([""], ["@keyframes"]):
            told = True
            yield from ((layer, selector) for selector in open_blocks[-1])


def _nested(parents: list[str], words: str) -> Iterator[str]:
    for selector in parts(words):
        for parent in parents:
            yield selector.replace("&", parent) if "&" in selector else f"{parent} {selector}".strip()


def parts(selectors: str) -> list[str]:
    """A list's selectors: commas within brackets are none of its own."""
    found, depth = [""], 0
    for letter in selectors:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return [one.strip() for one in found]


def flat(selector: str) -> str:
    """Without what stands in brackets: conditions, not what is styled."""
    found, depth = "", 0
    for letter in selector:
        depth += (letter in "([") - (letter in ")]")
        if not depth and letter not in ")]":
            found += letter
    return found


def classes(selector: str) -> list[str]:
    return re.findall(r"\.([a-zA-Z][\w-]*)", selector)


def compounds(selector: str) -> list[str]:
    """What stands between spaces, ``>``, ``+`` and ``~``; the last is what is styled."""
    return re.split(r"\s*[>+~]\s*|\s+", flat(selector))
