"""What the installed apps declare in their ``settings.py``: settings, and pages of the setup.

Other modules in which they declare something are looked through in the same way (``declared``).

Nothing registers itself: these modules are looked through, those of lower apps first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, TypeVar

from django.apps import apps

from crm.events.called import Called
from crm.preferences.pages import SetupPage, SetupPages
from crm.preferences.setting import PersonSetting, Setting

T = TypeVar("T")


@dataclass(frozen=True)
class Listed:
    """A setting, as ``manage.py catalogue`` prints it."""

    key: str
    label: str  # at its field, on a page that says more
    called: str
    kind: str
    default: Any  # as JSON
    page: str  # its URL name
    who: str
    app: str


def all_settings() -> list[Listed]:
    """Return every declared setting, of workspaces and of people."""
    found = [
        Listed(
            one.key,
            str(one.label),
            str(one.called),
            str(one.kind),
            one.kind.dump(one.default),
            one.page.url_name,
            one.who,
            app,
        )
        for app, one in _declared(Setting)
    ]
    found += [
        Listed(
            one.key,
            str(one.label),
            str(one.workspace.called),
            str(one.kind),
            "as the workspace",
            one.page,
            "the person",
            app,
        )
        for app, one in _declared(PersonSetting)
    ]
    return found


def settings() -> dict[str, Setting[Any]]:
    """Return the settings of a workspace by their keys."""
    return {one.key: one for _app, one in _declared(Setting)}


def setup_pages() -> list[SetupPage]:
    """Return the pages of the setup that the current workspace has, in the order of its menu."""
    pages = [page for _app, page in _declared(SetupPage)]
    pages += [page for _app, some in _declared(SetupPages) for page in some.make()]
    return sorted(pages, key=lambda page: (page.group.order, page.order))


def settings_called() -> dict[str, Called]:
    """Return what the change log calls the settings of a workspace, and their values, by key."""
    return {key: Called(one.called, one.kind.words) for key, one in settings().items()}


def declared(kind: type[T], name: str) -> list[T]:
    """Return whatever is of ``kind`` in the modules of that name of the installed apps."""
    return [one for _app, one in _declared(kind, name)]  # type: ignore[arg-type]  # a class is hashable


@cache
def _declared(kind: type[T], name: str = "settings") -> tuple[tuple[str, T], ...]:
    """Whatever is of ``kind``, with the app that declares it: the lowest one that names it."""
    found: dict[int, tuple[str, T]] = {}
    for app, module in modules(name):
        for value in vars(module).values():
            if isinstance(value, kind):
                found.setdefault(id(value), (app, value))
    return tuple(found.values())


@cache
def modules(kind: str = "settings") -> tuple[tuple[str, ModuleType], ...]:
    """Each installed app that has a module of the name ``kind``, and that."""
    return tuple(_modules(kind))


def _modules(kind: str) -> Iterator[tuple[str, ModuleType]]:
    for config in apps.get_app_configs():
        name = f"{config.name}.{kind}"
        if find_spec(name) is not None:
            yield config.name, import_module(name)
