"""Everything that can be pressed is pressed, where JavaScript runs.

`make test` has an admin's walk on a desktop, through the demo of one day, where every kind of page and control is met
once. `make chaos` has all roles, desktop and phone, a new workspace, an import and every single thing, in today's demo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.http import HttpResponse
from playwright.sync_api import Browser

from tests.browser.walk.more import add_what_the_demo_lacks
from tests.browser.walk.visits import AREAS, DESKTOP, PHONE, RECORDS, START, Visitor, member_of, never_asked
from tests.browser.walk.walker import Walk
from tests.browser.walk.watching import told
from tests.database import (
    DEMO_DAY,
    copy_database,
    create_database,
    create_demo_database,
    drop_database,
    end_connections,
    point_at,
)
from tests.imports.steps import bring_in
from tests.people import Firm, make_firm, make_user

FILE = "First name,Last name,Company,E-mail\nWanda,Walker,Walker Works,wanda@walker.example\n,,Nobody Ltd,no address\n"
PARTS = {"records": (*RECORDS, "shared"), "rest": ("setup", "rest", "search")}
MOST = {"records": 1, "rest": 2}  # pages of a kind in `make test`: no two imports have the same buttons
SIZES = {"desktop": DESKTOP, "phone": PHONE}
# Who else walks. Setup is the admin's alone: all others get 404, as tests/permissions holds.
OTHERS = [
    (role, size, part)
    for role in ("admin", "manager", "rep", "read_only")
    for size in SIZES
    for part in PARTS
    if (role, size) != ("admin", "desktop")
]


def judge(one: Walk, title: str, more: list[str] | None = None) -> None:
    found = one.found
    count = f"{sum(found.pages.values())} pages of {len(found.pages)} kinds, {len(found.pressed)} controls"
    print(f"{title}: {count} pressed, {found.fields} fields filled")
    problems = [*one.watcher.problems, *(more or [])]
    assert not problems, told(problems)
    assert found.pages
    assert found.pressed or not one.presses


@pytest.fixture(scope="module")
def demo_and_more(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[], str]]:
    """Makes a database of the day it is, with the demo and what it lacks, to be copied; returns its name."""
    made: dict[date, str] = {}

    def of_the_day() -> str:
        day, before = date.today(), str(connections["default"].settings_dict["NAME"])
        if day not in made:
            made[day] = create_demo_database()
            add_what_the_demo_lacks("demo")
            point_at(before)
        return made[day]

    yield of_the_day
    with django_db_blocker.unblock():
        for name in made.values():
            drop_database(name)


@pytest.fixture
def afresh(
    request: pytest.FixtureRequest, unblocked: None, demo_and_more: Callable[[], str]
) -> Iterator[Callable[[], None]]:
    """Puts the data back to how they were: another copy of the database.

    `make test` walks on one day, which always tells the same story; `make chaos` walks today's.
    """
    today = request.node.get_closest_marker("slow")
    with nullcontext() if today else time_machine.travel(DEMO_DAY), copies_of(demo_and_more()) as another:
        yield another


@contextmanager
def workspace_alone(begin: Callable[[], Any]) -> Iterator[Callable[[], None]]:
    """Works in a database in which nothing is but what ``begin`` makes; what it yields is like ``afresh``."""
    before, name = str(connections["default"].settings_dict["NAME"]), create_database()
    begin()
    point_at(before)
    try:
        with copies_of(name) as another:
            yield another
    finally:
        drop_database(name)


@contextmanager
def copies_of(template: str) -> Iterator[Callable[[], None]]:
    """Works in a copy of a database; what it yields goes on in another one."""
    before = str(connections["default"].settings_dict["NAME"])
    copies = [copy_database(template)]
    try:
        yield lambda: copies.append(copy_database(template))
    finally:
        point_at(before)
        for name in copies:
            end_connections(name)
            drop_database(name)


@pytest.fixture
def arrive(server: str, browser: Browser, browser_context_args: dict[str, Any]) -> Any:
    def of(slug: str, role: str = "admin", afresh: Callable[[], None] | None = None) -> Visitor:
        return Visitor(browser, browser_context_args, server, member_of(slug, role), slug, afresh=afresh)

    return of


# What is put into a page, and what the walk is to tell of it
FAULTS = {
    "<p>By [object Object]</p>": "shows an object",
    "<input type='radio' name='a' checked><input type='radio' name='a' checked>": "shows two answers checked",
    "<p>At 2026-01-02T03:04:05</p>": "shows a moment",
    "<p>Dear %(name)s</p>": "shows a placeholder",
    "<p>is_open</p>": "shows a key",
    "<b class='badge'>qualified</b>": "shows a value as it is stored",
    "<button type='button'>Dead</button>": "“Dead” [button|||||Dead]: nothing comes of it",
    "<button type='button' data-loses>Loses</button>": "the focus falls to the page",
    "<script>1</script>": "console: ",
    "<a href='{page}?boom=1'>Boom</a>": "open: answered 500",
    "<form><input type='hidden' name='boom' value='2'><button>Go</button></form>": "500 for GET {page}?boom=2",
    "<a href='{page}nowhere/'>Nothing</a>": "a link leads nowhere: {page}nowhere/",
    "<form method='post' action='{page}'><button>Send</button></form>": "for POST {page}",
}
LOSES = """document.addEventListener("click", ({ target }) => {
  if (target.matches("[data-loses]")) setTimeout(() => { target.textContent += "."; target.blur(); }, 20);
});"""
ONCE = b"<p><button type='button'>Once</button></p>"  # is there at the first look only


def test_the_walk_tells_what_is_wrong(fresh_firm: Firm, arrive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of fault, put into one page."""
    slug = fresh_firm.tenant.slug
    names = {"page": f"/{slug}/search/"}
    faults = "".join(FAULTS).format(**names).encode()
    once = [ONCE]
    answer = WSGIHandler.get_response

    def spoiled(self: Any, request: Any) -> Any:
        if "boom" in request.GET or (request.method == "POST" and request.path == names["page"]):
            return HttpResponse("Boom", status=500)
        request.META.pop("HTTP_ACCEPT_ENCODING", None)  # or there would be no words to look for
        response = answer(self, request)
        if request.path == names["page"] and not response.streaming:
            more = faults + (once.pop() if once else b"")
            response.content = response.content.replace(b"</main>", more + b"</main>")
            response["Content-Length"] = len(response.content)
        return response

    monkeypatch.setattr(WSGIHandler, "get_response", spoiled)
    one = replace(arrive(slug), script=LOSES).walk("search")
    told = "\n".join(one.watcher.problems)
    missing = [what for what in (*FAULTS.values(), "never pressed") if what.format(**names) not in told]
    assert not missing, told


@pytest.mark.long
@pytest.mark.parametrize("part", PARTS)
def test_an_admin_presses_everything_once(part: str, afresh: Any, arrive: Any) -> None:
    one = arrive("demo", afresh=afresh).walk(*PARTS[part], most=MOST[part])
    judge(one, f"admin, {part}", never_asked(one, *PARTS[part]))


@pytest.mark.slow
@pytest.mark.parametrize("one", OTHERS, ids=" ".join)
def test_the_others_press_everything_once(one: tuple[str, str, str], afresh: Any, arrive: Any) -> None:
    role, size, part = one
    areas = tuple(area for area in PARTS[part] if role == "admin" or area != "setup")
    judge(arrive("demo", role, afresh).walk(*areas, size=SIZES[size]), " ".join(one))


@pytest.mark.slow
@pytest.mark.parametrize("area", AREAS)
def test_an_admin_presses_every_single_thing(area: str, afresh: Any, arrive: Any) -> None:
    one = arrive("demo", afresh=afresh).walk(area, most=4, short=False)
    judge(one, f"admin, all of {area}", never_asked(one, area))


@pytest.mark.slow
def test_a_new_workspace_is_walked(unblocked: None, arrive: Any) -> None:
    """With nothing in it but the admin. An account comes first: a deal is always with one."""
    from crm.users.signing_up import sign_up_workspace

    def begin() -> None:
        user = make_user("nora@new.example", "Nora New")
        sign_up_workspace(name="New", slug="new", time_zone="Europe/Berlin", currency="EUR", language="en", user=user)

    starts = ["accounts/new/", *(path for paths in START.values() for path in paths)]
    with workspace_alone(begin) as afresh:
        judge(arrive("new", afresh=afresh).walk(starts=starts, own=False), "new workspace")


@pytest.mark.slow
def test_a_workspace_with_an_import_is_walked(unblocked: None, arrive: Any) -> None:
    with workspace_alone(lambda: bring_in(make_firm("brought", "Brought"), "leads", FILE)) as afresh:
        one = arrive("brought", afresh=afresh).walk("rest", "leads", starts=["imports/", "leads/"], own=False)
    judge(one, "after an import")
