"""``python -P tests/mutants/warm.py``: runs pytest as often as it is asked to, each time in a process of its own.

That is forked from this one, which holds what libraries there are, and nothing of the product: half of what a run of
one test takes is importing. It reads lines of JSON, ``[arguments, seconds, output file]``, and answers each with the
exit code, or ``null`` when the time was over.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module

import pytest

LIBRARIES = (
    "axe_playwright_python",
    "babel.dates",
    "babel.numbers",
    "celery",
    "chardet",
    "django.contrib.auth.hashers",
    "django.contrib.staticfiles.finders",
    "django.core.management",
    "django.db.backends.postgresql.base",
    "django.db.migrations.executor",
    "django.forms",
    "django.template.backends.django",
    "django.test",
    "django.views.generic",
    "django_filters",
    "environ",
    "faker",
    "hypothesis",
    "kombu",
    "openpyxl",
    "phonenumbers",
    "playwright.sync_api",
    "psutil",
    "psycopg",
    "redis",
    "structlog",
    "time_machine",
    "whitenoise",
)


def main() -> int:
    for name in LIBRARIES:
        with suppress(ImportError):
            import_module(name)
    for line in sys.stdin:
        arguments, seconds, output = json.loads(line)
        pid = os.fork()
        if pid == 0:
            return _run(arguments, output)
        print(json.dumps(_wait(pid, seconds)), flush=True)
    return 0


def _run(arguments: list[str], output: str) -> int:
    os.setsid()
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    return int(pytest.main(arguments))


def _wait(pid: int, seconds: float) -> int | None:
    """Return the exit code; None when what was started had to be ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.1)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


if __name__ == "__main__":
    sys.exit(main())
