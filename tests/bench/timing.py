"""Clocks: one page beside its floor, and many people at once."""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

from tests.bench.pages import Page
from tests.bench.places import Place
from tests.bench.result import Line
from tests.bench.serving import Browser

WARM_UP = 8
TURNS, FEWEST_TURNS = 40, 6
LONGEST_SECONDS = 20.0  # for one page in all workspaces
CLIENTS = 16


def time_page(found: list[tuple[Place, Page]], port: int) -> list[Line]:
    """The medians of a page in several workspaces and of its floors, in turns so that all meet the same moments."""
    clocks: list[tuple[Callable[[Browser], None], Browser, list[float]]] = []
    for place, page in found:
        session = place.rep if page.as_rep else place.admin
        clocks.append((partial(_checked, page), Browser(port, session), []))
        clocks.append((partial(_floor, page), Browser(port), []))
    for do, browser, _taken in clocks:
        for _again in range(WARM_UP):  # over new connections, so that both worker processes have seen it
            do(Browser(port, browser.session))
    deadline = time.monotonic() + LONGEST_SECONDS
    for turn in range(TURNS):
        if turn >= FEWEST_TURNS and time.monotonic() > deadline:
            break
        for do, browser, taken in clocks:
            started = time.perf_counter()
            do(browser)
            taken.append((time.perf_counter() - started) * 1000)
    lines = []
    for (place, page), ours, floors in zip(found, clocks[::2], clocks[1::2], strict=True):
        floor = statistics.median(floors[2]) if page.floor else None
        lines.append(Line(page.name, place.leads, statistics.median(ours[2]), "ms", floor, page.aim))
    return lines


def _checked(page: Page, browser: Browser) -> None:
    status, body = browser.get(page.url)
    if status != 200 or body.count(page.proof) < page.times:
        sys.exit(
            f"{page.url} answers {status} and is not the page that was meant:\n{body[:500].decode(errors='replace')}"
        )


def _floor(page: Page, browser: Browser) -> None:
    if not page.floor:
        return
    status, body = browser.get(page.floor)
    if status != 200 or not body:
        sys.exit(f"{page.floor} answers {status}.")


def per_second(do: Callable[[int], None], *, clients: int, seconds: float) -> float:
    """How often a second ``do(client's number)`` is done by so many clients at once."""
    done = [0] * clients
    begin = threading.Barrier(clients + 1)
    deadline = [0.0]

    def work(number: int) -> None:
        begin.wait()
        while time.monotonic() < deadline[0]:
            do(number)
            done[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    started = time.monotonic()
    deadline[0] = started + seconds
    begin.wait()
    for thread in threads:
        thread.join()
    return sum(done) / (time.monotonic() - started)


def list_throughput(place: Place, page: Page, port: int, seconds: float) -> Line:
    """List requests per second with many clients, beside as many of the floor."""
    browsers = [Browser(port, place.admin) for _client in range(CLIENTS)]
    nobodies = [Browser(port) for _client in range(CLIENTS)]
    ours, floors = [], []
    for _turn in range(2):
        ours.append(per_second(lambda number: _checked(page, browsers[number]), clients=CLIENTS, seconds=seconds / 4))
        floors.append(per_second(lambda number: _floor(page, nobodies[number]), clients=CLIENTS, seconds=seconds / 4))
    return Line(f"list, {CLIENTS} clients", place.leads, sum(ours) / 2, "/s", sum(floors) / 2, "≥ 0.5")
