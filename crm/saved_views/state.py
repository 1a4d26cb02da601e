"""What a list shows: a query, and the saved view that it lies over.

In an address ``view=<id>`` names the view; conditions beside it replace all of the view's, ``filters=none`` replaces
them by nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import QueryDict

from crm.catalogue.types import RecordType
from crm.queries.address import without
from crm.queries.query import Query, address_of, query_of_json, read_query
from crm.saved_views.models import SavedView


@dataclass(frozen=True)
class ViewState:
    query: Query
    view: SavedView | None = None

    @property
    def base(self) -> Query:
        """What the view alone shows."""
        return query_of_view(self.query.type, self.view) if self.view else Query(self.query.type)

    @property
    def differs_from_view(self) -> bool:
        return self.view is None or self.query != self.base

    def address(self, query: Query | None = None) -> str:
        """``?…``: the list of ``query`` (of its own) over the same view."""
        return address_of(self.pairs(query))

    def without(self, parameter: str) -> str:
        """``address`` without the condition, or the group, at ``parameter``."""
        return self.address(replace(self.query, conditions=without(self.query.conditions, parameter)))

    def pairs(self, query: Query | None = None) -> list[tuple[str, str]]:
        """The parameters of ``address``, as a form's hidden inputs send them."""
        query = query or self.query
        if self.view is None:
            return query.pairs()
        base = self.base
        same = {"filters"} if query.conditions == base.conditions else set()
        same |= {name for name in ("columns", "sort") if getattr(query, name) == getattr(base, name)}
        own = [(name, value) for name, value in query.pairs() if _part_of(name) not in same]
        return [("view", str(self.view.pk)), *own]


def _part_of(parameter: str) -> str:
    return parameter if parameter in ("columns", "sort") else "filters"


def query_of_view(record_type: RecordType, view: SavedView) -> Query:
    return query_of_json(record_type, view.state)


def state_of_view(record_type: RecordType, view: SavedView) -> ViewState:
    """The state that a saved view stands for."""
    return ViewState(query_of_view(record_type, view), view)


def read_state(record_type: RecordType, data: QueryDict, view: SavedView | None) -> tuple[ViewState, list[str]]:
    """Read a list's address over ``view``; return also which of its conditions could not be understood."""
    base = query_of_view(record_type, view) if view else Query(record_type)
    query, problems = read_query(data, base)
    return ViewState(query, view), problems
