"""PostgreSQL refuses to run as root: there, the servers run as `nobody`."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path

import psutil

from .leash import without_tag

SERVER_USER = "nobody"


class ServerError(Exception):
    """A local server could not be started; the message says why and what to do."""


def run_server_command(
    command: list[str], folder: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command as the user who owns `folder`, the data of a server; raises ServerError with its output.

    Output goes to a file, not to a pipe, because a server started by the command would keep a pipe open.
    """
    with open(folder / "command.log", "w+") as output:
        result = subprocess.run(
            [*_prefix(folder, Path(command[0])), *command],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",  # nobody may not enter our current folder
            env={**without_tag(), **(env or {})},  # they may serve others after us
            text=True,
            start_new_session=True,  # Ctrl-C is for us, we then stop the server
        )
        output.seek(0)
        result.stdout = output.read()
    if result.returncode:
        raise ServerError(f"{Path(command[0]).name} failed ({result.returncode}): {result.stdout.strip()}")
    return result


def package_folder(package: str) -> Path:
    """Where a wheel with a server in it was installed; found without importing it, which has side effects."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ServerError(
            f"The package {package} is not installed. Run `make` to install it, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent


def make_folder(folder: Path) -> None:
    """Create a folder that only the user who runs the servers may enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid == 0:
        user = pwd.getpwnam(SERVER_USER)
        os.chown(folder, user.pw_uid, user.pw_gid)


def wait_gone(pid: int, *, seconds: float) -> bool:
    """Wait for a process that is not our child to end; whether it did. In some containers it stays as a zombie."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def _prefix(folder: Path, program: Path) -> list[str]:
    """The command that drops root, or nothing when we are not root."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ServerError("As root this needs the command `setpriv` (package util-linux); or start it as another user.")
    owner = folder.stat()  # nobody, or whoever made the folder when it was not root
    drop = [setpriv, f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
    if _open_to_all(folder) and _open_to_all(program):
        return [*drop, "--"]
    # A checkout below /root or in a private temporary folder. Opening the folders above it to everybody
    # would be the worse cure, so the server keeps the one right that it needs to get there. The secure bit is for
    # access(2), by which initdb looks for its programs: without it that call asks as a user without any right.
    right = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    return [*drop, *right, "--"]


def _open_to_all(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)
