"""``make mutants``: takes each safeguard away in a copy, runs its tests, and tells which test noticed.

``make mutants ARGS="-k wall"`` tries those whose name matches; ``-j 1`` one at a time; ``--again`` those, too,
that were noticed before and have not changed since. In the end each test that noticed runs once with all safeguards in
place: only if it passes then does it count. The table lies in ``var/mutants/table.md``; it ends with 1 when a safeguard
was not noticed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from queue import Queue

from crm.local.leash import end_with_make
from crm.local.servers import ensure_servers, release
from crm.local.testing import browser

from .safeguards import SAFEGUARDS, Safeguard
from .verdicts import NOTICED, Verdict, failures, load, read_run, save, table

REPOSITORY = Path(__file__).resolve().parents[2]
VAR = REPOSITORY / "var" / "mutants"
RESULTS, TABLE = VAR / "results.jsonl", VAR / "table.md"
LEFT_OUT = shutil.ignore_patterns(".venv", "var", ".git", "__pycache__", ".*_cache", ".hypothesis", "test-results")
SECONDS = 180  # for the tests of one safeguard
CONTROL_SECONDS = 1800
PYTEST = ["-q", "-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("-k", default="", help="only those whose name holds this (a regular expression)")
    parser.add_argument("-j", type=int, default=2, help="how many at once")
    parser.add_argument("--again", action="store_true", help="also those that were noticed before")
    asked = parser.parse_args()
    VAR.mkdir(parents=True, exist_ok=True)
    known = {} if asked.again else load(RESULTS)
    chosen = {one.name: _digest(one) for one in SAFEGUARDS if re.search(asked.k, one.name)}
    done = {one.digest for one in known.values() if one.how in NOTICED and one.controlled is not False}
    noticed = {one.name for one in known.values() if one.digest in done}
    with _servers(), _copies(asked.j) as copies:
        with ThreadPoolExecutor(asked.j) as pool:
            todo = [one for one in SAFEGUARDS if one.name in chosen and chosen[one.name] not in done]
            todo.sort(key=lambda one: one.name in noticed)  # what is new, or was not noticed, comes first
            for verdict in pool.map(lambda one: _try(one, chosen[one.name], copies), todo):
                known[verdict.digest] = verdict
                save(RESULTS, verdict)
                print(f"{verdict.how:<10} {verdict.seconds:4.0f} s  {verdict.name}  {verdict.by}", flush=True)
        verdicts = _controlled([known[digest] for digest in chosen.values()], copies.get())
    TABLE.write_text(table(verdicts))
    missed = [f"{one.name} ({one.said})" for one in verdicts if not one.noticed]
    print(f"\n{len(verdicts)} safeguards, {len(missed)} not noticed{': ' if missed else ''}{', '.join(missed)}")
    print(f"The table: {TABLE}")
    return 1 if missed else 0


@contextmanager
def _servers() -> Iterator[None]:
    """One PostgreSQL and one Redis for all, and a browser for the tests that want one."""
    os.environ["CHROMIUM"] = browser()
    end_with_make()
    ensure_servers(VAR, durable=False)
    try:
        yield
    finally:
        release(VAR)


def _digest(safeguard: Safeguard) -> str:
    files = [REPOSITORY / one for one in (safeguard.file, *safeguard.paths)]
    return hashlib.sha256(b"".join([repr(safeguard).encode(), *(file.read_bytes() for file in files)])).hexdigest()


class Copy:
    """A copy of the project, and a process that runs its tests."""

    def __init__(self, place: Path) -> None:
        self.place = place
        shutil.copytree(REPOSITORY, place, ignore=LEFT_OUT)
        (place / ".venv").symlink_to(REPOSITORY / ".venv")
        subprocess.run([sys.executable, "-m", "compileall", "-q", str(place)], check=True)
        env = {**os.environ, "PYTHONPATH": str(place), "ANGLER_VAR": str(place / "var" / "test"), "COLUMNS": "500"}
        # Compiled files are not written: they are known by size and second, and could be taken for the whole file's.
        env["PYTHONDONTWRITEBYTECODE"] = "1"
        command = [sys.executable, "-P", "tests/mutants/warm.py"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=place, env=env, stdin=pipe, stdout=pipe, text=True)

    def pytest(self, arguments: list[str], seconds: int) -> tuple[int | None, str]:
        """Return the exit code, None when the time was over, and the output."""
        assert self.process.stdin is not None and self.process.stdout is not None
        output = self.place / "output.txt"
        print(json.dumps([[*PYTEST, *arguments], seconds, str(output)]), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline()), output.read_text(errors="replace")

    def without(self, safeguard: Safeguard, digest: str) -> Verdict:
        """Take the safeguard away, run its tests, and bring it back."""
        started = time.monotonic()
        file = self.place / safeguard.file
        whole, times = file.read_text(), file.stat()
        try:
            file.write_text(safeguard.without(whole))
            how, by, why = read_run(*self.pytest(["-x", *safeguard.arguments], SECONDS))
            return Verdict(safeguard.name, digest, how, by, why, time.monotonic() - started)
        finally:
            file.write_text(whole)
            os.utime(file, (times.st_atime, times.st_mtime))

    def end(self) -> None:
        self.process.communicate()


@contextmanager
def _copies(number: int) -> Iterator[Queue[Copy]]:
    with tempfile.TemporaryDirectory(prefix="angler-mutants-") as folder:
        every = [Copy(Path(folder) / str(one)) for one in range(number)]
        copies: Queue[Copy] = Queue()
        for copy in every:
            copies.put(copy)
        try:
            yield copies
        finally:
            for copy in every:
                copy.end()


def _try(safeguard: Safeguard, digest: str, copies: Queue[Copy]) -> Verdict:
    copy = copies.get()
    try:
        return copy.without(safeguard, digest)
    finally:
        copies.put(copy)


def _controlled(verdicts: list[Verdict], copy: Copy) -> list[Verdict]:
    """Run what noticed once more, all safeguards standing: what fails then has noticed nothing."""
    fresh = [one for one in verdicts if one.how in NOTICED and one.controlled is None]
    if not fresh:
        return verdicts
    code, output = copy.pytest(sorted({one.by for one in fresh}), CONTROL_SECONDS)
    if code not in (0, 1):
        print(f"The control run broke off, so nothing counts:\n{output[-2000:]}")
        return verdicts
    failed = failures(output)
    tried = {one.digest: replace(one, controlled=one.by not in failed) for one in fresh}
    for verdict in tried.values():
        save(RESULTS, verdict)
    return [tried.get(one.digest, one) for one in verdicts]


if __name__ == "__main__":
    sys.exit(main())
