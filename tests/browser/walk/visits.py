"""Who walks where: a person, a window, a part of the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser

from crm.events.delivery import deliver_due
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.users.models import Membership
from tests.browser.conftest import cookies_of
from tests.browser.walk import PAGE_JS
from tests.browser.walk.expected import is_deliberate
from tests.browser.walk.walker import Walk, kind_of
from tests.permissions.table import ROWS

# The product in parts, so that both processes of `make test` have some: by what the names of its URLs begin with.
RECORDS = ("leads", "accounts", "contacts", "opportunities")
AREAS: dict[str, tuple[str, ...]] = {
    **{key: (f"{key}:", f"activities:timeline {key}", f"saved_views:index {key}") for key in RECORDS},
    "setup": ("setup:",),
    "rest": (
        "home",
        "activities:",
        "search",
        "bulk:",
        "saved_views:",
        "imports:",
        "lists:",
        "notices:",
        "reports:",
        "frame",
    ),
}
START = {"setup": ["setup/"], "rest": ["", "tasks/", "reports/", "imports/", "notifications/", "mailing-lists/"]}
DESKTOP: Any = {"width": 1440, "height": 900}
PHONE: Any = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser at ``server``."""

    browser: Browser
    options: dict[str, Any]
    server: str
    member: Membership
    slug: str

    def walk(self, area: str, size: Any = None, starts: list[str] | None = None, **more: Any) -> Walk:
        """Go through ``area`` ("" = everything), with a worker's work done after each press."""
        context = self.browser.new_context(
            **{**self.options, "viewport": size or DESKTOP, "has_touch": size == PHONE, "base_url": self.server}
        )
        context.set_default_timeout(20_000)
        context.add_init_script(PAGE_JS)
        tenant = Tenant.objects.get(slug=self.slug)

        def sign_in() -> None:
            context.clear_cookies()
            context.add_cookies(cookies_of(self.member, self.server))

        sign_in()
        paths = starts or (START.get(area) or [f"{area}/"] if area else ["", *START["setup"], *START["rest"]])
        start = [f"/{self.slug}/{path}" for path in paths]
        one = Walk(
            context,
            start=start,
            area=_within(area),
            between=lambda: deliver_due(tenant=tenant),
            sign_in=sign_in,
            **more,
        )
        one.run()
        context.close()
        return one


def _within(area: str) -> Callable[[str], bool]:
    names = AREAS[area] if area else tuple(name for part in AREAS.values() for name in part)
    return lambda kind: kind.startswith(names)


def member_of(slug: str, role: str) -> Membership:
    """Somebody of the workspace with that role."""
    with tenant_context(Tenant.objects.get(slug=slug)):
        people = Membership.objects.select_related("user", "role").filter(is_active=True).exclude(user=None)
        return people.filter(role__key=role).order_by("pk")[0]


def never_asked(one: Walk, area: str) -> list[str]:
    """What of the area's URLs, by the table of permissions, no control and no link of the walk led to."""
    asked = {(verb, kind_of("/" + url.partition("//")[2].partition("/")[2])) for verb, url in one.watcher.done}
    names = {(verb, kind.partition(" ")[0]) for verb, kind in asked}
    wanted = {
        (row.verb, row.name)
        for row in ROWS
        if _within(area)(row.name) and row.statuses["admin"] in (200, 303) and row.verb in ("GET", "POST", "DELETE")
    }
    return sorted(
        f"no control and no link leads to {verb} {name}"
        for verb, name in wanted - names
        if not is_deliberate(f"{verb} {name}")
    )
