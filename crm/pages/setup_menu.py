"""The setup pages in groups: the menu beside each of them, and the cards of the first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.urls import reverse

from crm.preferences.declared import setup_pages


@dataclass(frozen=True)
class Page:
    label: Any
    help: Any
    icon: str
    url: str
    current: bool


@dataclass(frozen=True)
class Group:
    label: Any
    pages: tuple[Page, ...]


def groups(path: str) -> list[Group]:
    """Return all setup pages; the one that ``path`` is in, or below, is marked."""
    found = [(page, reverse(page.url_name, kwargs=dict(page.kwargs))) for page in setup_pages()]
    current = max((url for _page, url in found if path.startswith(url)), key=len, default="")
    return [
        Group(group.label, tuple(Page(page.label, page.help, page.icon, url, url == current) for page, url in pages))
        for group, pages in groupby(found, key=lambda one: one[0].group)
    ]
