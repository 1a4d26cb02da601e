"""The pages of the setup, as each app declares in its ``settings.py`` those that are about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class SetupGroup:
    """A heading in the menu of the setup, at the place ``order``."""

    label: Any
    order: int


@dataclass(frozen=True, eq=False)
class SetupPage:
    """A page of the setup: a line of its menu, and a card on its first page. ``order`` is its place in ``group``."""

    group: SetupGroup
    order: int
    url_name: str
    label: Any
    help: Any
    icon: str
    kwargs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class SetupPages:
    """Pages of which it depends on the workspace, or on what else is declared, whether there are any."""

    make: Callable[[], Iterable[SetupPage]]
