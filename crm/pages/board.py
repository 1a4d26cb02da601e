"""The board of any record type that has one: a column for each stage, a card for each record.

Counts and sums are of all rows that the person sees in the view, cards of the first ones. A move goes through the
record's own URL (``Board.move_url``); the answer to a drop is ``moved``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.catalogue import type_of, url
from crm.catalogue.types import PLAIN_CARD, Board, RecordType
from crm.fields.look import look_of
from crm.pages.filtering import FilterBar
from crm.pages.kept_pages import GONE_HEADER
from crm.pages.listing import Listing, read_listing
from crm.queries.condition import Condition, Part, without_leaves
from crm.queries.counts import ALL, Counts, counted
from crm.queries.measures import Sum
from crm.queries.query import Query
from crm.records.access import records_to_show
from crm.records.models import RecordModel
from crm.saved_views.state import ViewState
from crm.ui import format as formats
from crm.ui.http import back_to, respond
from crm.ui.toasts import say
from crm.users.access import can, may, why
from crm.users.http import WorkspaceRequest

CARDS = 25  # in each column
LINES = 3  # of a plain card
CARD_ORDER = ("-updated_at", "-pk")
NAMING = ("id", "tenant", "name", "owner", "team", "custom", "deleted_at")  # a record, and saying who may see it
DROP = "board"  # in the query of a move that comes from a board: the answer is what has changed on it


@dataclass
class Card:
    record: Any
    url: str
    move_url: str
    stays: str  # why the person may not move it, or ""
    facts: dict[str, Any]
    outside: bool = False  # moved out of the view: it stands there until the page is read anew


@dataclass
class Column:
    """A column, with the count and the sums per currency of all its rows.

    An inactive value's column stands only as long as there are rows in it: nothing can be moved into it.
    """

    value: Any
    shown: bool  # False: the view leaves it out; it stands there to be moved to
    asks: bool
    query: str = ""  # of the list of all its rows
    count: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    cards: list[Card] = field(default_factory=list)

    @property
    def total(self) -> str:
        return formats.money_sums(self.sums)

    @property
    def more(self) -> int:
        return self.count - len(self.cards)

    @property
    def closed(self) -> bool:
        return not self.value.is_active


@dataclass(frozen=True)
class ColumnGroup:
    """One of those whose columns the board can show."""

    value: Any
    columns: list[Column]
    url: str

    @property
    def count(self) -> int:
        return sum(column.count for column in self.columns)


def board_page(request: WorkspaceRequest, record_type: RecordType) -> HttpResponse:
    """``GET /<type>/board/``: the same view, filters and all, as on the list."""
    listing = read_listing(request, record_type)
    records = _records(listing)
    groups = _groups(listing, _columns(request, listing))
    shown = _shown_group(request, listing, groups)
    columns = [column for column in shown.columns if column.count or not column.closed]
    _deal_cards(request, listing, records, columns)
    context = {
        "listing": listing,
        "type": record_type,
        "state": listing.state,
        "columns": columns,
        "list_url": reverse(f"{record_type.key}:list"),
        **_title(listing, groups, shown),
        "may_create": may(request.actor, "create", record_type.key),
        "bar": FilterBar(request, listing.state, listing.unreadable),
    }
    return respond(request, "pages/board.html", context)


def from_board(request: WorkspaceRequest) -> bool:
    """Whether this is a card dropped on a board (and not a form that was opened from one)."""
    return DROP in request.GET and bool(request.htmx) and request.htmx.target != "dialog"


def back_to_card(request: WorkspaceRequest, record: Any) -> str:
    """``back_to`` (or to the record) after ``record`` has moved; on a board one goes on at its card."""
    back, record_type = back_to(request, url(record)), type_of(record)
    is_board = record_type.board is not None and back.partition("?")[0] == reverse(f"{record_type.key}:board")
    return f"{back}#card-{record.pk}" if is_board else back


def moved(request: WorkspaceRequest, record_type: RecordType, record: Any, before: UUID) -> HttpResponse:
    """Answer a drop of ``record``, which stood in the column ``before``, with all that has changed on the board.

    That is the card, the heads of both columns and the page's counts, all in the view that the URL names.
    """
    listing, board = read_listing(request, record_type), _board(record_type)
    records = _records(listing)
    columns = _columns(request, listing)
    groups = _groups(listing, columns)
    now = getattr(record, f"{board.column}_id")
    reached = next((column for column in columns if column.value.pk == now), None)
    card = _moved_card(request, record_type, record, records)
    if card is None:
        words = {"name": record.name}
        say(request, _("“%(name)s” was moved, and is no longer shared with you.") % words, tone="info")
    context = {
        "columns": [column for column in columns if column.value.pk in (before, now)],
        "reached": reached,
        "card": card,
        "type": record_type,
        **_title(listing, groups, next((one for one in groups if reached in one.columns), groups[0])),
    }
    response = respond(request, "pages/board_heads.html", context, partial="heads")
    if card is None:
        response.headers[GONE_HEADER] = "1"
    return response


def _moved_card(request: WorkspaceRequest, record_type: RecordType, record: Any, records: QuerySet) -> Card | None:
    """The card of ``record`` anew; None when the move took it out of the person's sight."""
    rows = list(_shown_cards(request, record_type).filter(pk=record.pk))
    if not rows or not can(request.actor, "view", rows[0]):
        return None
    card = _card(request, record_type, rows[0])
    card.outside = not records.filter(pk=record.pk).exists()
    return card


def _title(listing: Listing, groups: list[ColumnGroup], shown: ColumnGroup) -> dict[str, Any]:
    """What stands over the columns: the group that is shown, and the counts."""
    record_type, board = listing.record_type, _board(listing.record_type)
    return {
        "groups": [one for one in groups if one is shown or one.count or one.value.is_active],
        "group": shown,
        "group_label": record_type.spec(board.group).label if board.group else "",
        "total": formats.money_sums(_sum(shown.columns)),
        "count": shown.count,
        "here": f"{reverse(f'{record_type.key}:board')}{listing.state.address()}",
    }


def _board(record_type: RecordType) -> Board:
    return cast(Board, record_type.board)


def _records(listing: Listing) -> QuerySet:
    """The records in the columns of all groups. What cannot be read is told of, be it about a group."""
    group = _board(listing.record_type).group
    of_group = tuple(one for one in listing.query.conditions if _is_by(one, group))
    replace(listing, state=ViewState(replace(listing.query, conditions=of_group))).records()
    return replace(listing, state=ViewState(_of_all_groups(listing.query))).records()


def _is_by(part: Part, *fields: str) -> bool:
    return isinstance(part, Condition) and part.field in fields


def _of_all_groups(query: Query) -> Query:
    group = _board(query.type).group
    return replace(query, conditions=tuple(one for one in query.conditions if not _is_by(one, group)))


def _groups(listing: Listing, columns: list[Column]) -> list[ColumnGroup]:
    """The groups of ``columns``; a board without groups is one."""
    board, query = _board(listing.record_type), _of_all_groups(listing.query)
    if not board.group:
        return [ColumnGroup(None, columns, "")]
    found = []
    for value in board.groups():
        own = [column for column in columns if getattr(column.value, board.group) == value]
        chosen = replace(query, conditions=(*query.conditions, Condition(board.group, "is", (str(value.pk),))))
        found.append(ColumnGroup(value, own, listing.state.address(chosen)))
    return found


def _shown_group(request: WorkspaceRequest, listing: Listing, groups: list[ColumnGroup]) -> ColumnGroup:
    """The first group that the filters let through and that is not empty; where they let none through, an empty one."""
    passing = _passing(request, listing, _board(listing.record_type).group)
    if passing is None:
        return next((group for group in groups if group.count), groups[0])
    through = [group for group in groups if any(column.value.pk in passing for column in group.columns)]
    for column in () if through else groups[0].columns:
        column.shown, column.count, column.sums = False, 0, {}
    return next((group for group in through if group.count), through[0] if through else groups[0])


def _columns(request: WorkspaceRequest, listing: Listing) -> list[Column]:
    """All columns with their counts and sums: one query, whatever the number of rows and columns."""
    board = _board(listing.record_type)
    shown = _passing(request, listing, board.column)
    others = tuple(one for one in listing.query.conditions if not _is_by(one, board.column, board.group))
    columns = {}
    for value in board.columns():
        own = replace(listing.query, conditions=(*others, Condition(board.column, "is", (str(value.pk),))))
        address = listing.state.address(own)
        columns[value.pk] = Column(value, shown is None or value.pk in shown, board.asks(value), address)
    for line in _counted(request, listing).lines:
        if column := columns.get(line.values[0]):
            column.count, column.sums = line[ALL].count, line[ALL].sum(Sum(board.amount))
    return list(columns.values())


def _counted(request: WorkspaceRequest, listing: Listing) -> Counts:
    """The numbers of all columns, by what of the view can be read."""
    board, query = _board(listing.record_type), _of_all_groups(listing.query)
    conditions = without_leaves(query.conditions, listing.unreadable)
    measures = (Sum(board.amount),) if board.amount else ()
    return counted(Query(query.type, conditions, groups=(board.column,), measures=measures), request.actor)


def _passing(request: WorkspaceRequest, listing: Listing, name: str) -> set[UUID] | None:
    """The columns that the view's conditions on the field ``name`` let through; None: it has none that can be read.

    In a group that holds by any of its conditions, one on another field may let every column through.
    """
    record_type, column = listing.record_type, f"{_board(listing.record_type).column}_id"
    read = {one for one in listing.query.leaves if one not in listing.unreadable}
    asked = {one for one in read if one.field == name}
    if not asked:
        return None
    holds = {one: one.predicate(record_type, request.actor) for one in asked}

    def may_pass(part: Part, card: Any) -> bool | None:
        if isinstance(part, Condition):
            return (part not in holds or holds[part](card)) if part in read else None
        found = [one for each in part.parts if (one := may_pass(each, card)) is not None]
        return (any(found) if part.how == "any" else all(found)) if found else None

    cards = [record_type.model(**{column: value.pk}) for value in _board(record_type).columns()]
    conditions = listing.query.conditions
    return {getattr(card, column) for card in cards if not any(may_pass(part, card) is False for part in conditions)}


def _shown_cards(request: WorkspaceRequest, record_type: RecordType) -> QuerySet:
    related = _board(record_type).related
    rows = records_to_show(request.actor, record_type).select_related(*related)
    return rows.defer(*_beside_names(record_type.model, related))


def _beside_names(model: Any, related: tuple[str, ...]) -> list[str]:
    """The columns of the ``related`` records that a card, which only names these, has no use for."""
    linked = {name: model._meta.get_field(name).related_model for name in related}
    return [
        f"{name}__{field.name}"
        for name, one in linked.items()
        if issubclass(one, RecordModel)
        for field in one._meta.concrete_fields
        if field.name not in NAMING
    ]


def _deal_cards(request: WorkspaceRequest, listing: Listing, records: QuerySet, columns: list[Column]) -> None:
    """Fill the columns with their first cards, all in one query."""
    record_type, board = listing.record_type, _board(listing.record_type)
    full = [column for column in columns if column.count]
    if not full:
        return
    firsts = [
        records.filter(**{f"{board.column}_id": column.value.pk}).order_by(*CARD_ORDER).values("pk")[:CARDS]
        for column in full
    ]
    ids = firsts[0].union(*firsts[1:], all=True) if len(firsts) > 1 else firsts[0]
    rows = _shown_cards(request, record_type).filter(pk__in=ids).order_by(*CARD_ORDER)
    record_type.look_ahead(rows, record_type.labels())  # a card may show any of them
    by_column: dict[UUID, list[Card]] = defaultdict(list)
    for record in rows:
        by_column[getattr(record, f"{board.column}_id")].append(_card(request, record_type, record))
    for column in columns:
        column.cards = by_column[column.value.pk]


def _card(request: WorkspaceRequest, record_type: RecordType, record: Any) -> Card:
    board = _board(record_type)
    move_url = reverse(record_type.move_name, kwargs={"record_id": record.pk})
    stays = record_type.locked(record)
    if not stays and not can(request.actor, "edit", record):
        stays = why(request.actor, "edit", record, record_type.in_text_plural)
    facts = {"lines": _headline(record_type, record)} if board.card == PLAIN_CARD else board.facts(record)
    return Card(record, url(record), move_url, stays, facts)


def _headline(record_type: RecordType, record: Any) -> list[SafeString]:
    """What a plain card shows of a record: the first of its headline, but for the column in which it stands."""
    elsewhere = ("owner", _board(record_type).column)
    specs = record_type.specs(tuple(name for name in record_type.headline if name not in elsewhere))
    return [conditional_escape(html) for spec in specs if (html := look_of(spec).html(record))][:LINES]


def _sum(columns: list[Column]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for column in columns:
        for currency, total in column.sums.items():
            sums[currency] += total
    return dict(sums)
