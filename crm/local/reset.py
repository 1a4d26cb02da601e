"""Deletes everything local."""

from __future__ import annotations

import fcntl
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

from .postgres import Postgres
from .redis_server import RedisServer
from .state import State
from .system_user import ServerError


def reset(var: Path, *, ask: bool) -> int:
    """Delete the folder of local data, after asking; raises ServerError while anything uses it."""
    folders = sorted(path.parent for path in [*var.glob("local.json"), *var.glob("*/local.json")])
    if not folders:
        print(f"There is no local data in {var}.")
        return 0
    if ask and not _confirmed(var):
        print("Nothing was deleted.")
        return 1
    with ExitStack() as locks:
        for folder in folders:
            _claim(folder, locks)
        for folder in folders:  # servers that nobody uses any more are left when all their users were killed
            RedisServer(folder, State(folder)).stop()
            Postgres(folder, State(folder), durable=True).stop()
        shutil.rmtree(var)
    print(f"Deleted {var}.")
    return 0


def _confirmed(var: Path) -> bool:
    print(f"This deletes {var} with everything in it: database, uploaded files, settings of the local servers.")
    if not sys.stdin.isatty():
        raise ServerError("Nobody is there to confirm it. To delete without asking: make reset YES=1")
    return input("Type yes to go on: ").strip().lower() == "yes"


def _claim(folder: Path, locks: ExitStack) -> None:
    lock = locks.enter_context(open(folder / "users.lock", "w"))  # noqa: SIM115 (the stack closes it)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ServerError(f"{folder} is in use. Stop what runs there first.") from None
