"""Nothing that a command has started outlives it, however it ends: Ctrl-C, a signal, or kill -9.

Whoever starts something carries a tag in its environment, which all that it starts inherits; a watcher in a session of
its own waits until that process is gone, ends what still carries the tag, and stops the servers if nobody uses them.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

TAG = "ANGLER_COMMAND"  # tags of the commands, from the outermost to the innermost
REPOSITORY = Path(__file__).resolve().parents[2]
GRACE_SECONDS = 5.0
_PR_SET_PDEATHSIG = 1
# Small as long as it waits: it becomes `clear` when the pipe closes, which only death or the end of its owner does.
_WAIT = "import os, sys; sys.stdin.buffer.read(); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"

_watched: dict[Path | None, tuple[int, subprocess.Popen[bytes]]] = {}


def without_tag() -> dict[str, str]:
    """The environment for what belongs to nobody: the servers, and the watchers."""
    return {name: value for name, value in os.environ.items() if name != TAG}


def watch(var: Path | None = None) -> str:
    """Have a watcher clear up after this process, and after the servers of ``var``; return the tag."""
    if var not in _watched or _watched[var][0] != os.getpid():
        tag = uuid.uuid4().hex
        command = [sys.executable, "-c", _WAIT, "-m", "crm.local.leash", tag, *([str(var)] if var else [])]
        watcher = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=without_tag(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        watcher.returncode = 0  # nobody waits for it, nor warns that nobody does
        _watched[var] = (os.getpid(), watcher)
        os.environ[TAG] = ":".join(filter(None, (os.environ.get(TAG), tag)))
    return os.environ[TAG].rpartition(":")[2]


def end_with_make() -> None:
    """Started by make: end with it, even if that is killed."""
    if os.environ.get("MAKELEVEL") and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def clear(tag: str, var: Path | None) -> None:
    """End what carries ``tag``, and stop the servers of ``var`` unless others use them."""
    end_all(_tagged(tag))
    if var is not None and var.exists():
        from .servers import stop_unused

        stop_unused(var)


def end_all(processes: Iterable[psutil.Process]) -> None:
    """Ask the processes to end, and kill those that do not."""
    asked = list(processes)
    for process in asked:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _gone, alive = psutil.wait_procs(asked, timeout=GRACE_SECONDS)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=GRACE_SECONDS)


def _tagged(tag: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):  # gone, or another user's
            if process.pid != os.getpid() and tag in process.environ().get(TAG, "").split(":"):
                found.append(process)
    return found


if __name__ == "__main__":
    clear(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None)
