"""The real worker, beat and Redis of one run, to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from crm.local.servers import ensure_servers

WORKER = ("worker", "--queues", "quick,long", "--concurrency", "2", "--without-gossip", "--without-mingle")


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
