"""Nothing that a command has started outlives it: neither its servers nor its processes, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from crm.local.leash import TAG, end_all
from crm.local.postgres import Postgres
from crm.local.redis_server import RedisServer
from crm.local.servers import REPOSITORY
from crm.local.state import State

from .command import bare_environment, wait_for

# A test that says where it is and then takes long, with a child in a session of its own, as a browser or a worker is.
SLOW_TEST = """
import os, subprocess, sys, time
from pathlib import Path


def test_that_takes_long():
    child = subprocess.Popen(["sleep", "300"], start_new_session=True)
    Path(os.environ["STARTED"]).write_text(f"{os.getpid()} {child.pid}")
    time.sleep(300)
"""
COMMANDS = {
    "test": [
        "-m",
        "crm.local",
        "test",
        "--",
        "-n",
        "1",
        "-q",
        "-c",
        "pyproject.toml",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "{test}",
    ],
    "shell": ["manage.py", "shell", "-c", "{code}"],
    "exec": ["-m", "crm.local", "exec", "--fast", "--", sys.executable, "-c", "{code}"],
}
CODE = SLOW_TEST.partition("\n\n\n")[0] + "\n" + "\n".join(line[4:] for line in SLOW_TEST.splitlines()[6:])


def using(var: Path) -> list[psutil.Process]:
    """The servers on the folder, and whoever was started with it."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        try:
            named = any(str(var) in word for word in process.info["cmdline"] or ())
            if named or process.environ().get("ANGLER_VAR") == str(var):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return [process for process in found if process.pid != os.getpid()]


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A folder of servers; whatever a failing test leaves on it is ended after it."""
    folder = tmp_path / "var"
    yield folder
    end_all(using(folder))


def started(name: str, var: Path) -> tuple[subprocess.Popen[bytes], list[int]]:
    """Start a command as a terminal does, in a process group of its own; return it when it is in the middle."""
    mark, test = var.parent / "started", var.parent / "test_slow.py"
    test.write_text(SLOW_TEST)
    arguments = [part.format(test=test, code=CODE) if part[0] == "{" else part for part in COMMANDS[name]]
    env = {key: value for key, value in bare_environment().items() if key != TAG and not key.startswith("PYTEST")}
    env |= {"ANGLER_VAR": str(var), "STARTED": str(mark), "ANGLER_TESTING": "1", "CHROMIUM": "/bin/true"}
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=REPOSITORY,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # A shell that ran the tests in the background has Ctrl-C ignored, and so would what is started here
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    wait_for(lambda: mark.exists() and len(mark.read_text().split()) == 2, seconds=120)
    return process, [int(pid) for pid in mark.read_text().split()]


def interrupt(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGINT)


def interrupt_twice(process: subprocess.Popen[bytes]) -> None:
    interrupt(process)
    interrupt(process)


ENDS = {
    "Ctrl-C": interrupt,
    "Ctrl-C twice": interrupt_twice,
    "SIGTERM": lambda process: process.terminate(),
    "kill -9": lambda process: process.kill(),
}


@pytest.mark.parametrize(
    ("name", "how"),
    [
        pytest.param("test", "Ctrl-C", marks=pytest.mark.long),
        ("exec", "kill -9"),
        *(pytest.param("test", how, marks=pytest.mark.slow) for how in ("Ctrl-C twice", "SIGTERM", "kill -9")),
        *(pytest.param("shell", how, marks=pytest.mark.slow) for how in ("Ctrl-C", "SIGTERM", "kill -9")),
    ],
)
def test_nothing_outlives_a_command(var: Path, name: str, how: str) -> None:
    process, pids = started(name, var)
    folder = State(var)
    redis_server, postgres = RedisServer(var, folder), Postgres(var, folder, durable=False)
    assert redis_server.is_up() and postgres.pid()
    ENDS[how](process)
    process.wait(timeout=60)
    if name == "test" and how != "kill -9":
        assert not (redis_server.is_up() or postgres.pid()), "gone before it returns"
    wait_for(lambda: not (redis_server.is_up() or postgres.pid() or any(map(alive, pids))), seconds=60)
    wait_for(lambda: not using(var), seconds=60)


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
