"""By what leads and opportunities alike are told apart: where they came from, and whose they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.picklists.selectors import choice
from reports import cells
from reports.answers import Table
from reports.numbers import Asked, Numbers, Row, table
from reports.people import owner_name

MOST_LINES = 50


@dataclass(frozen=True)
class Dimension:
    """``key`` is the field, ``name`` the words for one of its values."""

    key: str
    title: Any
    heading: Any
    name: Callable[[Any], str]


def _source_name(source_id: UUID | None) -> str:
    return choice(source_id).label if source_id else _("No source")


def _campaign_name(campaign: str) -> str:
    return campaign or _("No campaign")


SOURCE = Dimension("source", gettext_lazy("By source"), gettext_lazy("Source"), _source_name)
CAMPAIGN = Dimension("campaign", gettext_lazy("By campaign"), gettext_lazy("Campaign"), _campaign_name)
OWNER = Dimension("owner", gettext_lazy("By owner"), gettext_lazy("Owner"), owner_name)
DIMENSIONS = (SOURCE, CAMPAIGN, OWNER)
GROUPS = tuple(one.key for one in DIMENSIONS)


def by_dimension(numbers: Numbers, dimension: Dimension, size: Callable[[Row], int]) -> list[tuple[str, Row]]:
    """The rows by the values of one dimension, each with what it is called, the largest first."""
    found = [(dimension.name(row.value), row) for row in numbers.by(dimension.key).values()]
    return sorted(found, key=lambda item: (-size(item[1]), item[0]))


def dimension_tables(numbers: Numbers, asked: Iterable[Asked], size: Callable[[Row], int]) -> list[Table]:
    """A table for each dimension, with a line for each value; the smallest ones share a line that leads nowhere."""
    asked, found = list(asked), []
    for one in DIMENSIONS:
        if not numbers.groups_by(one.key):
            continue
        rows = by_dimension(numbers, one, size)
        lines = [(cells.text(name), row) for name, row in rows[:MOST_LINES]]
        if rest := [row for _name, row in rows[MOST_LINES:]]:
            label = ngettext("%(count)s other", "%(count)s others", len(rest)) % {"count": len(rest)}
            lines.append((cells.text(label), numbers.together(rest)))
        total = cells.text(_("All")), numbers.total
        found += table(one.key, one.title, one.heading, asked=asked, lines=lines, total=total)
    return found
