"""A report is a value: the question in plain words, the filters it takes, and the function that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.http import QueryDict

from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.tenants.clock import day_of
from crm.tenants.context import current_tenant
from crm.users.access import may, scope_of
from crm.users.models import Membership
from leads.models import Lead
from reports.answers import Answer, Figure
from reports.filters import FilterForm, Filters
from reports.numbers import Numbers, Row
from reports.periods import ALL, Period


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
    narrows_by: tuple[str, ...] = ()  # filters beside period, owner and team, of the opportunities that are counted

    def form(self, query: QueryDict, actor: Membership) -> FilterForm:
        return FilterForm(
            query,
            actor=actor,
            periods=self.periods,
            default_period=self.default_period,
            narrows_by=self.narrows_by,
        )

    def about_pipelines(self, filters: Filters) -> bool:
        """Whether a pipeline is chosen that leads, which are counted too, know nothing of."""
        return bool(filters.pipeline) and Lead.type_key in self.reads

    def may_widen(self, query: QueryDict) -> bool:
        """Whether nobody chose the period: when it holds nothing, all time is shown in its place."""
        return self.default_period != ALL and not any(query.get(name) for name in ("period", "from", "to"))

    def open_to(self, actor: Membership) -> bool:
        return all(may(actor, "view", key) for key in self.reads)

    def narrowed(self, actor: Membership) -> dict[str, str]:
        """Return the record types of which ``actor`` sees but a part, each with the scope: "own" or "team"."""
        scopes = {key: scope_of(actor, "view", key) for key in self.reads}
        return {key: scope for key, scope in scopes.items() if scope != "all"}


def compared(
    tell: Callable[[Row], list[Figure]],
    found: dict[str, Numbers],
    filters: Filters,
    begun: Callable[[], date | None],
) -> list[Figure]:
    """Return the figures that ``tell`` makes of what was ``found`` now, each with the same one of before.

    ``begun`` looks up the first day of which there is a row.
    """
    figures, earlier = tell(found["now"].total), filters.period.comparable()
    if earlier is None:
        return figures
    of_before, start = tell(found["before"].total), data_from(earlier, begun)
    return [replace(figure, before=one.cell, data_from=start) for figure, one in zip(figures, of_before, strict=True)]


def first_day(actor: Membership, *asked: tuple[Query, str]) -> date | None:
    """Return the first day that the records of each query have in the field with it."""
    found: list[date] = []
    for query, name in asked:
        if not query.type.has(name):
            continue
        column = query.type.spec(name).column
        rows = query.where(Condition(name, "filled")).rows(actor).order_by(column)
        first = rows.values_list(column, flat=True).first()
        if first is not None:
            found.append(day_of(first) if isinstance(first, datetime) else first)
    return min(found, default=None)


def data_from(period: Period, first_day: Callable[[], date | None]) -> date | None:
    """Return the day with which the workspace's data begins, if that is within ``period`` or after it.

    It begins with the workspace, or with the first row, where older ones were brought along.
    """
    begins = day_of(current_tenant().created_at)
    if period.first is None or begins <= period.first:
        return None
    begins = min(begins, first_day() or begins)
    return begins if begins > period.first else None
