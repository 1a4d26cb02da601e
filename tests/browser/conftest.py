"""A real browser against this process's own database, with real commits.

Nothing is flushed: each test has a workspace of its own (``fresh_firm``), or only reads the samples.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, WebError, expect

from crm.users.models import Membership
from tests.browser.walk.answers import TellingHandler
from tests.people import client_of

# Playwright keeps an event loop in the tests' thread, in which Django would refuse every query.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PATIENCE = 20_000  # milliseconds; the machine may be busy
QUIET_FLAGS = [
    "--no-sandbox",  # refuses to start as root otherwise
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--process-per-site",  # a process for each page cost a third of a new page's time
    "--renderer-process-limit=1",
]

# What the browser and htmx say while a test has cut the line
UNREACHED = ("Failed to load resource: net::ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


class _Server(ThreadedWSGIServer):
    """Ends with its connections: a thread that lived on would keep one to the database, which could not be dropped."""

    daemon_threads = False

    def __init__(self) -> None:
        self.sockets: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), QuietWSGIRequestHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.sockets.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for one in list(self.sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        super().server_close()


@pytest.fixture(scope="session")
def server(django_db_setup: None) -> Iterator[str]:
    """The product, served from a thread; returns its address. Its pages reach the database while a test lets them."""
    httpd = _Server()
    httpd.set_app(TellingHandler())
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture(scope="session")
def playwright(django_db_setup: None, playwright: Playwright) -> Iterator[Playwright]:
    """While its loop runs, Django has another set of connections: they end with it."""
    yield playwright
    connections.close_all()


@pytest.fixture(scope="session")
def base_url(server: str) -> str:
    """So that ``page.goto`` takes paths."""
    return server


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = os.environ.get("CHROMIUM_SHELL") or _shell() or _whole()
    chosen = {"executable_path": path} if path else {}
    as_people_have_it = ["--disable-back-forward-cache"]  # Playwright's: what Back brings would never be tried
    return {**browser_type_launch_args, **chosen, "args": QUIET_FLAGS, "ignore_default_args": as_people_have_it}


@pytest.fixture(scope="session")
def whole_browser(launch_browser: Callable[..., Browser]) -> Iterator[Browser]:
    """Chromium as people have it, with its cache for Back; most tests take the shell without window, at half its cost.

    A module takes it with a fixture ``browser`` of its own.
    """
    browser = launch_browser(executable_path=_whole())
    yield browser
    browser.close()


def _shell() -> str | None:
    """Unless somebody names the browser to take."""
    return None if os.environ.get("CHROMIUM") else shutil.which("chromium-headless-shell")


def _whole() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "viewport": {"width": 1440, "height": 900},
        "locale": "en-US",
        "timezone_id": "America/New_York",
        "reduced_motion": "reduce",
    }


@pytest.fixture
def unblocked(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Lets the test and the server use the database, with real commits."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield


def watch(context: BrowserContext) -> list[str]:
    """Collect what pages of ``context`` report as errors: of scripts, and of the security policy."""
    problems: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # What is refused answers 409 or 422, and the browser and htmx say so; a page's own status is for the test to
        # judge.
        here = message.page.url if message.page else ""
        refused = re.search(r"(status of|Status Error Code) (401|409|422)\b", message.text) is not None
        expected = refused or ("status of 4" in message.text and message.location["url"] == here)
        expected |= message.text.startswith(UNREACHED)
        if message.type in ("error", "warning") and not expected:
            problems.append(f"{here}: {message.text}")

    def on_error(error: WebError) -> None:
        problems.append(f"{error.page.url if error.page else ''}: {error.error}")

    context.set_default_timeout(PATIENCE)
    context.on("console", on_console)
    context.on("weberror", on_error)
    return problems


@pytest.fixture
def context(unblocked: None, context: BrowserContext) -> Iterator[BrowserContext]:
    """A browser of this test's own, which fails the test if a page reports an error."""
    problems = watch(context)
    yield context
    assert not problems, "\n".join(problems)


SignIn = Callable[[Membership], None]


@pytest.fixture
def sign_in(page: Page, server: str) -> SignIn:
    """Call it with a member, to be that person in the browser from now on."""

    def become(member: Membership) -> None:
        page.context.add_cookies(cookies_of(member, server))

    return become


def cookies_of(member: Membership, server: str) -> list[Any]:
    """What a browser that ``member`` has signed in with holds."""
    cookie = client_of(member).cookies[settings.SESSION_COOKIE_NAME]
    return [{"name": cookie.key, "value": cookie.value, "url": server}]


def settled(page: Page) -> None:
    """Wait until nothing is loading any more."""
    page.wait_for_load_state("networkidle")


@pytest.fixture
def stranger(browser: Browser, browser_context_args: dict[str, object], server: str) -> Iterator[Page]:
    """A browser of somebody else, who is not signed in."""
    context = browser.new_context(**{**browser_context_args, "base_url": server})  # type: ignore[arg-type]
    problems = watch(context)
    yield context.new_page()
    context.close()
    assert not problems, "\n".join(problems)
