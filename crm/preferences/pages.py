"""The pages of the setup, as each app declares those that are about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class SetupGroup:
    """A heading in the menu of the setup."""

    label: Any
    order: int


@dataclass(frozen=True)
class SetupPage:
    """A page of the setup: a line of its menu, and a card on its first page. ``order`` is its place in ``group``."""

    group: SetupGroup
    order: int
    url_name: str
    label: Any
    help: Any
    icon: str
    kwargs: Mapping[str, str] = field(default_factory=dict)
