"""What is wrong with what a page does, whoever looks at it."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Download, Page, WebError
from playwright.sync_api import Error as PlaywrightError

from tests.browser.walk import answers
from tests.browser.walk.addresses import kind_of
from tests.browser.walk.answers import Answer
from tests.browser.walk.expected import is_deliberate

log = logging.getLogger(__name__)

GIVE_UP = 20  # seconds until nothing is under way any more
ASKED_BACK = (409, 422)  # the form comes back with words


class Watcher:
    """Collects ``problems``, each with what was being done (``doing``) when it showed."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.problems: list[str] = []
        self.done: set[tuple[str, str]] = set()  # (verb, path) that succeeded
        self.doing = ""
        self.wrote = False  # something, since the last time that this was set back
        self.wrote_at = datetime.min.replace(tzinfo=UTC)  # the last time
        self.left = 0  # files and windows that came, since this was set back
        self.opens = False  # the walk opens an address by itself, and judges the answer
        self.came: list[Answer] = []  # from the server's threads
        answers.listeners.append(self.came.append)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("dialog", self._dialog)
        context.on("page", self._window)
        page.on("download", self._file)

    def end(self) -> None:
        answers.listeners.remove(self.came.append)

    def tell(self, problem: str) -> None:
        log.debug("PROBLEM %s", problem)
        self.problems.append(problem)

    def settle(self, page: Page) -> None:
        """Wait until nothing is asked for any more, and judge what was answered."""
        files, ends = self.left, monotonic() + GIVE_UP
        while monotonic() < ends:
            try:
                if page.evaluate("walk.idle()"):
                    break
                if self.left > files:  # a file came instead of another page
                    page.evaluate("window.walkGoing = false")
            except PlaywrightError:  # another page comes
                with suppress(PlaywrightError):
                    page.wait_for_load_state("load")
        while self.came:
            self._judge(self.came.pop(0))

    def _judge(self, answer: Answer) -> None:
        if answer.verb != "GET":
            self.wrote, self.wrote_at = True, datetime.now(UTC)
        if answer.status < 400:
            self.done.add((answer.verb, answer.path))
            return
        comes_back = answer.verb != "GET" and answer.status in ASKED_BACK
        judged = self.opens and answer.is_page
        if not judged and not comes_back and not is_deliberate(f"{answer.status} {kind_of(answer.path)}"):
            self.tell(f"{self.doing}: {answer.status} for {answer.verb} {answer.path}")

    def _window(self, page: Page) -> None:
        """One that a press opened beside the page that is walked."""
        self.left += 1
        page.close()

    def _file(self, download: Download) -> None:
        self.left += 1

    def _dialog(self, dialog: Dialog) -> None:
        dialog.accept()

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
