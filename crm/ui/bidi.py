"""Text of any direction inside a sentence."""

from __future__ import annotations

from unicodedata import bidirectional

FIRST_STRONG, END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
PLAIN = frozenset({"L", "EN", "ES", "ET", "AN", "CS", "NSM", "BN", "B", "S", "WS", "ON", ""})  # do not turn others


def isolate(text: str) -> str:
    """Return ``text`` so that it cannot turn the words around it; what runs left to right stays as it is."""
    if text.isascii() or all(bidirectional(letter) in PLAIN for letter in text):
        return text
    return f"{FIRST_STRONG}{_closed(text)}{END}"


def _closed(text: str) -> str:
    """Without ends of isolates that it did not begin: one would end ours."""
    depth, kept = 0, []
    for letter in text:
        kind = bidirectional(letter)
        depth += kind in ("LRI", "RLI", "FSI")
        if kind == "PDI":
            if not depth:
                continue
            depth -= 1
        kept.append(letter)
    return "".join(kept) + END * depth
