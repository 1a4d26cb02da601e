"""Texts of the product that a workspace keeps as values of its own and may word otherwise: apps declare theirs in a
``shipped.py``. Those that nobody has changed follow what the workspace calls its records (``catalogue.naming``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class ShippedTexts:
    """``rows`` hold them in ``column``. ``texts`` gives all that were shipped, each with what the column ``group`` of
    its row says ("" where there are no groups); if they are ``distinct``, no two of a group may be the same."""

    rows: Callable[[], QuerySet[Any]]
    column: str
    texts: Callable[[], Iterable[tuple[str, Any]]]
    group: str = ""
    distinct: bool = False

    def group_of(self, row: Any) -> str:
        return getattr(row, self.group) if self.group else ""
