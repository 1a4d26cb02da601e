"""The list of any record type."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.actions import BulkAction
from crm.catalogue.types import RecordType
from crm.fields.look import look_of
from crm.fields.spec import FieldSpec
from crm.pages.filtering import FilterBar
from crm.pages.rows import css_of, draw_rows
from crm.queries.address import is_filter
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.records.access import visible_records
from crm.saved_views.models import SavedView
from crm.saved_views.selectors import Views
from crm.saved_views.services import opened_views
from crm.saved_views.state import ViewState, query_of_view, read_state
from crm.ui.http import respond
from crm.ui.paging import CAP, Count, capped_count
from crm.users.access import may
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership

PAGE_SIZE = 50
EXACTLY = 2**31  # a cap that no count reaches


@dataclass(frozen=True)
class Head:
    """A column's head: its label, where sorting by it leads, and how it is sorted now."""

    spec: FieldSpec
    label: str
    sort_url: str
    sorted: str  # "ascending", "descending" or ""
    css: str
    hint: str = ""


@dataclass(frozen=True)
class Listing:
    """What the list template shows."""

    actor: Membership
    state: ViewState
    views: Views
    problems: list[str]  # why the rows are not those that the address asks for: none of them is "all rows" then
    unreadable: dict[Condition, str] = field(default_factory=dict)  # filters that were left out, and why

    @property
    def query(self) -> Query:
        return self.state.query

    @property
    def record_type(self) -> RecordType:
        return self.query.type

    @property
    def heads(self) -> list[Head]:
        return [_head(self.state, spec) for spec in self.query.specs]

    def records(self) -> QuerySet:
        """Those that it shows, on all its pages. A filter that cannot be read is left out, and told of."""
        found, left_out = self.query.readable(self._all(), self.actor)
        self.unreadable.update(left_out)
        for condition, reason in left_out.items():
            words = {"filter": condition.words(self.record_type, self.actor), "reason": reason}
            self.problems.append(_("The filter “%(filter)s” was left out. %(reason)s") % words)
        return found

    # --- Of one that shows nothing

    @cached_property
    def has_any(self) -> bool:
        """Whether there is any record, whatever the filters."""
        return self._all().exists()

    @cached_property
    def elsewhere(self) -> list[tuple[SavedView, Count]]:
        """Which of the person's views show some, and how many."""
        found: list[tuple[SavedView, Count]] = []
        for view in self.views.tabs if self.has_any else ():
            try:
                count = capped_count(query_of_view(self.record_type, view).among(self._all(), self.actor))
            except ValidationError:  # a view that cannot be read says so itself
                continue
            if count.value:
                found.append((view, count))
        return found

    def _all(self) -> QuerySet:
        return visible_records(self.actor, self.record_type)


def read_listing(request: WorkspaceRequest, record_type: RecordType) -> Listing:
    """Read the URL over the saved view that it names, or over the one that the list opens on."""
    views = opened_views(request.actor, record_type, request.GET.get("view", ""))
    bare = not any(name == "filters" or is_filter(name) for name in request.GET)
    view = views.asked or (views.opens_on if bare else None)
    state, problems = read_state(record_type, request.GET, view)
    if views.gone:
        instead = _("Here is %(name)s.") % {"name": view.name} if view else ""
        problems = [f"{views.gone} {instead}".strip(), *problems]
    return Listing(request.actor, state, views, problems)


def list_page(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
    """``GET /<type>/``: a page of the list; htmx gets the table alone."""
    listing = read_listing(request, record_type)
    query = listing.query
    records = listing.records()
    exact = "count" in request.GET
    place = {name: request.GET.get(name) for name in ("after", "before")}
    page = query.page(records, request.actor, **place, size=PAGE_SIZE, cap=EXACTLY if exact else CAP)
    if page.is_lost:
        listing.problems.append(_("The page of this link is gone: here is the first one."))
    offers = _offers(request, record_type)
    context = {
        "listing": listing,
        "type": record_type,
        "state": listing.state,
        "bar": FilterBar(request, listing.state, listing.unreadable),
        "page": page,
        "rows": draw_rows(record_type, query.specs, page.rows, request.actor, selectable=bool(offers["bulk_actions"])),
        "count": page.total,
        "exact": exact,
        "sums": query.sums(records) if exact else [],
        **offers,
    }
    return respond(request, "pages/list.html", context, partial="table")


def _head(state: ViewState, spec: FieldSpec) -> Head:
    query = state.query
    is_sorted = query.sort_spec == spec
    sort = f"-{spec.name}" if is_sorted and not query.descending else spec.name
    word = ("descending" if query.descending else "ascending") if is_sorted else ""
    sort_url = state.address(replace(query, sort=sort)) if spec.kind.sortable else ""
    return Head(spec, str(spec.label), sort_url, word, css_of(spec), str(look_of(spec).order_hint))


def _offers(request: WorkspaceRequest, record_type: RecordType) -> dict[str, Any]:
    """What the person can do here; to many rows at once by buttons, and menus of those that belong together."""
    groups: dict[str, list[BulkAction]] = {}
    for action in catalogue.bulk_actions(record_type.key, request.actor):
        groups.setdefault(str(action.group), []).append(action)
    return {
        "bulk_actions": groups.pop("", []),
        "bulk_groups": list(groups.items()),
        "row_actions": catalogue.row_actions(record_type),
        "here": request.get_full_path(),
        "may_create": may(request.actor, "create", record_type.key),
        "can_export": request.actor.role.can_export,
        "can_import": request.actor.role.can_import,
    }
