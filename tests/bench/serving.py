"""gunicorn with the product's own options, and a client that speaks HTTP to it."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from django.test import Client

from crm.local.run import programs
from crm.local.state import free_port
from crm.users.models import User

START_SECONDS = 60
CSRF = "benchmark0" * 3 + "ab"  # any 32 letters: cookie and form must agree


@contextmanager
def gunicorn(folder: Path) -> Iterator[int]:
    """Serve while inside; yields the port."""
    port = free_port()
    web = next(one for one in programs(folder, port) if one.name == "web")
    command = ["tests.bench.wsgi" if part == "crm.wsgi" else part for part in web.command]
    environment = os.environ | {"BASE_URL": f"http://localhost:{port}"}
    with (
        open(folder / "gunicorn.log", "w") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            _wait(port, process)
            yield port
        finally:
            process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("gunicorn did not start: see bench/gunicorn.log in the folder of local data.")


@dataclass
class Browser:
    """One person (or nobody) with one kept-alive connection."""

    port: int
    session: str = ""
    connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def get(self, path: str) -> tuple[int, bytes]:
        return self._send("GET", path, None)

    def post(self, path: str, values: dict[str, str]) -> tuple[int, bytes]:
        return self._send("POST", path, urlencode(values | {"csrfmiddlewaretoken": CSRF}))

    def _send(self, method: str, path: str, body: str | None) -> tuple[int, bytes]:
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={CSRF}", "Host": f"localhost:{self.port}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (http.client.RemoteDisconnected, ConnectionError):  # kept alive for too long
                self.connection = None
                if attempt == 2:
                    raise
        raise AssertionError


def sign_in(email: str) -> str:
    """Return the key of a new session of that person."""
    client = Client()
    client.force_login(User.objects.get(email=email), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies["sessionid"].value
