"""H10a: no line of a log holds what opens an account or a workspace."""

from __future__ import annotations

import io
import json
import logging
import re
import runpy
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from gunicorn.config import Config
from gunicorn.http.errors import LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker

from crm.logs import HIDDEN, JSONLines, redacted
from crm.tenants.urls import global_url
from tests.people import Firm

SECRET = "s3cret-Value_0123456789abcdef"
OPEN = {"slug", "uidb36"}  # what an address outside the workspaces may hold that opens nothing


def patterns(resolver: Any) -> list[URLPattern]:
    found: list[URLPattern] = []
    for one in resolver.url_patterns:
        found += patterns(one) if isinstance(one, URLResolver) else [one]
    return found


def with_arguments() -> list[tuple[str, list[str]]]:
    every = patterns(get_resolver(settings.ROOT_URLCONF))
    return [(str(one.name), list(one.pattern.regex.groupindex)) for one in every if one.pattern.regex.groupindex]


def secret_addresses() -> list[str]:
    names = with_arguments()
    assert len(names) >= 5
    return [
        global_url(name, **{key: "acme1" if key in OPEN else SECRET for key in arguments})
        for name, arguments in names
        if set(arguments) - OPEN
    ]


@pytest.mark.parametrize(
    "written",
    [str, lambda path: f"/auth/login/?next={quote(path, safe='')}", lambda path: quote(quote(path, safe=""), safe="")],
)
def test_every_address_that_holds_a_secret_is_hidden(written: Any) -> None:
    for path in secret_addresses():
        line = f'{{"request": "GET {written(path)}", "code": 200}}'
        assert SECRET in line
        assert SECRET not in redacted(line), path
        assert HIDDEN in redacted(line)
        assert redacted(line).endswith('", "code": 200}')


@pytest.mark.parametrize("name", ["token", "key", "password", "sessionid"])
def test_secrets_of_a_query_are_hidden(name: str) -> None:
    assert redacted(f"GET /acme/?a=1&{name}={SECRET}&b=2") == f"GET /acme/?a=1&{name}={HIDDEN}&b=2"
    assert SECRET not in redacted(f"/auth/login/?next=%2Facme%2F%3F{name}%3D{SECRET}")


def test_workspace_addresses_hold_no_secret() -> None:
    every = patterns(get_resolver(settings.WORKSPACE_URLCONF))
    assert [one.name for one in every if {"token", "secret"} & set(one.pattern.regex.groupindex)] == []


@pytest.mark.parametrize(
    "line",
    [
        "GET /acme/setup/people/",
        "GET /workspaces/new/",
        "GET /workspaces/new/sent/",
        "GET /auth/password/reset/key/done/",
        "GET /acme/leads/?owner=me&stage=won",
    ],
)
def test_all_else_stays(line: str) -> None:
    assert redacted(line) == line


@pytest.fixture
def lines() -> Any:
    """What our handler writes while the test runs."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(
        JSONLines(**{key: value for key, value in settings.LOGGING["formatters"]["json"].items() if key != "()"})
    )
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_request_is_written_without_its_secret(firm: Firm, lines: io.StringIO) -> None:
    for path in secret_addresses():
        Client().get(path)
        Client().get(path, {"token": SECRET})
    text = lines.getvalue()
    assert "/invitations/acme1/[hidden]" in text
    assert SECRET not in text
    for line in text.splitlines():
        json.loads(line)


def test_an_error_is_written_without_its_secret(lines: io.StringIO) -> None:
    try:
        raise RuntimeError(f"cannot open /invitations/acme/{SECRET}/")
    except RuntimeError:
        structlog.get_logger("crm").exception("failed", url=f"/auth/password/link/acme/{SECRET}/")
        logging.getLogger("celery.worker").exception("Task failed: %s", f"/workspaces/new/{SECRET}/")
    text = lines.getvalue()
    assert "cannot open" in text
    assert text.count(HIDDEN) >= 4
    assert SECRET not in text


def test_the_settings_write_by_it() -> None:
    assert settings.LOGGING["formatters"]["json"]["()"] == "crm.logs.JSONLines"
    assert settings.LOGGING["handlers"]["console"]["formatter"] == "json"
    assert settings.LOGGING["root"]["handlers"] == ["console"]


def test_gunicorn_says_in_words_that_an_address_is_too_long() -> None:
    worker_class = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))["worker_class"]
    config = Config()
    config.set("worker_class", worker_class)
    config.set("threads", 4)
    assert config.worker_class is worker_class and issubclass(worker_class, ThreadWorker)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker_class.handle_error(object.__new__(worker_class), None, ours, None, LimitRequestLine(9000, 8190))
        answer = theirs.recv(4096).decode()
    head, _blank, page = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 414") and f"Content-Length: {len(page)}" in head
    assert "<h1>This address is too long</h1>" in page


def test_gunicorn_finds_its_logger_and_writes_without_secrets(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    logger_class = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))["logger_class"]
    config = Config()
    config.set("accesslog", str(log))
    config.set("errorlog", str(tmp_path / "error.log"))
    logger = logger_class(config)
    logger.access_log.info(
        '127.0.0.1 "GET /invitations/acme/%s/ HTTP/1.1" 200 "http://x/auth/address/%s/"', SECRET, SECRET
    )
    logger.error("Error handling request /workspaces/new/%s/", SECRET)
    for written in (log, tmp_path / "error.log"):
        assert re.search(r"/(acme|new)/\[hidden\]/", written.read_text())
        assert SECRET not in written.read_text()
