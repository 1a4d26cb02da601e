"""What the programs of this folder share: servers of their own, rows to work on, and a worker and Redis to be killed.

``tell_of`` is how a test starts such a program, ``serve`` how the program starts.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from crm.local.servers import ensure_servers, release

ROOT = Path(__file__).resolve().parents[2]
OWN_SERVERS = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL")

WORKER = ("worker", "--queues", "quick,long", "--concurrency", "2", "--without-gossip", "--without-mingle")


def tell_of(program: str, folder: Path, *, seconds: int) -> dict[str, Any]:
    """Run ``python -m tests.chaos.<program>`` with servers of its own in ``folder``; return what it printed."""
    env = {name: value for name, value in os.environ.items() if name not in OWN_SERVERS} | {"ANGLER_TESTING": "1"}
    command = [sys.executable, "-m", f"tests.chaos.{program}", str(folder / "var")]
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, timeout=seconds, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(found)
    return found


def serve(run: Callable[[Path], dict[str, Any]]) -> None:
    """In the folder that the command names: start PostgreSQL and Redis, migrate, and print what ``run`` found."""
    var = Path(sys.argv[1])
    ensure_servers(var, durable=False)
    try:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
        import django
        from django.core.management import call_command
        from django.test.utils import setup_test_environment

        django.setup()
        from tests.drawn import tell_what_is_drawn

        setup_test_environment()  # pages are asked for as tests do
        call_command("migrate", verbosity=0)
        with tell_what_is_drawn():
            print(json.dumps(run(var)))
    finally:
        release(var)


def make_leads(firm: Any, count: int) -> None:
    """Leads who may all be converted, each of a company of its own."""
    from crm.catalogue import record_type
    from crm.ground.writes import insert_many
    from crm.picklists.selectors import default_choice
    from crm.records.services import fill_derived
    from crm.tenants.context import tenant_context
    from leads.models import Lead

    with tenant_context(firm.tenant):
        status = default_choice("lead_status")
        rows = [
            Lead(
                last_name=f"Person {n}", company=f"Firm {n}", email=f"p{n}@firm{n}.example",
                owner=firm.ana, team=firm.ana.team, status=status,
            )
            for n in range(count)
        ]  # fmt: skip
        for row in rows:
            fill_derived(record_type("leads"), row)
        insert_many(Lead, rows)


class Programs:
    """A worker and beat on the servers of ``var``. Kills only what it has started."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.log = open(var / "programs.log", "ab")  # noqa: SIM115 (open as long as the programs)
        self.worker = self._start(*WORKER)
        self.beat = self._start("beat", "--schedule", str(var / "beat-schedule"), "--pidfile", "")

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "crm", *arguments, "--loglevel", "WARNING"]
        return subprocess.Popen(command, stdout=self.log, stderr=self.log, start_new_session=True)

    def kill_worker(self) -> None:
        """kill -9 the worker with its children, and start another."""
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.wait()
        self.worker = self._start(*WORKER)

    def kill_redis(self) -> None:
        """kill -9 Redis and lose what it held."""
        folder = self.var / "redis"
        process = psutil.Process(int((folder / "redis.pid").read_text()))
        process.kill()
        psutil.wait_procs([process], timeout=10)
        for dump in folder.glob("*.rdb"):
            dump.unlink()

    def start_redis(self) -> None:
        ensure_servers(self.var, durable=False)

    def stop(self) -> None:
        for process in (self.worker, self.beat):
            process.terminate()
        for process in (self.worker, self.beat):
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.log.close()
