"""The embedded servers, shared by every process of a checkout: the first starts them, the last stops them."""

from __future__ import annotations

import atexit
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import environ

from .leash import end_with_make, watch
from .postgres import Postgres
from .redis_server import RedisServer
from .state import State

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass
class Attachment:
    """That this process uses the servers of a folder."""

    process: int
    lock: IO[str]  # open while we use them; shared among the users
    embedded: set[str]  # the variables that the environment did not set itself


_attached: dict[Path, Attachment] = {}


def default_var() -> Path:
    """The folder for everything local: ANGLER_VAR, or `var` in the checkout."""
    return Path(os.environ.get("ANGLER_VAR", REPOSITORY / "var"))


def ensure_env(var: Path, *, durable: bool = True) -> None:
    """Give this process a database and a Redis: those of the environment, else the embedded ones until it exits."""
    end_with_make()
    watch(var.resolve())
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        ensure_servers(var, durable=durable)
        atexit.register(release, var)


def ensure_servers(var: Path, *, durable: bool = True) -> dict[str, str]:
    """Start or join the servers that the environment does not name; set and return the variables that lead to them.

    Call it again to revive a server that died. `durable=False` trades safety against power loss for speed: for
    tests. Pair with `release`.
    """
    var = var.resolve()
    var.mkdir(parents=True, exist_ok=True)
    watch(var)
    with _only_one(var):
        if var not in _attached:
            users = open(var / "users.lock", "w")  # noqa: SIM115 (held until release)
            fcntl.flock(users, fcntl.LOCK_SH)
            embedded = {name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)}
            _attached[var] = Attachment(os.getpid(), users, embedded)
        env = _start(var, durable, _attached[var].embedded)
    os.environ.update(env)
    return env


def release(var: Path) -> None:
    """Leave the servers; whoever is the last one stops them."""
    var = var.resolve()
    mine = _attached.get(var)
    if mine is None or mine.process != os.getpid():  # a forked child inherits the list, but not the right to close
        return
    del _attached[var]
    with _only_one(var), mine.lock:
        _stop_if_last(var, mine.lock)


def stop_unused(var: Path) -> None:
    """Stop the servers that nobody uses any more: those who did were killed."""
    if (var / "local.json").exists():
        with _only_one(var), open(var / "users.lock", "w") as lock:
            _stop_if_last(var, lock)


def _stop_if_last(var: Path, lock: IO[str]) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    state = State(var)
    RedisServer(var, state).stop()
    Postgres(var, state, durable=True).stop()


def read_env_file() -> None:
    """Take what `.env` in the checkout sets and the environment does not, as the settings do."""
    if (REPOSITORY / ".env").exists():
        environ.Env.read_env(REPOSITORY / ".env")


def _start(var: Path, durable: bool, embedded: set[str]) -> dict[str, str]:
    state = State(var)
    env = {"SECRET_KEY": os.environ.get("SECRET_KEY") or state.secret("secret_key")}
    if "DATABASE_URL" in embedded:
        postgres = Postgres(var, state, durable=durable)
        postgres.ensure()
        env |= postgres.urls()
    if "REDIS_URL" in embedded:
        redis_server = RedisServer(var, state)
        redis_server.ensure()
        env |= redis_server.urls()
    return env


@contextmanager
def _only_one(var: Path) -> Iterator[None]:
    """Starting and stopping exclude each other."""
    with open(var / "start.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
