"""Goes through the product as a curious person would: opens what links lead to, and presses all that is there.

A control is told by its kind of page (the URL's name and what it is about) and its own key (``page.js``), so that the
fiftieth lead is not the fiftieth test. What is pressed may open more: each control is reached by the way that showed it
first, from a fresh page. What is typed into forms is in ``filling.py``, what counts as wrong in ``watching.py``.
"""

from __future__ import annotations

import logging
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from django.urls import Resolver404, resolve
from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError

from tests.browser.walk.expected import LEFT_ALONE, is_deliberate
from tests.browser.walk.filling import fill
from tests.browser.walk.watching import Watcher

log = logging.getLogger(__name__)

PATIENCE = 4_000  # milliseconds for one press
SPARES = 12  # other pages of the kind that are tried, for when the first is no longer what it was
DEEP = 4  # presses from the page to a control
# Pressed after all else, since other controls need what they take away
LAST = re.compile(r"DELETE|delet|deactivat|conver|clos|lose|bad|log.?out|sign.?out|undo|sent|stage|status|taking", re.I)
# Of these, one stands for all in the short walk: what is pressed inside of an editor in place, columns moved
ALIKE = re.compile(r"(?<=/fields/)\w+|(?<=\|up\|)\w+|(?<=\|down\|)\w+")
ABOUT = ("record_type", "key", "kind", "name", "picklist", "slug", "report")  # arguments that make another page


@dataclass(frozen=True)
class Step:
    """A control to press: on which page, by which way, and whether its form is filled before."""

    url: str
    kind: str
    way: tuple[str, ...]
    key: str
    filled: bool
    label: str

    def __str__(self) -> str:
        way = " › ".join([*(part.strip("|") for part in self.way), self.key.strip("|")])
        return f"{self.kind} ({self.url}): {'fill in, ' if self.filled else ''}press “{self.label}” [{way}]"


@dataclass
class Inventory:
    pages: Counter[str] = field(default_factory=Counter)
    pressed: set[tuple[str, str]] = field(default_factory=set)
    fields: int = 0
    left: dict[tuple[str, str], str] = field(default_factory=dict)  # found, and never pressed: why


def kind_of(path: str) -> str:
    """The URL's name, with those arguments that make another page of it; "" for what is not ours."""
    inner = "/" + path.lstrip("/").partition("/")[2].partition("?")[0]
    for urlconf, text in (("crm.workspace_urls", inner), ("crm.urls", path.partition("?")[0])):
        try:
            match = resolve(text, urlconf)
        except Resolver404:
            continue
        about = [str(match.kwargs[name]) for name in ABOUT if name in match.kwargs]
        if match.view_name:
            return " ".join([match.view_name, *about])
    return ""


class Walk:
    """``area(kind)`` says which kinds of page are walked, ``most`` how many pages of each; ``presses`` = look only."""

    def __init__(
        self,
        context: BrowserContext,
        *,
        start: list[str],
        area: Callable[[str], bool] = bool,
        most: int = 2,
        presses: bool = True,
        between: Callable[[], None] = lambda: None,
        sign_in: Callable[[], None] = lambda: None,
        until: float = float("inf"),
        short: bool = True,
    ) -> None:
        self.context, self.page = context, context.new_page()
        self.watcher = Watcher(context)
        self.area, self.most, self.presses, self.between, self.sign_in = area, most, presses, between, sign_in
        self.ends, self.short = monotonic() + until, short
        self.found = Inventory()
        self.queue: list[str] = list(start)
        self.seen_urls: set[str] = set(start)
        self.waiting: dict[str, list[str]] = defaultdict(list)  # more pages of a kind than are walked, as spares
        self.soon: list[Step] = []
        self.late: list[Step] = []
        self.known: set[tuple[str, str, bool]] = set()
        self.gone: set[str] = set()
        self.again: list[str] = []

    # The whole

    def run(self) -> Inventory:
        while monotonic() < self.ends:
            if self.queue:
                self.visit(self.queue.pop(0))
            elif self.soon:
                self.press(self.soon.pop(0))
            elif self.late:
                self.press(self.late.pop(0))
            elif not self.look_again():
                break
        for step in [*self.soon, *self.late]:
            self.found.left[step.kind, step.key] = f"no time left for {step}"
        for (kind, key), why in self.found.left.items():
            if (kind, key) not in self.found.pressed and not is_deliberate(f"{kind} {key}"):
                self.watcher.tell(f"never pressed: {why}")
        self.page.close()
        return self.found

    def visit(self, url: str) -> None:
        kind = kind_of(url)
        if self.found.pages[kind] >= self.most:
            self.waiting[kind].append(url)
            return
        if self.open(url, f"{kind} ({url}): open"):
            self.found.pages[kind] += 1
            if self.found.pages[kind] == 1:
                self.again.append(url)
            self.look(url, kind, (), f"{kind} ({url})")
            if self.presses:
                self.preview(f"{kind} ({url}): j and space")

    def look_again(self) -> bool:
        """Open a page of each kind once more: a recycle bin, say, holds something by now. False when all were."""
        if not self.presses or not self.again:
            return False
        url = self.again.pop()
        self.gone.add(url)  # something that was pressed may have deleted it
        if self.open(url, f"{kind_of(url)} ({url}): open again"):
            self.look(url, kind_of(url), (), f"{kind_of(url)} ({url}), later")
        return True

    def preview(self, doing: str) -> None:
        """The row of a list that the keys lead to, shown beside it."""
        if not self.page.locator("table[data-rows] tbody tr[data-href]").count():
            return
        self.watcher.doing = doing
        for key in ("j", "Space"):
            self.page.keyboard.press(key)
            self.settle()
        if not self.page.locator("#preview[open]").count():
            self.watcher.tell(f"{doing}: no preview opens")
        self.look_only(doing)
        self.page.keyboard.press("Escape")
        if self.page.evaluate("walk.focus()") == "BODY":
            self.watcher.tell(f"{doing}: the focus falls to the page when it is closed")

    def open(self, url: str, doing: str) -> bool:
        self.watcher.doing = doing
        log.debug(doing)
        try:
            answer = self.page.goto(url, wait_until="load", timeout=20_000)
        except PlaywrightError as error:
            if "Download is starting" not in str(error):
                self.watcher.tell(f"{doing}: {str(error).splitlines()[0]}")
            return False
        self.settle()
        if "/auth/login" in self.page.url and "/auth/" not in url:
            self.sign_in()
            answer = self.page.goto(url, wait_until="load", timeout=20_000)
            self.settle()
        if answer is not None and answer.status >= 400:
            known = answer.status in (404, 409) and url in self.gone  # what was pressed took it away
            if not known and not is_deliberate(f"{answer.status} {kind_of(url)}"):
                self.watcher.tell(f"{doing}: answered {answer.status}")
            return False
        return True

    def settle(self) -> None:
        """Wait until nothing is asked for any more."""
        self.watcher.settle(self.page)

    # Looking

    def look(self, url: str, kind: str, way: tuple[str, ...], doing: str) -> None:
        """Judge what stands there, and note what can be pressed and where links lead."""
        for what, text in self.page.evaluate("walk.texts()"):
            if not is_deliberate(f"{what}: {text}"):
                self.watcher.tell(f"{doing}: shows {what}: “{text}”")
        for link in self.page.evaluate("walk.links()"):
            self.follow(link)
        if not self.presses or len(way) >= DEEP:
            return
        for one in self.page.evaluate("walk.controls()"):
            where = "frame" if one["inFrame"] else kind
            if one["inFrame"] and not self.area("frame"):
                continue
            for filled in (False, True) if one["fields"] or one["choice"] else (False,):
                self.note(Step(url, where, way, one["key"], filled, one["label"]))

    def note(self, step: Step) -> None:
        name = self.name_of(step)
        if name in self.known or is_deliberate(f"{step.kind} {step.key}", LEFT_ALONE):
            return
        self.known.add(name)
        late = LAST.search(" ".join([*step.way, step.key, step.label]))
        (self.late if late else self.soon).append(step)

    def name_of(self, step: Step) -> tuple[str, str, bool]:
        """What one press of it stands for: in short, one editor in place or one column stands for all of them."""
        key = step.key
        if step.filled:
            key = "|".join(key.split("|")[:4])  # once for each form, whatever button sends it
        if self.short and step.way:
            key = ALIKE.sub("~", key)
        return step.kind, key, step.filled

    def follow(self, link: str) -> None:
        kind = kind_of(link)
        if not kind or link in self.seen_urls or not self.area(kind) or is_deliberate(f"GET {kind}", LEFT_ALONE):
            return
        self.seen_urls.add(link)
        self.queue.append(link)

    # Pressing

    def press(self, step: Step) -> None:
        log.debug("%s to press: %s", len(self.soon) + len(self.late), step)
        name = (step.kind, step.key)
        for url in (step.url, *self.waiting[kind_of(step.url)][:SPARES]):
            if self.reach(url, step) and self.touch(step, url):
                self.found.pressed.add(name)
                self.found.left.pop(name, None)
                if url in self.waiting[kind_of(url)]:
                    self.waiting[kind_of(url)].remove(url)  # used up: what comes later finds one as it was
                return
        self.found.left.setdefault(name, f"{step}: it was not there again")

    def reach(self, url: str, step: Step) -> bool:
        self.gone.add(url)  # it was there: what is pressed may take it away
        return self.open(url, str(step)) and all(self.click(key) for key in step.way)

    def click(self, key: str) -> bool:
        """Press a control as a person would, after what must be pressed to see it."""
        need = self.page.evaluate("key => walk.mark(key)", key)
        if need == "gone":
            return False
        try:
            if need == "opener":
                self.page.locator("[data-walk=opener]").first.click(timeout=PATIENCE)
            if need == "bulk":
                self.page.locator(".row-select").first.check(timeout=PATIENCE)
            control = self.page.locator("[data-walk=here]")
            if control.evaluate("one => one.tagName") == "SELECT":
                options = control.locator("option:not([disabled])").evaluate_all("all => all.map((one) => one.value)")
                other = [value for value in options if value != control.input_value()] or options
                control.select_option(other[0], timeout=PATIENCE)
            else:
                control.scroll_into_view_if_needed(timeout=PATIENCE)
                control.click(timeout=PATIENCE, position=self.page.evaluate("walk.point()"))
        except PlaywrightError as error:
            if self.page.is_closed():
                raise
            self.watcher.tell(f"{self.watcher.doing}: cannot be pressed: {_short(error)}")
            return False
        self.settle()
        return True

    def touch(self, step: Step, url: str) -> bool:
        """Press the control itself, and judge what came of it."""
        if self.page.evaluate("key => walk.mark(key)", step.key) == "gone":
            return False
        if step.filled:
            need = self.page.evaluate("key => walk.mark(key)", step.key)
            if need == "opener":
                self.page.locator("[data-walk=opener]").first.click(timeout=PATIENCE)
            self.found.fields += fill(self.page)
            self.settle()
        self.watcher.doing = str(step)
        self.page.evaluate("window.walkHere = true")
        before = self.page.url
        if not self.click(step.key):
            return False
        self.between()
        stays = self.page.evaluate("Boolean(window.walkHere)")
        if (
            stays
            and self.page.evaluate("walk.focus()") == "BODY"
            and not is_deliberate(f"focus {step.kind} {step.key}")
        ):
            self.watcher.tell(f"{step}: the focus falls to the page")
        if stays:
            self.look(url, kind_of(url), (*step.way, step.key), str(step))
        else:
            path = self.page.url.removeprefix("http://").partition("/")[2]
            if self.page.url != before:
                self.follow("/" + path)
            self.look_only(str(step))
        return True

    def look_only(self, doing: str) -> None:
        presses, self.presses = self.presses, False
        self.look(self.page.url, kind_of(self.page.url), (), doing)
        self.presses = presses


def _short(error: Any) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if "intercepts" in line or "not visible" in line or "outside" in line]
    return " ".join(dict.fromkeys([lines[0], *told]))[:300]
