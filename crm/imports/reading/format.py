"""How a file is read. Who only reads its rows again needs none of the libraries that did it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crm.fields.reading.style import DAY_ZERO


@dataclass(frozen=True)
class Format:
    """How a file is read: the part of ``Import.reading`` that people may change, and what they choose from."""

    kind: str  # csv, xlsx, ods
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    readings: list[dict[str, Any]] = field(default_factory=list)  # ``Reading``s, the chosen one among them
    is_chosen: bool = False  # the encoding, by a person
    day_zero: str = DAY_ZERO.isoformat()  # that the sheet's day numbers are counted from

    @property
    def likely(self) -> list[dict[str, Any]]:
        """The readings that are as likely as each other: a person has to say which one it is."""
        found = [one for one in self.readings if one.get("is_likely")]
        return found if len(found) > 1 else []
