"""What a benchmark found: lines of a table, and the same as JSON."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Line:
    """One measurement. ``ratio`` is the value against the floor; the aim is for it, or else for the value.

    ``aim`` reads "≤ 3" or "≥ 0.125".
    """

    name: str
    rows: int  # of leads in the workspace
    value: float
    unit: str
    floor: float | None = None
    aim: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def verdict(self) -> str:
        if not self.aim:
            return ""
        sign, limit = self.aim.split()
        found = self.ratio if self.ratio is not None else self.value
        return "pass" if (found <= float(limit) if sign == "≤" else found >= float(limit)) else "missed"


HEADS = ("What", "Leads", "Value", "Floor", "Ratio", "Aim", "", "")


def table(lines: Sequence[Line]) -> str:
    """The lines with their columns aligned, readable as a Markdown table."""
    cells = [HEADS, *(_cells(line) for line in lines)]
    widths = [max(len(row[index]) for row in cells) for index in range(len(HEADS))]
    text = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    text.insert(1, "-|-".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in text)


def _cells(line: Line) -> tuple[str, ...]:
    def number(value: float | None) -> str:
        return "" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"

    floor = "" if line.floor is None else f"{number(line.floor)} {line.unit}"
    value = f"{number(line.value)} {line.unit}"
    rows = f"{line.rows:,}" if line.rows else ""
    return line.name, rows, value, floor, number(line.ratio), line.aim, line.verdict, line.note


def write(folder: Path, lines: Sequence[Line]) -> Path:
    """Keep the lines and the machine's size as JSON; return the file."""
    path = folder / f"{time.strftime('%Y-%m-%d-%H%M%S')}.json"
    machine = {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
    }
    found = [asdict(line) | {"ratio": line.ratio, "verdict": line.verdict} for line in lines]
    path.write_text(json.dumps({"machine": machine, "lines": found}, indent=1, ensure_ascii=False))
    return path
