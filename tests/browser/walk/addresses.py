"""What kind of page an address leads to."""

from __future__ import annotations

from django.urls import Resolver404, resolve

ABOUT = ("record_type", "key", "kind", "name", "type")  # arguments that make another page


def kind_of(path: str) -> str:
    """The URL's name, with those arguments that make another page of it; "" for what is not ours."""
    inner = "/" + path.lstrip("/").partition("/")[2].partition("?")[0]
    for urlconf, text in (("crm.workspace_urls", inner), ("crm.urls", path.partition("?")[0])):
        try:
            match = resolve(text, urlconf)
        except Resolver404:
            continue
        about = ["*" if _is_id(part) else part for name in ABOUT if (part := str(match.kwargs.get(name, "")))]
        about += ["with a kind"] if "kind=" in path.partition("?")[2] else []  # such a page asks for more than without
        if match.view_name:
            return " ".join([match.view_name, *about])
    return ""


def path_of(url: str) -> str:
    return "/" + url.partition("#")[0].removeprefix("http://").partition("/")[2]


def _is_id(text: str) -> bool:
    return text.count("-") == 4 and len(text) == 36
