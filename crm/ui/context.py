"""What every template knows: the frame around the page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from crm.ui import nav

THEMES = ("light", "dark")
DENSITIES = ("compact",)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Nothing is looked up until the template asks: a fragment has no frame."""
    actor = getattr(request, "actor", None)
    return {
        "actor": actor,
        "workspace": getattr(request, "tenant", None),
        "nav": SimpleLazyObject(lambda: nav.places(request, actor)),
        "new_menu": SimpleLazyObject(lambda: nav.new_places(actor)),
        "frame_links": SimpleLazyObject(lambda: nav.links(request)),
        "workspaces": SimpleLazyObject(lambda: list(nav.fact(request, "workspaces", ()))),
        "unread": SimpleLazyObject(lambda: nav.fact(request, "unread", 0)),
        "theme": _chosen(request, "angler_theme", THEMES),
        "density": _chosen(request, "angler_density", DENSITIES),
    }


def _chosen(request: HttpRequest, cookie: str, allowed: tuple[str, ...]) -> str:
    """A choice the browser keeps in a cookie, so that the first byte of the page already has it: no flash."""
    value = request.COOKIES.get(cookie, "")
    return value if value in allowed else ""
