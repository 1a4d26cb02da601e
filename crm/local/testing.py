"""Runs the tests: finds a browser for them, then calls pytest. The servers are started by tests/conftest.py."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from .leash import REPOSITORY, clear, watch
from .system_user import ServerError

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
PATIENCE_SECONDS = 15  # for the summary of what was run before Ctrl-C
APT = ["apt-get", "-o", "Acquire::Retries=3", "-y"]
SHELL = "chromium-headless-shell"
HOW = """\
The browser tests need Chromium, and none was found. Install it:
    Debian:     apt-get install chromium chromium-headless-shell
    elsewhere:  .venv/bin/playwright install --with-deps chromium
or name one that you have: CHROMIUM=/path/to/chromium make test"""


def test(arguments: list[str]) -> int:
    """Run pytest with three workers and these arguments, slow tests only when asked for; its exit code is ours.

    Three keep two cores busy, since each waits for its browser or its database half of the time. They are given few
    tests at once: else one is left with hundreds when the others are done.
    Ctrl-C lets it tell how far it came; a second one, or a signal, ends it at once. Nothing of it stays.
    """
    os.environ["CHROMIUM_SHELL"] = os.environ.get("CHROMIUM_SHELL") or shell()
    os.environ["CHROMIUM"] = browser()
    var = Path(os.environ.get("ANGLER_VAR", REPOSITORY / "var" / "test"))
    tag = watch(var)
    pytest = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "3",
        "--maxschedchunk",
        "10",
        *[part for part in arguments if part != "--"],
    ]
    process = subprocess.Popen(pytest)
    try:
        return process.wait()
    except KeyboardInterrupt:
        with suppress(KeyboardInterrupt, subprocess.TimeoutExpired):
            process.wait(PATIENCE_SECONDS)
        raise
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        clear(tag, var)


def browser() -> str:
    """The path of a Chromium that starts; as root on Debian it is installed when missing."""
    if named := os.environ.get("CHROMIUM"):
        if _starts(named):
            return named
        raise ServerError(f"CHROMIUM={named} does not start. Name another, or unset it.")
    found = _installed()
    if found is None and os.geteuid() == 0 and _is_debian():
        print(
            "angler: installing chromium with apt-get, for the browser tests",
            flush=True,
        )
        subprocess.run([*APT, "update"], check=False)
        subprocess.run([*APT, "install", "--no-install-recommends", "chromium"], check=False)
        found = _installed()
    if found is None:
        raise ServerError(HOW)
    return found


def shell() -> str:
    """The path of Chromium without its window, at half the work for the machine; of the whole one if there is none.

    As root on Debian it is installed when missing. That is tried for three minutes at most.
    """
    if os.environ.get("CHROMIUM"):
        return browser()
    found = _shell()
    if found is None and os.geteuid() == 0 and _is_debian():
        print(f"angler: installing {SHELL} with apt-get, for the browser tests", flush=True)
        install = [*APT, "install", "--no-install-recommends", SHELL]
        with suppress(subprocess.SubprocessError, OSError):
            subprocess.run([*APT, "update"], check=False, timeout=60)
            subprocess.run([*install, "--download-only"], check=True, timeout=120)
            subprocess.run(install, check=True)  # never stopped half-way
        found = _shell()
    return found or browser()


def _shell() -> str | None:
    cache = _playwrights().glob("chromium_headless_shell-*/chrome-*/*headless*shell")
    paths = [path for path in (shutil.which(SHELL), *map(str, sorted(cache, reverse=True))) if path]
    return next((path for path in paths if _starts(path)), None)


def _playwrights() -> Path:
    return Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")


def _installed() -> str | None:
    paths = [path for name in BROWSERS if (path := shutil.which(name))]
    paths += [str(path) for path in sorted(_playwrights().glob("chromium-*/chrome-linux*/chrome"), reverse=True)]
    return next((path for path in paths if _starts(path)), None)


def _starts(path: str) -> bool:
    """On Ubuntu the command may be there and only say that it comes as a snap."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _is_debian() -> bool:
    return platform.freedesktop_os_release().get("ID") == "debian"
