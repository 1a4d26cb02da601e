"""The whole product on one machine: servers, web, workers and beat."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..queues import LONG, QUICK
from .servers import ensure_servers, release
from .state import is_free
from .supervisor import Program, Supervisor, say
from .system_user import ServerError

DEMO_EMAIL = "admin@demo.angler.example"
DEMO_PASSWORD = "catch-of-the-day"
DEFAULT_PORT = 8000
TEND_SECONDS = 0.2
REVIVE_SECONDS = 2.0
ANSWER_SECONDS = 60
WORKER_STATEMENT_SECONDS = 300


def run(var: Path) -> int:
    """Start everything, print where it is, and keep it running until Ctrl-C or SIGTERM."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    port = choose_port()
    os.environ.setdefault("BASE_URL", f"http://localhost:{port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    os.environ["ANGLER_MAILBOX"] = str(var / "mail")
    with only_run(var):
        try:
            say("starting PostgreSQL and Redis")
            ensure_servers(var)
            say("preparing the database and the static files")
            if prepare(var, stopping):
                keep_running(var, port, stopping)
        finally:
            release(var)
    say("stopped.")
    return 0


def choose_port() -> int:
    """The port to serve on: PORT, or 8000; raises ServerError when it cannot be had."""
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not (text.isdecimal() and 0 < int(text) < 65_536):
        raise ServerError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    port = int(text)
    if port < 1024 and os.geteuid() != 0:
        raise ServerError(f"Port {port} is for root only. Choose a higher one: PORT={DEFAULT_PORT} make run")
    if not is_free(port):
        other = next(other for other in range(max(port + 1, 1024), 65_536) if is_free(other))
        raise ServerError(
            f"Port {port} is taken by another program. Stop that, or choose another port: PORT={other} make run"
        )
    return port


@contextmanager
def only_run(var: Path) -> Iterator[None]:
    """Refuse a second run on the same data: it would run every scheduled job twice."""
    var.mkdir(parents=True, exist_ok=True)
    with open(var / "run.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerError(
                f"Angler already runs on {var}. Stop it, or name another folder for this one: "
                "ANGLER_VAR=/some/folder make run"
            ) from None
        yield


def prepare(var: Path, stopping: threading.Event) -> bool:
    """Migrate, collect static files and seed; whether to go on. Raises ServerError when that fails."""
    process = subprocess.Popen([sys.executable, "-m", "crm.local.prepare", str(var)], start_new_session=True)
    while process.poll() is None:
        if stopping.wait(TEND_SECONDS):
            process.terminate()
            process.wait()
            return False
    if process.returncode:
        raise ServerError("The database could not be prepared; the reason stands above.")
    return not stopping.is_set()


def keep_running(var: Path, port: int, stopping: threading.Event) -> None:
    """Run the programs, and revive them and the servers, until told to stop."""
    supervisor = Supervisor(programs(var, port))
    supervisor.start()
    threading.Thread(target=announce, args=(port, stopping), daemon=True).start()
    look = time.monotonic()
    try:
        while not stopping.wait(TEND_SECONDS):
            supervisor.tend()
            if time.monotonic() - look >= REVIVE_SECONDS:
                revive(var, supervisor)
                look = time.monotonic()
    finally:
        say("stopping…")
        supervisor.stop()


def revive(var: Path, supervisor: Supervisor) -> None:
    """Start a server again that died; the programs too when it had to move to another port."""
    urls = [os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")]
    try:
        ensure_servers(var)
    except ServerError as error:
        say(str(error))
        return
    if urls != [os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")]:
        supervisor.restart()


def programs(var: Path, port: int) -> list[Program]:
    """Web, workers and beat, sized for one small machine."""
    python = [sys.executable, "-m"]
    celery = ["env", f"STATEMENT_SECONDS={WORKER_STATEMENT_SECONDS}", *python, "celery", "--quiet", "-A", "crm"]
    web = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--graceful-timeout", "10"]
    web += ["--max-requests", "5000", "--max-requests-jitter", "500"]
    web += ["--preload", "--no-control-socket"]  # imported once for both, half the work; and no file in the home folder
    worker = ["--max-memory-per-child", "200000", "--max-tasks-per-child", "1000"]
    worker += ["--without-gossip", "--without-mingle"]
    quick = [*worker, "--queues", QUICK, "--concurrency", "2", "--hostname", "quick@%h"]
    long = [*worker, "--queues", LONG, "--concurrency", "1", "--hostname", "long@%h"]
    beat = ["--schedule", str(var / "beat-schedule"), "--pidfile", ""]
    level = ["--loglevel", "WARNING"]  # at INFO the sweeps of every 15 s bury all else
    return [
        Program("web", [*python, "gunicorn", "crm.wsgi", *web]),
        Program("worker", [*celery, "worker", *quick, *level]),
        Program("long", [*celery, "worker", *long, *level]),
        Program("beat", [*celery, "beat", *beat, *level]),
    ]


def announce(port: int, stopping: threading.Event) -> None:
    """Print where to go and how to sign in, once the web server answers."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while not answers(port):
        if time.monotonic() > deadline:
            say("The web server does not answer; its lines above say why.")
            return
        if stopping.wait(TEND_SECONDS):
            return
    line = "─" * 60
    sign_in = f"\n    E-mail    {DEMO_EMAIL}\n    Password  {DEMO_PASSWORD}"
    print(
        f"\n{line}\n  Angler is ready.\n\n    Address   http://localhost:{port}/{sign_in}\n",
        flush=True,
    )
    print(f"  Ctrl-C stops it; your data stays.\n{line}\n", flush=True)


def answers(port: int) -> bool:
    """Whether the web server answers, whatever it says."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
