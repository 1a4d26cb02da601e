"""What there is to press, and what was."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

FILLED = "+"  # before a key in a way: its form was filled


@dataclass(frozen=True)
class Step:
    """A control to press: on which page, by which way, and whether its form is filled before."""

    url: str
    kind: str
    way: tuple[str, ...]
    key: str
    filled: bool
    label: str

    def __str__(self) -> str:
        way = " › ".join([*(part.strip("|") for part in self.way), self.key.strip("|")])
        return f"{self.kind} ({self.url}): {'fill in, ' if self.filled else ''}press “{self.label}” [{way}]"


@dataclass
class Inventory:
    pages: Counter[str] = field(default_factory=Counter)
    pressed: set[tuple[str, str]] = field(default_factory=set)
    fields: int = 0
    left: dict[tuple[str, str], str] = field(default_factory=dict)  # found, and never pressed: why
    taken: set[tuple[str, str]] = field(default_factory=set)  # forms that were sent and not sent back
    refused: dict[tuple[str, str], str] = field(default_factory=dict)  # forms that were filled in, and sent back: why
