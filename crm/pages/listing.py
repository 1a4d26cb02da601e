"""The list of any record type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse

from crm.fields.kinds import Date, Money
from crm.fields.kinds.base import OPERATORS
from crm.fields.spec import FieldSpec
from crm.pages.rows import css_of, draw_filter_menu, draw_rows
from crm.records import registry
from crm.records.access import visible_records
from crm.records.types import BulkAction, RecordType
from crm.saved_views.selectors import Views, may_change, views_of
from crm.saved_views.state import Chip, Filter, ViewState, chips, read_state
from crm.ui import format as formats
from crm.ui.http import go, respond
from crm.ui.paging import CAP, capped_count, page_by_key
from crm.users.access import may
from crm.users.http import WorkspaceRequest, require
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


@dataclass(frozen=True)
class Listing:
    """What the list template shows."""

    record_type: RecordType
    state: ViewState
    views: Views
    problems: list[str]

    @property
    def heads(self) -> list[Head]:
        return [_head(self.state, spec) for spec in self.state.specs]


def read_listing(request: WorkspaceRequest, record_type: RecordType) -> Listing:
    """Read the URL over the saved view that it names, or over the one that the list opens on."""
    views = views_of(request.actor, record_type)
    view = views.find(request.GET.get("view", ""))
    bare = not any(record_type.has(name.partition("__")[0]) or name == "filters" for name in request.GET)
    if view is None and bare:
        view = views.opens_on
    state, problems = read_state(record_type, request.GET, view)
    return Listing(record_type, state, views, problems)


def filtered(request: WorkspaceRequest, listing: Listing) -> QuerySet:
    """The records that the list shows, on all its pages."""
    records = visible_records(request.actor, listing.record_type)
    try:
        return listing.state.apply(records, request.actor)
    except ValidationError as error:
        listing.problems.extend(error.messages)
        return records.none()


def list_page(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
    """``GET /<type>/``: a page of the list; htmx gets the table alone."""
    require(may(request.actor, "view", record_type.key))
    listing = read_listing(request, record_type)
    if "_field" in request.GET:
        return go(request, _with_filter(request, listing.state))
    records = filtered(request, listing)
    shown = (*listing.state.specs, record_type.spec("name"))
    page = page_by_key(
        record_type.with_related(records, shown),
        order=listing.state.order(),
        ranking=listing.state.ranking(request.actor),
        after=request.GET.get("after"),
        before=request.GET.get("before"),
        size=PAGE_SIZE,
    )
    exact = "count" in request.GET
    bulk = _bulk(request, record_type)
    context = {
        "listing": listing,
        "type": record_type,
        "state": listing.state,
        "page": page,
        "rows": draw_rows(
            record_type, listing.state.specs, page.rows, request.actor, selectable=bool(bulk["bulk_actions"])
        ),
        "count": capped_count(records, cap=EXACTLY if exact else CAP),
        "sums": _sums(listing.state, records) if exact else [],
        "may_create": may(request.actor, "create", record_type.key),
        "may_change_view": listing.state.view and may_change(request.actor, listing.state.view),
        **bulk,
        **filter_context(request, listing),
        **links(request, listing),
    }
    return respond(request, "pages/list.html", context, partial="table")


def _with_filter(request: WorkspaceRequest, state: ViewState) -> str:
    """The list's address with the filter of the form in ``pages/parts/filters.html``."""
    name, operator = request.GET["_field"], request.GET.get("_operator", "is")
    values = tuple(value for value in request.GET.getlist("_value") if value)
    kept = tuple(one for one in state.filters if one.field != name)
    if values or operator in ("empty", "filled"):
        kept = (*kept, Filter(name, operator, values))
    return f"{request.path}{state.query(filters=kept)}"


def _head(state: ViewState, spec: FieldSpec) -> Head:
    is_sorted = state.sort_spec == spec
    sort = f"-{spec.name}" if is_sorted and not state.descending else spec.name
    word = ("descending" if state.descending else "ascending") if is_sorted else ""
    sort_url = state.query(sort=sort) if spec.kind.sortable else ""
    return Head(spec, str(spec.label), sort_url, word, css_of(spec))


def _bulk(request: WorkspaceRequest, record_type: RecordType) -> dict[str, Any]:
    """What can be done to many rows at once: buttons, and menus of those that belong together."""
    groups: dict[str, list[BulkAction]] = {}
    for action in registry.bulk_actions(record_type.key, request.actor):
        groups.setdefault(str(action.group), []).append(action)
    return {
        "bulk_actions": groups.pop("", []),
        "bulk_groups": list(groups.items()),
        "row_actions": registry.row_actions(record_type.key),
        "here": request.get_full_path(),
    }


def _sums(state: ViewState, records: QuerySet) -> list[tuple[str, str]]:
    """The sum of each money column over all pages: one for each currency, never across them."""
    found = []
    for spec in state.specs:
        if isinstance(spec.kind, Money):
            for currency, total in spec.kind.sums(spec, records).items():
                found.append((str(spec.label), formats.money(total, currency)))
    return found


def filter_context(request: WorkspaceRequest, listing: Listing) -> dict[str, Any]:
    """The chips, and the form of the one filter that is being added or changed (``?edit=<field>``)."""
    record_type, state = listing.record_type, listing.state
    known: list[Chip] = chips(state, request.actor)
    editing = request.GET.get("edit", "")
    context: dict[str, Any] = {
        "chips": known,
        "filter_menu": draw_filter_menu(record_type.specs_now(), state.query()),
        "editing": None,
    }
    if record_type.has(editing) and (spec := record_type.spec(editing)).kind.operators:
        present = next((one for one in state.filters if one.field == editing), Filter(editing))
        context["editing"] = {
            "spec": spec,
            "present": present,
            "operators": [(key, OPERATORS[key]) for key in spec.kind.operators],
            "options": spec.kind.options(spec, request.actor),
            "is_day": isinstance(spec.kind, Date),
            "day": next((value for value in present.values if value[:4].isdigit()), ""),
            "texts": [_words(spec, value, request.actor) for value in present.values] or [""],
            "others": [one for one in state.filters if one.field != editing],
        }
    return context


def _words(spec: FieldSpec, value: str, actor: Membership) -> str:
    try:
        return spec.kind.describe(spec, [value], actor)
    except ValidationError:
        return value


def links(request: WorkspaceRequest, listing: Listing) -> dict[str, Any]:
    state = listing.state
    return {
        "query": state.query(),
        "can_export": request.actor.role.can_export,
        "can_import": request.actor.role.can_import,
    }
