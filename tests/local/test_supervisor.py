from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from crm.local import supervisor
from crm.local.supervisor import Program, Supervisor

from .command import background, lines_until, wait_for


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Program]]:
    """Programs to supervise; whatever a test leaves running is ended after it."""
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.5)
    programs: list[Program] = []
    yield programs
    Supervisor(programs).stop()


def shell(name: str, script: str) -> Program:
    return Program(name, ["sh", "-c", script])


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def printed(capfd: pytest.CaptureFixture[str], *, lines: int) -> list[str]:
    seen: list[str] = []

    def enough() -> bool:
        seen.extend(capfd.readouterr().out.splitlines())
        return len(seen) == lines

    wait_for(enough)
    return seen


def test_output_is_named(watched: list[Program], capfd: pytest.CaptureFixture[str]) -> None:
    watched += [shell("web", "echo ready; echo wrong >&2"), shell("worker", "echo waiting")]
    Supervisor(watched).start()
    assert sorted(printed(capfd, lines=3)) == ["    web | ready", "    web | wrong", " worker | waiting"]


def test_a_program_that_died_starts_again_and_waits_longer_each_time(
    watched: list[Program], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    now = [1000.0]
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: now[0])
    watched.append(shell("web", f"echo x >> {tmp_path}/starts; exit 3"))
    supervised = Supervisor(watched)
    supervised.start()
    for starts, delay in [(1, 1.0), (2, 2.0), (3, 4.0)]:
        assert watched[0].process
        assert watched[0].process.wait(timeout=5) == 3
        supervised.tend()
        assert (tmp_path / "starts").read_text().count("x") == starts
        now[0] += delay - 0.1
        supervised.tend()
        assert watched[0].process is None, "too early"
        now[0] += 0.2
        supervised.tend()
    assert "web ended (exit code 3); starting it again in 4 s." in capfd.readouterr().out


def test_who_ran_for_long_starts_again_at_once(watched: list[Program]) -> None:
    watched.append(shell("web", "exec sleep 60"))
    supervised = Supervisor(watched)
    supervised.start()
    first = watched[0].process
    assert first
    watched[0].started -= 2 * supervisor.STEADY_SECONDS
    first.kill()
    first.wait()
    supervised.tend()
    supervised.tend()
    assert watched[0].process
    assert watched[0].process.pid != first.pid


@pytest.mark.parametrize("script", ["exec sleep 60", "trap '' TERM; sleep 60 & echo $! > {}; wait; sleep 60"])
def test_stop_leaves_nothing_behind(watched: list[Program], tmp_path: Path, script: str) -> None:
    """Neither a program that ends when asked, nor one that does not, nor its children."""
    child = tmp_path / "child"
    watched.append(shell("web", script.format(child)))
    supervised = Supervisor(watched)
    supervised.start()
    assert watched[0].process
    if "child" in watched[0].command[2]:
        wait_for(lambda: child.exists() and child.read_text().strip())
    supervised.stop()
    pids = [watched[0].process.pid, *(int(line) for line in (child.read_text().split() if child.exists() else []))]
    wait_for(lambda: all(gone(pid) for pid in pids))


def test_programs_end_with_a_supervisor_that_is_killed() -> None:
    code = "from crm.local.supervisor import *; s = Supervisor([Program('web', ['sleep', '60'])]); s.start(); "
    code += "print('pid', s.programs[0].process.pid); time.sleep(60)"
    with background("-c", code) as process:
        pid = int(lines_until(process, "pid ")[-1].split()[1])
        wait_for(lambda: psutil.Process(pid).name() == "sleep")
        os.kill(process.pid, signal.SIGKILL)
        wait_for(lambda: gone(pid))


def test_lines_that_are_not_utf_8_do_not_stop_it(watched: list[Program], capfd: pytest.CaptureFixture[str]) -> None:
    watched.append(
        Program("web", [sys.executable, "-c", r"import os; os.write(1, b'\xff\n'); os.write(1, b'after\n')"])
    )
    Supervisor(watched).start()
    assert printed(capfd, lines=2)[1] == "    web | after"
