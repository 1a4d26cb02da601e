"""The conditions over a list or a board: chips, the menu that adds one, and the form of the one that is edited."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from babel.lists import format_list
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.fields.kinds import Money
from crm.pages.filter_form import address_with, read_form
from crm.pages.rows import draw_filter_menu
from crm.queries.address import STEP, named, parts_at, split_path
from crm.queries.condition import WITHOUT_VALUE, Condition, Group, Part
from crm.queries.query import Query
from crm.records.access import visible_records
from crm.saved_views.chips import chips
from crm.saved_views.selectors import may_change
from crm.saved_views.state import ViewState
from crm.ui import format as formats
from crm.ui.http import go, is_fragment, respond
from crm.ui.paging import CAP
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership

BAR = "filters"  # the id of the part of the page that holds the chips


@dataclass(frozen=True)
class Picker:
    """The choice of a field for another condition of the group ``parameter``, which there may not be yet."""

    parameter: str
    menu: SafeString
    is_new: bool


def answer_filters(request: WorkspaceRequest, state: ViewState, problems: Iterable[str]) -> HttpResponse | None:
    """Answer what chips and form ask for: the way to the list with the condition that was sent, or the bar alone.

    None: the whole page is asked for. A form that cannot be taken is shown again with what is wrong. It is posted, as
    what is ticked may be more than an address can hold. ``problems`` of the address it came from would be lost on the
    way: they are told.
    """
    form = read_form(request, state)
    if form is not None and "_field" in request.POST and not form.problem:
        for problem in problems:
            say(request, problem, tone="warning")
        address = address_with(state, form, request.POST.get("_was", ""), more="_or" in request.POST)
        return go(request, f"{request.path}{address}")
    if is_fragment(request) and request.htmx.target == BAR:
        context = {"type": state.query.type, "state": state, **filter_context(request, state)}
        return respond(request, "pages/parts/filters.html", context)
    return None


def filter_context(
    request: WorkspaceRequest, state: ViewState, unreadable: Collection[Condition] = ()
) -> dict[str, Any]:
    """What ``pages/parts/filters.html`` shows; the chips of ``unreadable`` are marked."""
    address = state.address()
    groups = [name for name, part in named(state.query.conditions) if isinstance(part, Group) and part.how == "any"]
    return {
        "query": address,
        "chips": chips(state, request.actor, unreadable),
        "filter_menu": draw_filter_menu(state.query.type.filterable(), address),
        "next_group": f"any{len(groups) + 1}",
        "editing": read_form(request, state),
        "picking": _picker(request, state),
        "not_compared": _not_compared(state.query, request.actor, unreadable),
        "may_change_view": state.view and may_change(request.actor, state.view),
    }


def _picker(request: WorkspaceRequest, state: ViewState) -> Picker | None:
    """What ``edit=<path of a group>`` opens."""
    path = request.GET.get("edit", "")
    steps, last = split_path(path)
    if request.method == "POST" or not STEP.fullmatch(last):
        return None
    menu = draw_filter_menu(state.query.type.filterable(), state.address(), f"{path}.")
    return Picker(path, menu, is_new=not parts_at(state.query.conditions, (*steps, last)))


def _not_compared(query: Query, actor: Membership, unreadable: Collection[Condition]) -> list[str]:
    """What conditions on amounts leave out because it is in another currency, in words."""
    told = []
    for part in query.conditions:
        for one in part.leaves:
            spec = one.spec(query.type)
            if spec is None or not isinstance(spec.kind, Money) or one.operator in WITHOUT_VALUE or one in unreadable:
                continue
            try:
                others = _beside(query, part, actor)
                currency, counts = spec.kind.not_compared(spec, one.values[0], others, CAP)
            except (ValidationError, IndexError):
                continue
            if counts:
                told.append(_told_of_others(str(spec.label), currency, counts))
    return told


def _beside(query: Query, part: Part, actor: Membership) -> Any:
    """The records that pass all but ``part``; of a group, those that do not pass it by another of its conditions."""
    others, _left_out = query.without(part).readable(visible_records(actor, query.type), actor)
    return others if isinstance(part, Condition) else others.exclude(part.q(query.type, actor))


def _told_of_others(field: str, currency: str, counts: dict[str, int]) -> str:
    is_capped = sum(counts.values()) >= CAP
    rows = [
        ngettext("%(count)s record in %(currency)s", "%(count)s records in %(currency)s", count)
        % {"count": formats.count(count, is_capped), "currency": other}
        for other, count in counts.items()
    ]
    words = {"field": field, "currency": currency, "records": format_list(rows, locale=formats.locale())}
    return _("%(field)s is compared in %(currency)s only. Left out: %(records)s.") % words
