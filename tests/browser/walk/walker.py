"""Goes through the product as a curious person would: opens what links lead to, and presses all that is there.

A control is told by its kind of page (the URL's name and what it is about) and its own key (``page.js``), so that the
fiftieth lead is not the fiftieth test. What is pressed may open more: each control is reached by the way that showed it
first, from a fresh page. What is typed into forms is in ``filling.py``, what counts as wrong in ``watching.py``.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError

from tests.browser.walk.addresses import kind_of, path_of
from tests.browser.walk.alike import alike, whatever_is_shown
from tests.browser.walk.expected import LEFT_ALONE, is_deliberate
from tests.browser.walk.hands import Hands
from tests.browser.walk.steps import FILLED, Inventory, Step
from tests.browser.walk.watching import Watcher

log = logging.getLogger(__name__)

SPARES = 2  # other pages of the kind that are tried, for when the first is no longer what it was
DEEP = 4  # presses from the page to a control
# Pressed after all else, since other controls need what they take away
LAST = re.compile(
    r"DELETE|delet|deactivat|conver|clos|lose|bad|log.?out|sign.?out|undo|sent|taking|[/|](stage|status|owner|team)\b",
    re.I,
)


class Walk:
    """``area(kind)`` says which kinds of page are walked, ``most`` how many pages of each; ``presses`` = look only.

    ``kept`` names the fields that stay as they are where a form has others. ``own``: what the walk makes itself has to
    be pressed through as well, and each form be taken once; where there is one record of each kind it may not be.
    """

    def __init__(
        self,
        context: BrowserContext,
        *,
        start: list[str],
        area: Callable[[str], bool] = bool,
        most: int = 2,
        presses: bool = True,
        between: Callable[[], None] = lambda: None,
        vanished: Callable[[str, datetime], bool] = lambda url, since: False,
        sign_in: Callable[[], None] = lambda: None,
        afresh: Callable[[], None] | None = None,
        kept: tuple[str, ...] = (),
        own: bool = True,
        short: bool = True,
    ) -> None:
        self.context, self.page = context, context.new_page()
        self.watcher = Watcher(context, self.page)
        self.area, self.most, self.presses, self.between, self.sign_in = area, most, presses, between, sign_in
        self.afresh, self.own, self.short, self.vanished = afresh, own, short, vanished
        self.found = Inventory()
        self.hands = Hands(self.page, self.watcher, self.found, kept)
        self.queue: list[str] = list(start)
        self.seen_urls: set[str] = set(start)
        self.waiting: dict[str, list[str]] = defaultdict(list)  # more pages of a kind than are walked, as spares
        self.soon: list[Step] = []
        self.late: list[Step] = []
        self.known: set[tuple[str, str, bool]] = set()
        self.shown = dict.fromkeys(start, datetime.now(UTC))  # when a link to an address was seen first
        self.first: set[str] = set()  # addresses that were known before anything was written
        self.here = ""  # the address of the page that is open, while it is like a person would find it
        self.again: list[str] = []
        self.put_off: set[Step] = set()

    # The whole

    def run(self) -> Inventory:
        while True:
            if self.first and self.soon and self.soon[0].url == self.here:  # what came of it, before it is gone
                self.press(self.soon.pop(0))
            elif self.queue:
                self.visit(self.queue.pop(0))
            elif self.soon:
                self.press(self.soon.pop(0))
            elif self.late:
                self.press(self.late.pop(0))
            elif not self.look_again():
                break
        self.sum_up()
        self.page.close()
        self.watcher.end()
        return self.found

    def sum_up(self) -> None:
        """Tell what was there and never pressed, or filled in and never taken."""
        for (kind, key), why in self.found.left.items():
            if (kind, key) not in self.found.pressed and not is_deliberate(f"{kind} {key}"):
                self.watcher.tell(f"never pressed: {why}")
        for form, why in self.found.refused.items() if self.own else ():
            if not is_deliberate(f"refused {' '.join(form)}"):
                self.watcher.tell(f"filled in, and never taken: {why}")

    def visit(self, url: str) -> None:
        kind = kind_of(url)
        counted = alike(kind, "")[0] if self.short and kind.startswith("setup:") else kind
        new = bool(self.first) and url not in self.first  # made by what was pressed, perhaps
        if self.found.pages[counted] >= self.most + (2 if new else 0):
            self.waiting[kind].append(url)
            return
        if self.open(url, f"{kind} ({url}): open"):
            if self.here != url and kind_of(self.here) != kind:  # it leads on: that page is walked as itself
                self.follow(self.here)
                return
            self.found.pages[counted] += 1
            if self.found.pages[counted] == 1:
                self.again.append(url)
            self.look(url, kind, (), f"{kind} ({url})")
            if self.presses:
                self.preview(f"{kind} ({url}): j and space")

    def look_again(self) -> bool:
        """Open a page of each kind once more: a recycle bin, say, holds something by now. False when all were."""
        if not self.presses or not self.again:
            return False
        url = self.again.pop()
        if self.open(url, f"{kind_of(url)} ({url}): open again"):
            self.look(url, kind_of(url), (), f"{kind_of(url)} ({url}), later")
        return True

    def preview(self, doing: str) -> None:
        """The row of a list that the keys lead to, shown beside it."""
        if not self.page.locator("table[data-rows] tbody tr[data-href]").count():
            return
        self.watcher.doing, self.here = doing, ""
        for key in ("j", "Space"):
            self.page.keyboard.press(key)
            self.hands.settle()
        if not self.page.locator("#preview[open]").count():
            self.watcher.tell(f"{doing}: no preview opens")
        self.look_only(doing)
        self.page.keyboard.press("Escape")
        if self.page.evaluate("walk.focus()") == "BODY":
            self.watcher.tell(f"{doing}: the focus falls to the page when it is closed")

    def open(self, url: str, doing: str) -> bool:
        self.watcher.doing = doing
        self.here = ""
        log.debug(doing)
        self.watcher.opens = True
        try:
            answer = self.page.goto(url, wait_until="load", timeout=20_000)
        except PlaywrightError as error:
            self.watcher.opens = False
            if "Download is starting" not in str(error):
                self.watcher.tell(f"{doing}: {str(error).splitlines()[0]}")
            return False
        self.hands.settle()
        if "/auth/login" in self.page.url and "/auth/" not in url:
            self.sign_in()
            answer = self.page.goto(url, wait_until="load", timeout=20_000)
            self.hands.settle()
        self.watcher.opens = False
        if answer is not None and answer.status >= 400:
            if not self.is_no_more(url, answer.status) and not is_deliberate(f"{answer.status} {kind_of(url)}"):
                self.watcher.tell(f"{doing}: answered {answer.status}")
            return False
        self.here = path_of(self.page.url) if kind_of(path_of(self.page.url)) != kind_of(url) else url
        return True

    def is_no_more(self, url: str, status: int) -> bool:
        """Whether a press took it away after a link to it was shown: then the answer is the right one."""
        since = self.shown.get(url)
        if since is None or since > self.watcher.wrote_at:
            return False
        return status == 409 or (status == 404 and self.vanished(url, since))

    # Looking

    def look(self, url: str, kind: str, way: tuple[str, ...], doing: str, at_once: bool = False) -> None:
        """Judge what stands there, and note what can be pressed (``at_once``: next) and where links lead."""
        seen = self.page.evaluate("walk.look()")
        for what, text in seen["texts"]:
            if not is_deliberate(f"{what}: {text}"):
                self.watcher.tell(f"{doing}: shows {what}: “{text}”")
        for link in seen["links"]:
            self.follow(link)
        if not self.presses or len(way) >= DEEP:
            return
        found: list[Step] = []
        for one in seen["controls"]:
            where = "frame" if one["inFrame"] else kind
            if one["inFrame"] and not self.area("frame"):
                continue
            for filled in (False, True) if one["fields"] else (False,):
                found.append(Step(url, where, way, one["key"], filled, one["label"]))
        new = [step for step in found if self.is_new(step)]
        late = [step for step in new if self.is_late(step, at_once)]
        self.late = [*late, *self.late] if at_once else [*self.late, *late]
        soon = [step for step in new if step not in late]
        self.soon = [*soon, *self.soon] if at_once else [*self.soon, *soon]

    def is_late(self, step: Step, at_once: bool) -> bool:
        """Not: what was made by the walk itself, or is there because of what was pressed a moment ago."""
        made = bool(self.first) and step.url not in self.first
        if made or (at_once and not step.way):
            return False
        return bool(LAST.search(" ".join([*step.way, step.key, step.label])))

    def is_new(self, step: Step) -> bool:
        name = self.name_of(step)
        if name in self.known or is_deliberate(f"{step.kind} {step.key}", LEFT_ALONE):
            return False
        self.known.add(name)
        return True

    def name_of(self, step: Step) -> tuple[str, str, bool]:
        """What one press of it stands for: in short, one editor in place or one column stands for all of them."""
        key = step.key
        if step.filled:
            key = "|".join(key.split("|")[:4])  # once for each form, whatever button sends it
        return (*(alike(step.kind, key) if self.short else (step.kind, whatever_is_shown(key))), step.filled)

    def follow(self, link: str) -> None:
        kind = kind_of(link)
        if not kind and not link.startswith("/static/"):
            self.watcher.tell(f"{self.watcher.doing}: a link leads nowhere: {link}")
        if not kind or link in self.seen_urls or not self.area(kind) or is_deliberate(f"GET {kind}", LEFT_ALONE):
            return
        self.seen_urls.add(link)
        self.shown[link] = datetime.now(UTC)
        self.queue.append(link)

    # Pressing

    def press(self, step: Step) -> None:
        log.debug("%s to press: %s", len(self.soon) + len(self.late), step)
        if self.here == step.url and self.press_here(step):
            return
        spares = self.waiting[kind_of(step.url)][:SPARES]
        if any(self.press_on(url, step) for url in (step.url, *spares)):
            return
        if self.afresh and step not in self.put_off and self.has_made_more():
            self.put_off.add(step)
            self.late.append(step)
            return
        if self.afresh:  # it was changed by a press: once more, with the data as they were
            log.debug("afresh for %s", step)
            self.afresh()
            self.sign_in()
            if self.press_on(step.url, step):
                return
        of_the_moment = whatever_is_shown(step.key) != step.key  # gone once a view that the walk made was saved
        if step.url in self.first or (self.own and not of_the_moment):
            self.found.left.setdefault((step.kind, step.key), f"{step}: it was not there again")

    def has_made_more(self) -> bool:
        """Whether there is something to press yet on what the walk made itself, which would be gone with fresh data."""
        return any(step.url not in self.first for step in (*self.soon, *self.late))

    def press_on(self, url: str, step: Step) -> bool:
        if not (self.reach(url, step) and self.touch(step, url)):
            return False
        self.count(step)
        if url in self.waiting[kind_of(url)]:
            self.waiting[kind_of(url)].remove(url)  # used up: what comes later finds one as it was
        return True

    def press_here(self, step: Step) -> bool:
        """Press it without opening the page anew, where it is in sight or one press away."""
        self.watcher.doing = str(step)
        if not self.hands.sees(step.key) and not self.is_one_press_away(step):
            return False  # behind something else that is open: from a fresh page
        if not self.touch(step, step.url, quietly=True):
            return False
        self.count(step)
        return True

    def is_one_press_away(self, step: Step) -> bool:
        return (
            len(step.way) == 1
            and self.hands.sees(step.way[0])
            and self.hands.press(step.way[0], quietly=True)
            and self.hands.sees(step.key)
        )

    def count(self, step: Step) -> None:
        name = (step.kind, step.key)
        self.found.pressed.add(name)
        self.found.left.pop(name, None)

    def reach(self, url: str, step: Step) -> bool:
        return self.open(url, str(step)) and (self.hands.sees(step.key) or all(self.hands.go(key) for key in step.way))

    def touch(self, step: Step, url: str, quietly: bool = False) -> bool:
        """Press the control itself, and judge what came of it."""
        need = self.hands.find(step.key)
        if need == "gone":
            return False
        key = self.hands.fill_in(step.key, need) if step.filled else step.key
        self.watcher.doing = str(step)
        self.page.evaluate("window.walkHere = true")
        before, self.watcher.left = self.page.url, 0
        if not self.hands.press(key, quietly):
            return False
        if self.is_dead(step):
            self.watcher.tell(f"{step}: nothing comes of it")
        self.note_answer(step)
        wrote, waiting = self.watcher.wrote, len(self.soon) + len(self.late)
        self.work()
        if self.page.evaluate("Boolean(window.walkHere)"):
            self.look_on(step, url)
        else:
            if self.page.url != before:
                self.follow(path_of(self.page.url))
            self.look_at_next(step, wrote)
        # Otherwise an Undo would take away what is to be pressed next, unless that is where something was deleted from
        if len(self.soon) + len(self.late) == waiting or "deletion" in step.key:
            self.answer_toasts(step)
        return True

    def note_answer(self, step: Step) -> None:
        """Whether a form that was filled in was taken, by this button or one that answers a question about it."""
        form = (step.kind, "|".join(step.key.split("|")[:4]))
        complaints = self.page.evaluate("walk.complaints()")
        if complaints:
            log.debug("it says: %s", complaints)
        if not complaints and (step.filled or form in self.found.refused):
            self.found.refused.pop(form, None)
            self.found.taken.add(form)
        if complaints and step.filled and form not in self.found.taken:
            self.found.refused[form] = f"{step}: {' / '.join(' '.join(one.split()) for one in complaints)}"

    def is_dead(self, step: Step) -> bool:
        """Whether a press wrote nothing, led nowhere, brought nothing and changed nothing that a person could see."""
        if self.watcher.wrote or self.watcher.left or not self.page.evaluate("Boolean(window.walkHere)"):
            return False
        return not self.page.evaluate("walk.changed()") and not is_deliberate(f"nothing {step.kind} {step.key}")

    def look_on(self, step: Step, url: str) -> None:
        """The page stays."""
        if self.page.evaluate("walk.focus()") == "BODY" and not is_deliberate(f"focus {step.kind} {step.key}"):
            self.watcher.tell(f"{step}: the focus falls to the page")
        way = (*step.way, f"{FILLED if step.filled else ''}{step.key}")
        self.look(url, kind_of(url), way, str(step), at_once=True)

    def look_at_next(self, step: Step, wrote: bool) -> None:
        """Another page is there: after a write with a question, or in a state that has other buttons."""
        self.here = path_of(self.page.url)
        if wrote and self.presses and self.area(kind_of(self.here)):
            self.look(self.here, kind_of(self.here), (), str(step), at_once=True)
        else:
            self.look_only(str(step))

    def work(self) -> None:
        """Let a worker do what was written."""
        if self.watcher.wrote:
            self.first = self.first or set(self.seen_urls)
            self.between()
            self.watcher.wrote = False

    def answer_toasts(self, step: Step) -> None:
        """Press Undo where a toast offers it, once for each kind of act, and put one away."""
        for key in self.page.evaluate("walk.toasts()"):
            name = ("toast", alike(step.kind, key)[1] if self.short else key)
            if name in self.found.pressed:
                continue
            self.watcher.doing = f"{step}, then in the toast [{key.strip('|')}]"
            if not self.hands.press(key, quietly=True):  # toasts go by themselves: another of its kind will come
                continue
            self.work()
            self.found.pressed.add(name)
            self.look_only(self.watcher.doing)
            self.here = ""
            return

    def look_only(self, doing: str) -> None:
        presses, self.presses = self.presses, False
        self.look(self.page.url, kind_of(self.page.url), (), doing)
        self.presses = presses
