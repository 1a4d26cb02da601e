from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm.local.postgres import Postgres
from crm.local.redis_server import RedisServer
from crm.local.state import State
from crm.local.system_user import wait_gone

from .command import background, lines_until, python, urls


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database; its servers are down."""
    folder = tmp_path_factory.mktemp("local")
    urls(folder)
    return folder


@pytest.fixture
def serving(var: Path) -> Iterator[subprocess.Popen[str]]:
    """The servers of the folder, up until the test ends."""
    with background("-m", "crm.local", "serve", "--fast", "--var", str(var)) as process:
        lines_until(process, "REDIS_URL=")
        yield process


def servers(var: Path) -> tuple[int | None, bool]:
    state = State(var)
    return Postgres(var, state, durable=False).pid(), RedisServer(var, state).is_up()


def addresses(var: Path) -> dict[str, str]:
    state = State(var)
    return Postgres(var, state, durable=False).urls() | RedisServer(var, state).urls()


def test_the_first_starts_the_others_join_and_the_last_stops(var: Path) -> None:
    assert servers(var) == (None, False)
    with background("-m", "crm.local", "serve", "--fast", "--var", str(var)) as first:
        lines_until(first, "REDIS_URL=")
        pid, redis_is_up = servers(var)
        assert pid
        assert redis_is_up
        second = urls(var)
        assert servers(var) == (pid, True), "the second one left, the first still needs them"
        with psycopg.connect(second["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("crm_app",)
    assert servers(var) == (None, False)


def test_the_first_may_leave_before_the_others(var: Path) -> None:
    with background("-m", "crm.local", "serve", "--fast", "--var", str(var)) as first:
        lines_until(first, "REDIS_URL=")
        with background("-m", "crm.local", "serve", "--fast", "--var", str(var)) as second:
            lines_until(second, "REDIS_URL=")
            first.terminate()
            first.wait(timeout=30)
            pid, redis_is_up = servers(var)
            assert pid
            assert redis_is_up
    assert servers(var) == (None, False)


def test_addresses_and_data_stay_the_same(var: Path) -> None:
    before = addresses(var)
    add_row = "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)"
    run_sql = (
        f"import os, psycopg; psycopg.connect(os.environ['OWNER_DATABASE_URL'], autocommit=True).execute({add_row!r})"
    )
    added = python("-m", "crm.local", "exec", "--fast", "--var", str(var), "--", sys.executable, "-c", run_sql)
    assert added.returncode == 0, added.stderr
    with background("-m", "crm.local", "serve", "--fast", "--var", str(var)) as process:
        lines_until(process, "REDIS_URL=")
        assert urls(var) == before
        with psycopg.connect(before["OWNER_DATABASE_URL"]) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
            connection.execute("DROP TABLE kept")


@pytest.mark.usefixtures("serving")
def test_the_roles_can_do_what_they_must_and_no_more(var: Path) -> None:
    found = addresses(var)
    with (
        psycopg.connect(found["OWNER_DATABASE_URL"], autocommit=True) as owner,
        psycopg.connect(found["DATABASE_URL"], autocommit=True) as app,
    ):
        attributes = "rolsuper, rolbypassrls, rolcreaterole, rolcreatedb"
        roles = owner.execute(f"SELECT rolname, {attributes} FROM pg_roles WHERE rolname LIKE 'crm%' ORDER BY 1")
        assert roles.fetchall() == [("crm_app", False, False, False, False), ("crm_owner", False, False, False, True)]
        for statement in ("CREATE TABLE mine (n int)", "CREATE SCHEMA mine", "CREATE DATABASE mine"):
            owner.execute(statement)
            owner.execute(statement.replace("CREATE", "DROP").removesuffix(" (n int)"))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)
        owners = owner.execute("SELECT datname FROM pg_database WHERE datdba = 'crm_owner'::regrole")
        assert owners.fetchall() == [("angler",)]


@pytest.mark.usefixtures("serving")
def test_nobody_gets_in_without_the_password(var: Path) -> None:
    found = addresses(var)
    password = found["DATABASE_URL"].split(":")[2].split("@")[0]
    psycopg.connect(found["DATABASE_URL"]).close()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(found["DATABASE_URL"].replace(password, "guess"))
    with redis.Redis.from_url(found["REDIS_URL"]) as client:
        assert client.ping()
    port = int(State(var).values["redis_port"])
    with redis.Redis(port=port, retry=Retry(NoBackoff(), 0)) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_only_the_owner_reads_the_passwords(var: Path) -> None:
    assert stat.S_IMODE((var / "local.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((var / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((var / "redis").stat().st_mode) == 0o700


@pytest.mark.usefixtures("serving")
def test_killed_servers_come_back_for_the_next_comer(var: Path) -> None:
    before = addresses(var)
    postgres, redis_server = Postgres(var, State(var), durable=False), RedisServer(var, State(var))
    pids = [postgres.pid(), int((redis_server.folder / "redis.pid").read_text())]
    for pid in pids:
        assert pid
        os.kill(pid, signal.SIGKILL)
        assert wait_gone(pid, seconds=5)
    assert servers(var) == (None, False)
    with background("-m", "crm.local", "serve", "--fast", "--var", str(var)) as process:
        lines_until(process, "REDIS_URL=")
        pid, redis_is_up = servers(var)
        assert pid not in (None, pids[0])
        assert redis_is_up
        assert addresses(var) == before
        psycopg.connect(before["DATABASE_URL"]).close()


@pytest.mark.parametrize("pid", [os.getpid(), 2**22 - 1], ids=["of another program", "of none"])
def test_pid_files_left_by_a_crash_do_not_mislead(var: Path, pid: int) -> None:
    data = var / "postgres" / "data"
    (data / "postmaster.pid").write_text(f"{pid}\n{data}\n1\n5432\n\n127.0.0.1\n  0  0\nready\n")
    (var / "redis" / "redis.pid").write_text(f"{pid}\n")
    assert servers(var) == (None, False)
    psycopg_works = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']).close()"
    result = python("-m", "crm.local", "exec", "--fast", "--var", str(var), "--", sys.executable, "-c", psycopg_works)
    assert result.returncode == 0, result.stderr


def test_every_folder_has_its_own_servers(var: Path, tmp_path: Path) -> None:
    mine, other = State(var), State(tmp_path)
    for name in ("postgres_port", "redis_port"):
        assert mine.port(name) != other.port(name)
    for name in ("app_password", "owner_password", "redis_password", "secret_key"):
        assert mine.secret(name) != other.secret(name)


def test_a_port_that_was_taken_meanwhile_is_given_up(tmp_path: Path) -> None:
    state = State(tmp_path)
    port = state.port("redis_port")
    assert State(tmp_path).port("redis_port") == port
    with socket.create_server(("127.0.0.1", port)):
        assert State(tmp_path).port("redis_port") != port


def test_servers_named_by_the_environment_are_left_alone(tmp_path: Path) -> None:
    code = "import sys, pathlib; from crm.local.servers import ensure_env; ensure_env(pathlib.Path(sys.argv[1]))"
    named = {"DATABASE_URL": "postgres://db.example/x", "REDIS_URL": "redis://redis.example"}
    assert python("-c", code, str(tmp_path / "var"), **named).returncode == 0
    assert not (tmp_path / "var").exists()


def test_several_first_comers_make_one_server(tmp_path: Path) -> None:
    when = "import os, psycopg; conn = psycopg.connect(os.environ['DATABASE_URL']); "
    when += "print('started', conn.execute('SELECT pg_postmaster_start_time()').fetchone()[0]); input()"
    arguments = ("-m", "crm.local", "exec", "--fast", "--var", str(tmp_path), "--", sys.executable, "-c", when)
    with background(*arguments) as one, background(*arguments) as two:
        assert lines_until(one, "started") == lines_until(two, "started")


def test_exec_hands_the_exit_code_on(var: Path) -> None:
    result = python("-m", "crm.local", "exec", "--fast", "--var", str(var), "--", "sh", "-c", "exit 7")
    assert result.returncode == 7, result.stderr
    assert servers(var) == (None, False)
