"""Runs `python -m crm.local` as a program of its own, in an environment that names no servers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crm.local.servers import REPOSITORY

OURS = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ANGLER_VAR", "PORT", "BASE_URL")


def bare_environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS} | more


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        env=bare_environment(**environment),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
    )


def urls(var: Path) -> dict[str, str]:
    """The addresses that a newcomer to the folder gets."""
    print_them = "import os; [print(k, os.environ[k]) for k in ('DATABASE_URL', 'OWNER_DATABASE_URL', 'REDIS_URL')]"
    result = python("-m", "crm.local", "exec", "--fast", "--var", str(var), "--", sys.executable, "-c", print_them)
    assert result.returncode == 0, result.stderr
    return dict(line.split() for line in result.stdout.splitlines())


@contextmanager
def background(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A Python program that is ended at the latest with the block."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env=bare_environment(PYTHONUNBUFFERED="1", **environment),
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def lines_until(process: subprocess.Popen[str], text: str) -> list[str]:
    """What the program says, up to the line with the text."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if text in line:
            return lines
    raise AssertionError(f"{text!r} never came:\n" + "\n".join(lines))


def wait_for(condition: Callable[[], object], *, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
