"""Which row names the columns."""

from __future__ import annotations

import re
from collections.abc import Callable

Row = tuple[int, list[str]]
NONE = 0  # no row does

LOOKED_AT = 30
LONGEST_DATA = 300  # characters of what can be an address, a number or a day
_DATA = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[\d\s.,/:+()€$£%-]*\d[\d\s.,/:+()€$£%-]*")


def find_header(rows: list[Row], is_known: Callable[[str], bool]) -> int:
    """The number of the row: of the first ones that with most names of fields, else the first that is as wide as the
    rows below it; ``NONE`` if that looks like the others. ``is_known`` tells whether a text is the name of a field."""
    if not rows:
        return NONE
    hits = {number: sum(1 for cell in cells if cell and is_known(cell)) for number, cells in rows}
    best = max(hits, key=lambda number: hits[number])
    filled = {number: sum(map(bool, cells)) for number, cells in rows}
    usual = sorted(filled.values())[len(filled) // 2]
    if hits[best] and hits[best] * 4 >= filled[best] and (hits[best] > 1 or filled[best] * 2 >= usual):
        return best
    number, cells = next((row for row in rows if filled[row[0]] * 5 >= usual * 3), rows[0])
    given = [cell for cell in cells if cell]
    data = sum(1 for cell in given if len(cell) <= LONGEST_DATA and _DATA.fullmatch(cell))
    return NONE if any("@" in cell for cell in given) or data * 2 > len(given) else number
