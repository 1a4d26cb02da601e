from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import psutil
import pytest

from crm.local.postgres import Postgres
from crm.local.redis_server import RedisServer
from crm.local.run import choose_port, only_run
from crm.local.state import State, free_port
from crm.local.system_user import ServerError

from .command import background, lines_until, wait_for

# The real runner and servers, with stand-ins for what needs the whole product.
RUN = """
import sys, pathlib
from crm.local import run, supervisor
supervisor.STOP_SECONDS = 0.5
run.REVIVE_SECONDS = 0.1
run.prepare = lambda var, stopping: True
run.announce = lambda port, stopping: None
hangs = "trap '' TERM; echo $$; while :; do sleep 60; done"
run.programs = lambda var, port: [supervisor.Program("web", ["sh", "-c", hangs])]
sys.exit(run.run(pathlib.Path(sys.argv[1])))
"""


def test_the_port_is_8000_or_the_one_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    free = free_port()
    monkeypatch.setenv("PORT", str(free))
    assert choose_port() == free
    monkeypatch.delenv("PORT")
    monkeypatch.setattr("crm.local.run.is_free", lambda port: True)
    assert choose_port() == 8000


def test_a_taken_port_is_said_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(ServerError, match=f"Port {port} is taken .* PORT=[0-9]+ make run") as refused:
            choose_port()
        monkeypatch.setenv("PORT", str(refused.value).split("PORT=")[1].split()[0])
        assert choose_port() != port


def test_a_port_taken_on_every_address_is_noticed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("0.0.0.0", 0)) as other:
        monkeypatch.setenv("PORT", str(other.getsockname()[1]))
        with pytest.raises(ServerError, match="is taken"):
            choose_port()


@pytest.mark.parametrize("port", ["web", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(ServerError, match="PORT must be a number"):
        choose_port()


def test_one_folder_takes_one_run(tmp_path: Path) -> None:
    with only_run(tmp_path), pytest.raises(ServerError, match="ANGLER_VAR="), only_run(tmp_path):
        pass
    with only_run(tmp_path):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_all(tmp_path: Path, number: signal.Signals) -> None:
    """Also when a program hangs: neither it nor the servers stay."""
    with background("-c", RUN, str(tmp_path), PORT=str(free_port())) as process:
        pid = int(lines_until(process, "web | ")[-1].split()[-1])
        postgres, redis_server = (
            Postgres(tmp_path, State(tmp_path), durable=True),
            RedisServer(tmp_path, State(tmp_path)),
        )
        assert postgres.pid()
        assert redis_server.is_up()
        os.kill(process.pid, number)
        assert "angler | stopped." in lines_until(process, "stopped.")[-1]
        assert process.wait(timeout=10) == 0
        assert not postgres.pid()
        assert not redis_server.is_up()
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_lost_servers_come_back_while_it_runs(tmp_path: Path) -> None:
    with background("-c", RUN, str(tmp_path), PORT=str(free_port())) as process:
        lines_until(process, "web | ")
        postgres, redis_server = (
            Postgres(tmp_path, State(tmp_path), durable=True),
            RedisServer(tmp_path, State(tmp_path)),
        )
        pids = [postgres.pid(), int((redis_server.folder / "redis.pid").read_text())]
        for pid in pids:
            assert pid
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: postgres.pid() not in (None, pids[0]) and redis_server.is_up())
        assert process.poll() is None
