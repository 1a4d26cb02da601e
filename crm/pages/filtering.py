"""The conditions over a list or a board: chips, the menu that adds one, and the form of the one that is edited."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from babel.lists import format_list
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.fields.kinds import Money
from crm.pages.filter_form import FilterForm, read_form
from crm.pages.rows import draw_filter_menu
from crm.queries.address import STEP, named, parts_at, split_path
from crm.queries.condition import WITHOUT_VALUE, Condition, Group, Part
from crm.queries.query import Query
from crm.records.access import visible_records
from crm.saved_views.chips import Chip, GroupChip, chips
from crm.saved_views.selectors import may_change
from crm.saved_views.state import ViewState
from crm.ui import format as formats
from crm.ui.paging import CAP
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership


@dataclass(frozen=True)
class Picker:
    """The choice of a field for another condition of the group ``parameter``, which there may not be yet."""

    parameter: str
    menu: SafeString
    is_new: bool


@dataclass(frozen=True)
class FilterBar:
    """What ``ui.filters`` shows over a list or a board; the chips of ``unreadable`` are marked."""

    request: WorkspaceRequest
    state: ViewState
    unreadable: Collection[Condition] = ()

    @cached_property
    def query(self) -> str:
        return self.state.address()

    @cached_property
    def chips(self) -> tuple[Chip | GroupChip, ...]:
        return chips(self.state, self.request.actor, self.unreadable)

    @cached_property
    def filter_menu(self) -> SafeString:
        return draw_filter_menu(self.state.query.type.filterable(), self.query)

    @cached_property
    def next_group(self) -> str:
        """The step of a group that is not there yet."""
        parts = named(self.state.query.conditions)
        return f"any{1 + sum(isinstance(part, Group) and part.how == 'any' for _name, part in parts)}"

    @cached_property
    def editing(self) -> FilterForm | None:
        return read_form(self.request, self.state)

    @cached_property
    def picking(self) -> Picker | None:
        """What ``edit=<path of a group>`` opens."""
        path = self.request.GET.get("edit", "")
        steps, last = split_path(path)
        if self.request.method == "POST" or not STEP.fullmatch(last):
            return None
        menu = draw_filter_menu(self.state.query.type.filterable(), self.query, f"{path}.")
        return Picker(path, menu, is_new=not parts_at(self.state.query.conditions, (*steps, last)))

    @cached_property
    def not_compared(self) -> list[str]:
        return _not_compared(self.state.query, self.request.actor, self.unreadable)

    @cached_property
    def may_change_view(self) -> bool:
        return self.state.view is not None and may_change(self.request.actor, self.state.view)


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
