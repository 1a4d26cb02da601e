"""By what leads and opportunities alike are told apart: where they came from, and whose they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.picklists.selectors import choice
from reports import cells
from reports.answers import Column, Table
from reports.cells import Cell
from reports.people import owner_filter, owner_name

MOST_LINES = 50


@dataclass(frozen=True)
class Dimension:
    """``column`` is the model's, ``name`` the words for one of its values, ``where`` the list filter for it.

    ``where`` is None for a value that an address cannot name.
    """

    key: str
    column: str
    title: Any
    heading: Any
    name: Callable[[Any], str]
    where: Callable[[Any], dict[str, Any] | None]


def _source_name(source_id: UUID | None) -> str:
    return choice(source_id).label if source_id else _("No source")


def _where_source(source_id: UUID | None) -> dict[str, Any]:
    return {"source": source_id} if source_id else {"source__empty": "yes"}


def _where_campaign(campaign: str) -> dict[str, Any] | None:
    if "," in campaign:  # parts the values of a filter
        return None
    return {"campaign": campaign} if campaign else {"campaign__empty": "yes"}


SOURCE = Dimension(
    "source", "source_id", gettext_lazy("By source"), gettext_lazy("Source"), _source_name, _where_source
)
CAMPAIGN = Dimension(
    "campaign",
    "campaign",
    gettext_lazy("By campaign"),
    gettext_lazy("Campaign"),
    lambda campaign: campaign or _("No campaign"),
    _where_campaign,
)
OWNER = Dimension(
    "owner",
    "owner_id",
    gettext_lazy("By owner"),
    gettext_lazy("Owner"),
    owner_name,
    lambda owner_id: {"owner": owner_filter(owner_id)},
)
DIMENSIONS = (SOURCE, CAMPAIGN, OWNER)


class Tally(Protocol):
    """What is counted together."""

    @property
    def size(self) -> int:
        """The number by which the lines of a table are ordered."""

    def merge(self, other: Any) -> None: ...


SomeTally = TypeVar("SomeTally", bound=Tally)
Key = tuple[UUID | None, str, UUID | None]  # of source, campaign and owner


def by_dimension(
    tallies: dict[Key, SomeTally], dimension: Dimension, new: Callable[[], SomeTally]
) -> dict[Any, SomeTally]:
    """Return the tallies by the values of one dimension, the largest first."""
    place = DIMENSIONS.index(dimension)
    found: dict[Any, SomeTally] = {}
    for key, tally in tallies.items():
        found.setdefault(key[place], new()).merge(tally)
    return dict(sorted(found.items(), key=lambda item: (-item[1].size, dimension.name(item[0]))))


def together(tallies: Iterable[SomeTally], new: Callable[[], SomeTally]) -> SomeTally:
    total = new()
    for tally in tallies:
        total.merge(tally)
    return total


def dimension_table(
    tallies: dict[Key, SomeTally],
    dimension: Dimension,
    *,
    new: Callable[[], SomeTally],
    columns: list[Column],
    line: Callable[[SomeTally, dict[str, Any] | None], list[Cell]],
) -> Table:
    """A table with a line for each value; ``line`` gives the cells after the name, linked where it gets a filter."""
    found = by_dimension(tallies, dimension, new)
    rows = []
    for value, tally in list(found.items())[:MOST_LINES]:
        rows.append([cells.text(dimension.name(value)), *line(tally, dimension.where(value))])
    if len(found) > MOST_LINES:
        rest = list(found.values())[MOST_LINES:]
        label = ngettext("%(count)s other", "%(count)s others", len(rest)) % {"count": len(rest)}
        rows.append([cells.text(label), *line(together(rest, new), None)])
    return Table(
        key=dimension.key,
        title=dimension.title,
        columns=[Column(dimension.heading, "text"), *columns],
        rows=rows,
        total=[cells.text(_("All")), *line(together(tallies.values(), new), {})],
    )
