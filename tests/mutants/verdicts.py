"""What became of a safeguard's tests without it, and the table of all verdicts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

NOTICED = "assertion", "exception"  # an exception that a person would have met counts; broken code does not
_BROKEN = ("SyntaxError", "IndentationError", "ImportError", "ModuleNotFoundError", "NameError", "UnboundLocalError")
_LINE = re.compile(r"^(FAILED|ERROR) (\S+(?: \S+)*?)(?: - (.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    """``how`` is one of: assertion, exception, broken, set-up, timed out, no tests, passed."""

    name: str
    digest: str  # of the entry, the file it changes and its tests: another one is tried anew
    how: str
    by: str = ""  # the test that failed
    why: str = ""
    seconds: float = 0.0
    controlled: bool | None = None  # whether that test passes with the safeguard; None: not tried yet

    @property
    def noticed(self) -> bool:
        return self.how in NOTICED and self.controlled is True

    @property
    def said(self) -> str:
        if self.how not in NOTICED or self.controlled:
            return self.how
        return "not controlled yet" if self.controlled is None else "fails without the change, too"


def failures(output: str) -> set[str]:
    """The tests that failed in a run of pytest."""
    return {test for _kind, test, _why in _LINE.findall(output)}


def read_run(exit_code: int | None, output: str) -> tuple[str, str, str]:
    """Return how a run of pytest ended, with which test and which words; the first failure decides."""
    if exit_code is None:
        return "timed out", "", ""
    if exit_code == 0:
        return "passed", "", ""
    lines = _LINE.findall(output)
    if not lines:
        return ("no tests" if exit_code in (4, 5) else "broken"), "", output.strip()[-200:]
    kind, test, why = next((line for line in lines if line[0] == "FAILED"), lines[0])
    if why.startswith(_BROKEN):
        return "broken", test, why
    if kind == "ERROR":
        return "set-up", test, why
    asserted = why.startswith(("assert", "AssertionError", "Failed"))
    return ("assertion" if asserted else "exception"), test, why


def load(file: Path) -> dict[str, Verdict]:
    """The verdicts of earlier runs, by digest."""
    lines = file.read_text().splitlines() if file.exists() else []
    return {one.digest: one for one in (Verdict(**json.loads(line)) for line in lines)}


def save(file: Path, verdict: Verdict) -> None:
    with file.open("a") as out:
        out.write(json.dumps(asdict(verdict)) + "\n")


def table(verdicts: Iterable[Verdict]) -> str:
    """A table in Markdown, what was not noticed first."""
    rows = ["| safeguard | how | test that notices | its words | s |", "|---|---|---|---|---|"]
    for one in sorted(verdicts, key=lambda one: one.noticed):
        why = one.why.replace("|", "\\|").replace("\n", " ")[:120]
        rows.append(f"| {one.name} | {one.said} | {one.by.replace('|', chr(92) + '|')} | {why} | {one.seconds:.0f} |")
    return "\n".join(rows) + "\n"
