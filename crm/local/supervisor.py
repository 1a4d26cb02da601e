"""Runs a few programs side by side: names their output, restarts those that die, leaves none behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

STEADY_SECONDS = 60  # who ran that long starts again at once
LONGEST_DELAY = 30.0
STOP_SECONDS = 15.0


@dataclass
class Program:
    """One program to keep running."""

    name: str
    command: list[str]
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    delay: float = 0.0
    due: float = 0.0  # when to start it again


class Supervisor:
    """Start with `start`, then call `tend` every moment, and `stop` at the end, all from the same thread."""

    def __init__(self, programs: list[Program]) -> None:
        self.programs = programs

    def start(self) -> None:
        for program in self.programs:
            _start(program)

    def tend(self) -> None:
        """Start again what died: at once after a long life, ever later after short ones."""
        for program in self.programs:
            if program.process is None:
                if time.monotonic() >= program.due:
                    _start(program)
            elif program.process.poll() is not None:
                _bury(program)

    def stop(self) -> None:
        """Ask every program to end, and kill those that do not within some seconds, with all their children."""
        running = [program.process for program in self.programs if program.process]
        for process in running:
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            _kill_group(process)

    def restart(self) -> None:
        """Stop every program and start it again, with the environment as it is now."""
        self.stop()
        self.start()


def _start(program: Program) -> None:
    # A program ends with us even when we are killed with -9. setpriv, unlike preexec_fn, is safe beside threads.
    with_us = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
    program.started = time.monotonic()
    program.process = subprocess.Popen(
        [*with_us, *program.command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C reaches only us, and a group holds all its children
    )
    threading.Thread(target=_echo, args=(program.name, program.process), daemon=True).start()


def _bury(program: Program) -> None:
    assert program.process is not None
    _kill_group(program.process)
    lived = time.monotonic() - program.started
    program.delay = 0.0 if lived >= STEADY_SECONDS else min(LONGEST_DELAY, program.delay * 2 or 1.0)
    program.due = time.monotonic() + program.delay
    say(f"{program.name} ended ({_ending(program.process.returncode)}); starting it again in {program.delay:.0f} s.")
    program.process = None


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _kill_group(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _echo(name: str, process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        with suppress(OSError):  # nobody reads us any more: keep reading, or the program would block
            sys.stdout.write(f"{name:>7} | {line}")
            sys.stdout.flush()


def say(text: str) -> None:
    """Print a line of our own among those of the programs."""
    with suppress(OSError):
        print(f" angler | {text}", flush=True)
