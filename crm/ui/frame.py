"""The frame around a page, drawn from values and remembered by them.

It is the same for everybody of a role in a workspace, and drawing it took longer than most pages do; what differs
from request to request (the CSRF token) is put in afterwards.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from crm.ui import nav
from crm.ui.dialect import Words, words_now
from crm.ui.form_marks import token_input
from crm.ui.nav import Place

THEMES = ("light", "dark")
DENSITIES = ("compact",)
SCRIPTS = (
    "page", "theme", "menus", "dialogs", "palette", "rows", "filters", "keys", "board", "lookup", "tags", "files",
    "record", "session", "conflict",
)  # fmt: skip
_TOKEN = f"csrf{secrets.token_hex(16)}"  # stands in a remembered frame where the request's token goes


@dataclass(frozen=True)
class Bar:
    """The left bar: places, and the workspace with the person's others as ``(name, url)``."""

    workspace: str
    workspaces: tuple[tuple[str, str], ...]
    all_workspaces: str
    nav: tuple[Place, ...]


@dataclass(frozen=True)
class Top:
    """The top line: search, "New", bell, person."""

    workspace: str
    person: str
    initials: str
    role: str
    theme: str
    density: str
    unread: int
    new_menu: tuple[Place, ...]
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Dialogs:
    """What waits behind the page: command palette, shortcuts, an empty dialog."""

    nav: tuple[Place, ...]
    new_menu: tuple[Place, ...]
    palette: str


class Frame:
    """The frame of one request; each part is worked out when the template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor: Any = getattr(request, "actor", None)
        self.workspace: Any = getattr(request, "tenant", None)
        self.theme = _chosen(request, "angler_theme", THEMES)
        self.density = _chosen(request, "angler_density", DENSITIES)

    @cached_property
    def nav(self) -> tuple[Place, ...]:
        return tuple(nav.places(self.request, self.actor))

    @cached_property
    def new_menu(self) -> tuple[Place, ...]:
        return tuple(nav.new_places(self.actor))

    @cached_property
    def links(self) -> dict[str, str]:
        return nav.links(self.request)

    def bar(self) -> SafeString:
        others = tuple((str(other.name), str(other.url)) for other in nav.fact(self.request, "workspaces", ()))
        part = Bar(str(self.workspace.name), others, self.links.get("workspaces", ""), self.nav)
        return self._drawn("parts/bar.html", part)

    def top(self) -> SafeString:
        actor = self.actor
        unread = nav.fact(self.request, "unread", 0)
        part = Top(
            str(self.workspace.name), str(actor.name), str(actor.initials), str(actor.role.name),
            self.theme, self.density, unread, self.new_menu, tuple(self.links.items()),
        )  # fmt: skip
        return self._drawn("parts/top.html", part)

    def dialogs(self) -> SafeString:
        places = tuple(replace(place, current=False) for place in self.nav)
        return self._drawn("parts/dialogs.html", Dialogs(places, self.new_menu, self.links.get("palette", "")))

    def _drawn(self, template: str, part: Bar | Top | Dialogs) -> SafeString:
        html = _draw(template, get_language() or "", words_now(), part)
        return mark_safe(html.replace(_TOKEN, get_token(self.request)) if _TOKEN in html else html)


@lru_cache(maxsize=512)
def _draw(template: str, language: str, words: Words | None, part: Bar | Top | Dialogs) -> str:
    values = asdict(part) | {"csrf_input": token_input(_TOKEN)}
    if isinstance(part, Top):
        values["links"] = dict(part.links)
    return render_to_string(template, values)


@lru_cache(maxsize=1)
def scripts() -> SafeString:
    """Our modules."""
    paths = ((static(f"js/{name}.js"),) for name in SCRIPTS)
    return format_html_join("\n  ", '<script type="module" src="{}"></script>', paths)


def _chosen(request: HttpRequest, cookie: str, allowed: tuple[str, ...]) -> str:
    """A choice the browser keeps in a cookie, so that the first byte of the page already has it: no flash."""
    value = request.COOKIES.get(cookie, "")
    return value if value in allowed else ""
