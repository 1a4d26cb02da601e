"""`make run` as a newcomer meets it, with nothing stood in for: it starts, is used, stops, and starts again."""

from __future__ import annotations

import json
import re
import signal
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import psutil
import pytest

from crm.local.state import free_port

from .command import background, lines_until, wait_for


def started(lines: list[str]) -> dict[str, str]:
    """The address and the sign-in that it prints."""
    return dict(re.findall(r"^\s+(Address|E-mail|Password)\s+(\S+)$", "\n".join(lines), re.M))


def sign_in(browser: OpenerDirector, told: dict[str, str]) -> str:
    """Fill the sign-in form; return the page that it leads to."""
    url = f"{told['Address']}auth/login/"
    form = browser.open(url).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token
    data = {"csrfmiddlewaretoken": token[1], "login": told["E-mail"], "password": told["Password"]}
    return browser.open(Request(url, urlencode(data).encode(), {"Referer": url})).read().decode()


def programs_of(var: Path) -> list[psutil.Process]:
    """What still runs on the folder's data."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(str(var) in word for word in process.info["cmdline"] or ())
    ]


@pytest.mark.slow
def test_it_starts_is_used_stops_and_starts_again(tmp_path: Path) -> None:
    port = str(free_port())
    environment = {"ANGLER_VAR": str(tmp_path), "PORT": port, "ANGLER_TESTING": ""}
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    for turn in ("first", "second"):
        with background("-m", "crm.local", "run", **environment) as process:
            lines = lines_until(process, "Ctrl-C stops it")
            told = started(lines)
            assert told["Address"] == f"http://localhost:{port}/"
            assert any("Making the demo workspace" in line for line in lines) == (turn == "first")
            if turn == "first":
                assert "Harbor Telemetry" in sign_in(browser, told)
            # In the second turn by the session of the first: the data has outlived the stop.
            assert "Harbor Telemetry" in browser.open(f"{told['Address']}demo/leads/").read().decode()
            ready = json.loads(browser.open(f"{told['Address']}readyz").read())
            assert ready["status"] == "ok", ready
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
            assert process.returncode == 0
        wait_for(lambda: not programs_of(tmp_path))
