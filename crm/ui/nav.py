"""What the frame shows: places in the left bar, the "New" menu, and links to pages that the frame needs.

Each app registers its own in ``AppConfig.ready()``; a place that the actor may not see is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse


def everyone(actor: Any) -> bool:
    return True


@dataclass(frozen=True)
class NavItem:
    """A place in the left bar. ``phone``: has its own place in the bar at the bottom of a phone (at most four)."""

    key: str
    label: Any
    icon: str
    url_name: str
    order: int = 50
    phone: bool = False
    visible: Callable[[Any], bool] = everyone


@dataclass(frozen=True)
class NewItem:
    """An entry of the "New" menu. ``shortcut`` is the letter pressed after ``c``."""

    key: str
    label: Any
    icon: str
    url_name: str
    order: int = 50
    shortcut: str = ""
    visible: Callable[[Any], bool] = everyone


@dataclass(frozen=True)
class Place:
    """A ``NavItem`` or ``NewItem`` as one request sees it."""

    key: str
    label: str
    icon: str
    url: str
    current: bool = False
    phone: bool = False
    shortcut: str = ""


_places: dict[str, NavItem] = {}
_new: dict[str, NewItem] = {}
_links: dict[str, Callable[[HttpRequest], str]] = {}
_facts: dict[str, Callable[[HttpRequest], Any]] = {}


def register(item: NavItem) -> None:
    """Put ``item`` into the left bar; the same key again replaces it."""
    _places[item.key] = item


def register_new(item: NewItem) -> None:
    """Put ``item`` into the "New" menu."""
    _new[item.key] = item


def register_link(name: str, target: str | Callable[[HttpRequest], str]) -> None:
    """Tell the frame where a page is: a URL name, or a function of the request.

    The frame knows ``search``, ``notifications``, ``person``, ``sign_out`` and ``workspaces``; without its
    link a part of the frame is not drawn.
    """
    _links[name] = (lambda request: _reverse(target)) if isinstance(target, str) else target


def register_fact(name: str, function: Callable[[HttpRequest], Any]) -> None:
    """Tell the frame a value to show: ``workspaces`` (others: ``.name``, ``.url``), ``unread`` (a number)."""
    _facts[name] = function


def entries() -> list[NavItem | NewItem]:
    """All that the left bar and the "New" menu may hold, whoever sees it."""
    return [*_places.values(), *_new.values()]


def places(request: HttpRequest, actor: Any) -> list[Place]:
    """The left bar of ``actor``, with the place marked that ``request`` is in."""
    found = [
        (item, url)
        for item in sorted(_places.values(), key=lambda item: item.order)
        if (url := _reverse(item.url_name)) and item.visible(actor)
    ]
    # Home is a prefix of everything, so the longest address that fits is the current one.
    fitting = [url for _, url in found if request.path.startswith(url)]
    current = max(fitting, key=len, default="")
    home = min((url for _, url in found), key=len, default="")
    if current == home and request.path != home:
        current = ""
    return [Place(item.key, str(item.label), item.icon, url, url == current, item.phone) for item, url in found]


def new_places(actor: Any) -> list[Place]:
    """The "New" menu of ``actor``."""
    return [
        Place(item.key, str(item.label), item.icon, url, shortcut=item.shortcut)
        for item in sorted(_new.values(), key=lambda item: item.order)
        if (url := _reverse(item.url_name)) and item.visible(actor)
    ]


def links(request: HttpRequest) -> dict[str, str]:
    """Addresses of the pages that the frame links to, those that exist."""
    found = {}
    for name, target in _links.items():
        try:
            url = target(request)
        except NoReverseMatch:
            continue
        if url:
            found[name] = url
    return found


def fact(request: HttpRequest, name: str, default: Any = None) -> Any:
    """A registered value, or ``default``."""
    function = _facts.get(name)
    return function(request) if function else default


def _reverse(url_name: str) -> str:
    return _reversed(get_script_prefix(), get_urlconf(), url_name)


@lru_cache(maxsize=8192)
def _reversed(prefix: str, urlconf: str | None, url_name: str) -> str:
    """What ``reverse`` returns below ``prefix``, or "": a page has two dozen of them, the same as the one before."""
    try:
        return reverse(url_name, urlconf)
    except NoReverseMatch:
        return ""
