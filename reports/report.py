"""A report is a value: the question in plain words, the filters it takes, and the function that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from crm.users.access import may, scope_of
from crm.users.models import Membership
from reports.answers import Answer, Figure
from reports.filters import Filters

Counted = TypeVar("Counted")


@dataclass(frozen=True)
class Report:
    """One question. ``answer`` reads rows only through ``crm.users.access.visible``.

    ``reads`` are the keys of the record types that are counted: who may see none of one does not get the report.
    """

    key: str
    title: Any
    question: Any
    icon: str
    empty: Any
    period_label: Any
    periods: tuple[str, ...]
    default_period: str
    reads: tuple[str, ...]
    answer: Callable[[Membership, Filters], Answer]

    def open_to(self, actor: Membership) -> bool:
        return all(may(actor, "view", key) for key in self.reads)

    def narrowed(self, actor: Membership) -> dict[str, str]:
        """Return the record types of which ``actor`` sees but a part, each with the scope: "own" or "team"."""
        scopes = {key: scope_of(actor, "view", key) for key in self.reads}
        return {key: scope for key, scope in scopes.items() if scope != "all"}


def compared(
    numbers: Callable[[Filters, Counted], list[Figure]], filters: Filters, now: Counted, before: Counted
) -> list[Figure]:
    """Return the figures that ``numbers`` makes of ``now``, each with the same one of the period before."""
    figures, earlier = numbers(filters, now), filters.period.before()
    if earlier is None:
        return figures
    of_before = numbers(replace(filters, period=earlier), before)
    return [replace(figure, before=one.cell) for figure, one in zip(figures, of_before, strict=True)]
