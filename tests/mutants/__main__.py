"""``make mutants``: takes each safeguard away in a copy, runs its tests, and tells which test noticed.

``make mutants ARGS="-k wall"`` runs those whose name holds the word. It ends with 1 when one was not noticed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from tests.mutants.safeguards import SAFEGUARDS, Safeguard

REPOSITORY = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".venv", "var", ".git", "__pycache__", ".*_cache", ".hypothesis", "test-results")
AT_ONCE = 2
SECONDS = 900  # for the tests of one safeguard
NOTICED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    safeguard: Safeguard
    noticed_by: str  # "" when no test did
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("-k", default="", help="only those whose name holds this")
    wanted = parser.parse_args().k
    chosen = [one for one in SAFEGUARDS if wanted in one.name]
    with tempfile.TemporaryDirectory(prefix="angler-mutants-") as folder:
        copies: Queue[Path] = Queue()
        for number in range(AT_ONCE):
            copies.put(_copy(Path(folder) / str(number)))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            verdicts = []
            for verdict in pool.map(lambda one: _try(one, copies), chosen):
                verdicts.append(verdict)
                print(f"{verdict.noticed_by or 'NOT NOTICED':<90} {verdict.safeguard.name}", flush=True)
    missed = [one.safeguard.name for one in verdicts if not one.noticed_by]
    print(f"\n{len(verdicts)} safeguards, {len(missed)} not noticed{': ' if missed else ''}{', '.join(missed)}")
    return 1 if missed else 0


def _copy(place: Path) -> Path:
    shutil.copytree(REPOSITORY, place, ignore=LEFT_OUT)
    (place / ".venv").symlink_to(REPOSITORY / ".venv")
    return place


def _try(safeguard: Safeguard, copies: Queue[Path]) -> Verdict:
    copy, started = copies.get(), time.monotonic()
    file = copy / safeguard.file
    whole = file.read_text()
    try:
        file.write_text(safeguard.without(whole))
        return Verdict(safeguard, _noticed_by(copy, safeguard), time.monotonic() - started)
    finally:
        file.write_text(whole)
        copies.put(copy)


def _noticed_by(copy: Path, safeguard: Safeguard) -> str:
    pytest = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:randomly", *safeguard.tests.split()]
    env = {**os.environ, "PYTHONPATH": str(copy), "ANGLER_VAR": str(copy / "var" / "test")}
    try:
        done = subprocess.run(pytest, cwd=copy, env=env, capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return "(its tests hung)"
    if done.returncode == 0:
        return ""
    found = NOTICED.search(done.stdout)
    return found[1] if found else f"(pytest ended with {done.returncode}: {done.stdout[-200:]!r})"


if __name__ == "__main__":
    sys.exit(main())
