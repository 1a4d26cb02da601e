"""What is wrong with what a page does, whoever looks at it."""

from __future__ import annotations

import logging
from contextlib import suppress
from time import monotonic
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, Response, WebError
from playwright.sync_api import Error as PlaywrightError

from tests.browser.walk.expected import is_deliberate

log = logging.getLogger(__name__)

ASKED_BACK = (409, 422)  # the form comes back with words
GIVE_UP = 10  # seconds until nothing is asked for any more


class Watcher:
    """Collects ``problems``, each with what was being done (``doing``) when it showed."""

    def __init__(self, context: BrowserContext) -> None:
        self.problems: list[str] = []
        self.done: set[tuple[str, str]] = set()  # (verb, address) that succeeded
        self.doing = ""
        self.wrote = False  # something, since the last time that this was set back
        self.open: set[Request] = set()
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._started)
        context.on("requestfinished", self._ended)
        context.on("requestfailed", self._ended)
        context.on("response", self._response)
        context.on("dialog", self._dialog)

    def tell(self, problem: str) -> None:
        log.debug("PROBLEM %s", problem)
        self.problems.append(problem)

    def settle(self, page: Page) -> None:
        with suppress(PlaywrightError):  # the page may be gone, or a file come instead of another
            if page.evaluate("Boolean(window.walkGoing)"):
                page.wait_for_function("!window.walkGoing", timeout=3_000)
        ends = monotonic() + GIVE_UP
        quiet = 0
        while quiet < 2 and monotonic() < ends:
            page.wait_for_timeout(25)
            quiet = 0 if self.open else quiet + 1
        for request in self.open:
            log.debug("%s: no end of %s %s", self.doing, request.method, request.url)
        self.open.clear()  # of a page that is gone, the browser may tell no end
        page.wait_for_load_state("load")

    def _started(self, request: Request) -> None:
        self.open.add(request)

    def _ended(self, request: Request) -> None:
        self.open.discard(request)

    def _dialog(self, dialog: Dialog) -> None:
        dialog.accept()

    def _response(self, response: Response) -> None:
        request = response.request
        verb = request.method
        self.wrote = self.wrote or verb != "GET"
        if verb == "POST" and "_method" in (request.post_data or ""):
            verb = "DELETE" if "DELETE" in (request.post_data or "") else verb
        if response.status < 400:
            self.done.add((verb, response.url))
            return
        navigated = request.is_navigation_request() and verb == "GET"  # the walk judges it itself
        told = f"{response.status} for {verb} {response.url}"
        if response.status not in ASKED_BACK and not navigated and not is_deliberate(told):
            self.tell(f"{self.doing}: {told}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of" not in message.text and not is_deliberate(message.text):
            self.tell(f"{self.doing}: console: {message.text[:300]}")

    def _error(self, error: WebError) -> None:
        self.tell(f"{self.doing}: uncaught: {error.error}")


def told(problems: list[str], most: int = 150) -> str:
    """All problems, each once."""
    once: list[Any] = list(dict.fromkeys(problems))
    return "\n".join([f"{len(once)} problems:", *once[:most]])


def in_short(error: Any) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if "intercepts" in line or "not visible" in line or "outside" in line]
    return " ".join(dict.fromkeys([lines[0], *told]))[:300]
