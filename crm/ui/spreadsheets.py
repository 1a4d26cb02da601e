"""Text in files that people open in a spreadsheet, which would run some of it as a formula (OWASP: CSV injection)."""

from __future__ import annotations

import re

# With the apostrophes before it, so that ``restore`` gives back whatever ``defuse`` was given.
_FORMULA = re.compile(r"'*[=+@\t\r-]")
_RESTORABLE = re.compile(r"'+[=+@\t\r-]")


def defuse(text: str) -> str:
    """Return ``text`` with an apostrophe in front if a spreadsheet would run it; ``restore`` takes it off again.

    Phone numbers get it too: a spreadsheet would work out ``+1-212-555`` and save -766.
    """
    if not _FORMULA.match(text) or (text[0] == "-" and _is_number(text)):
        return text
    return f"'{text}"


def restore(cell: str) -> str:
    """Return what ``defuse`` was given; any other text comes back as it is."""
    return cell[1:] if _RESTORABLE.match(cell) else cell


def _is_number(text: str) -> bool:
    return text[1:].replace(".", "", 1).replace(",", "").split(" ")[0].isdigit()
