"""Everything that can be pressed is pressed, where JavaScript runs.

In short an admin presses every kind of control once, on a desktop: of the parts that are through in `make test`, of the
others in `make chaos`, as everything at length, by all four roles, on desktop and phone.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.walk.visits import AREAS, DESKTOP, PHONE, Visitor, member_of, never_asked
from tests.browser.walk.walker import Walk
from tests.browser.walk.watching import told
from tests.imports.steps import bring_in
from tests.people import Firm, make_user

PEOPLE = ("admin", "manager", "rep", "read_only")
FILE = "First name,Last name,Company,E-mail\nZoe,Walker,Walker Works,zoe@walker.example\n,,Nobody Ltd,not an address\n"
# The parts that are through without a problem; the others are walked by `make chaos` until they are.
THROUGH = ("contacts",)
SIZES = {"desktop": DESKTOP, "phone": PHONE}


def judge(one: Walk, title: str, more: list[str] | None = None) -> None:
    found = one.found
    count = f"{sum(found.pages.values())} pages of {len(found.pages)} kinds, {len(found.pressed)} controls"
    print(f"{title}: {count} pressed, {found.fields} fields filled")
    problems = [*one.watcher.problems, *(more or [])]
    assert not problems, told(problems)


@pytest.fixture
def arrive(server: str, browser: Browser, browser_context_args: dict[str, Any]) -> Any:
    def of(slug: str, role: str = "admin") -> Visitor:
        return Visitor(browser, browser_context_args, server, member_of(slug, role), slug)

    return of


@pytest.mark.parametrize("area", [pytest.param(one, marks=() if one in THROUGH else pytest.mark.slow) for one in AREAS])
def test_an_admin_presses_everything_once(area: str, demo: str, arrive: Any) -> None:
    one = arrive(demo).walk(area)
    judge(one, f"admin, {area}", never_asked(one, area))


@pytest.mark.slow
@pytest.mark.parametrize("role", PEOPLE[1:])
def test_the_others_open_every_kind_of_page(role: str, demo: str, arrive: Any) -> None:
    judge(arrive(demo, role).walk("", PHONE, most=1, presses=False), f"{role}, looking")


@pytest.mark.slow
def test_a_new_workspace_is_walked(fresh_firm: Firm, arrive: Any) -> None:
    """With nothing in it but the admin."""
    from crm.users.services import sign_up_workspace

    slug = f"new-{fresh_firm.tenant.slug}"
    user = make_user(f"nora@{slug}.example", "Nora New")
    sign_up_workspace(name="New", slug=slug, time_zone="Europe/Berlin", currency="EUR", language="en", user=user)
    judge(arrive(slug).walk("", most=1, presses=False), "new workspace, looking")
    judge(arrive(slug).walk("rest", most=1), "new workspace")


@pytest.mark.slow
def test_a_workspace_with_an_import_is_walked(fresh_firm: Firm, arrive: Any) -> None:
    job = bring_in(fresh_firm, "leads", FILE)
    one = arrive(fresh_firm.tenant.slug).walk("rest", starts=["imports/", f"imports/{job.pk}/"], most=1)
    judge(one, "after an import")


@pytest.mark.slow
@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("role", PEOPLE)
def test_everybody_presses_everything(role: str, size: str, area: str, demo: str, arrive: Any) -> None:
    if role != "admin" and area == "setup":
        pytest.skip("setup is for admins: all others get 404, as tests/permissions holds")
    judge(arrive(demo, role).walk(area, SIZES[size], most=6, short=False), f"{role}, {size}, {area}")
