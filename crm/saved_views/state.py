"""What a list shows, as one value: a saved view overlaid by the URL.

In a URL a filter is ``field=value`` or ``field__operator=value``, once for each value (those that its kind can split,
as choices, may be joined by commas; the operators are ``fields.kinds.base.OPERATORS``). Filters in the URL replace
those of the saved view; ``filters=none`` replaces them by nothing. ``columns=a,b``, ``sort=-field`` and ``view=<id>``
are the rest. ``ViewState`` is used by list, board, export, reports' drill-down and the saved view itself (``as_json``).

A filter that nothing can be asked by (its field is gone, or never was) stays one: it is left out with a word, and
nothing is done to "all rows" meanwhile. ``NOT_FILTERS`` and ``TRACKING`` are what an address may hold beside filters.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.catalogue.types import DefaultView, RecordType
from crm.fields.build import filterset_class
from crm.fields.gone import specs_that_were
from crm.fields.kinds.base import OPERATORS
from crm.fields.look import look_of
from crm.fields.spec import FieldSpec
from crm.saved_views.models import SavedView
from crm.ui import format as formats
from crm.ui.paging import Ranking
from crm.users.models import Membership

LONGEST_SHOWN = 100  # characters of a value on its chip
# What stands in addresses of lists beside filters: the rest of the state, the place in the list, what a dialog over it
# asks, where a move on a board comes from.
NOT_FILTERS = frozenset(
    "view filters columns sort after before page count edit show up down back board moved_from _name _written".split()
)
# What mail programs and advertisements put behind every address
TRACKING = re.compile(
    r"(utm|mtm|matomo|pk|hsa|gad|oft|oly|vero|ml)_.+|_{1,2}hs[a-z]+|hsctatracking|_ga|_gl|_gac|_kx|_openstat|__s"
    r"|[a-z]*clk?id|[a-z]+_clickid|[gw]braid|srsltid|igshi?d?|mc_[ce]id|mkt_tok|s_(kw)?cid|li_fat_id|wickedid|epik",
    re.I,
)
MOST_UNKNOWN = 20  # filters by nothing that an address is told of one by one
LONGEST_QUERY = 4500  # characters of a list's query: others hold it as ``back``, and servers take no more than 8190


@dataclass(frozen=True)
class Filter:
    """One condition: ``field`` ``operator`` any of ``values``."""

    field: str
    operator: str = "is"
    values: tuple[str, ...] = ()

    @property
    def parameter(self) -> str:
        return self.field if self.operator == "is" else f"{self.field}__{self.operator}"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that stand for it in a URL or form."""
        return [(self.parameter, value) for value in self.values or ("yes",)]


@dataclass(frozen=True)
class ViewState:
    """Filters, columns and order of a list of ``record_type``."""

    record_type: RecordType
    filters: tuple[Filter, ...] = ()
    columns: tuple[str, ...] = ()
    sort: str = ""
    view: SavedView | None = field(default=None, compare=False)
    left_out: tuple[str, ...] = field(default=(), compare=False)  # what an address asks of columns and order in vain

    @property
    def specs(self) -> tuple[FieldSpec, ...]:
        """The fields of the columns."""
        return self.record_type.specs(self.columns) or self.record_type.specs(self.record_type.columns)

    @property
    def resting(self) -> tuple[FieldSpec, ...]:
        """The own fields among the columns that were taken away: they are shown once they are back."""
        return tuple(specs_that_were((name for name in self.columns if not self.has(name)), self.record_type.key))

    @property
    def lost(self) -> list[str]:
        """What of columns and order there is not now, in words; it stays part of the state."""
        return _in_vain(self.record_type, [name for name in self.columns if not self.has(name)], self.sort)

    def has(self, name: str) -> bool:
        return self.record_type.has(name)

    @property
    def _order(self) -> str:
        return self.sort if _can_sort(self.record_type, self.sort) else self.record_type.sort

    @property
    def sort_spec(self) -> FieldSpec:
        return self.record_type.spec(self._order.removeprefix("-"))

    @property
    def descending(self) -> bool:
        return self._order.startswith("-")

    def apply(self, queryset: QuerySet, actor: Membership) -> QuerySet:
        """Return those of ``queryset`` that pass all filters; raise ``ValidationError`` for an unreadable one."""
        found, unreadable = self.apply_readable(queryset, actor)
        if unreadable:
            raise ValidationError(list(unreadable.values()))
        return found

    def apply_readable(self, queryset: QuerySet, actor: Membership) -> tuple[QuerySet, dict[Filter, str]]:
        """Return those of ``queryset`` that pass the filters that can be read; and the others, each with the reason."""
        if not self.filters:
            return queryset, {}
        faults = {one: fault for one in self.filters if (fault := fault_of(self.record_type, one))}
        readable = [one for one in self.filters if one not in faults]
        pairs = tuple((self.record_type.spec(one.field), one.operator) for one in readable)
        by_name = {f"{one.field}__{one.operator}": one for one in readable}
        data = {name: list(one.values) or ["yes"] for name, one in by_name.items()}
        filters = filterset_class(pairs)(data, queryset, actor=actor)
        found = filters.qs
        return found, faults | {by_name[name]: reason for name, reason in filters.unreadable.items()}

    def order(self) -> list[tuple[str, bool]]:
        """The model fields to order by, each with whether it descends."""
        spec = self.sort_spec
        return [(name, self.descending != spec.kind.sorts_backwards) for name in spec.kind.order(spec)]

    def stands_first(self) -> str | None:
        """The value of the first of ``order`` whose records come before all others."""
        return self.sort_spec.kind.stands_first(self.sort_spec)

    def shown(self, actor: Membership) -> Q | None:
        """The records of which ``actor`` may see what they are ordered by; None: all. The others stand as empty."""
        return self.sort_spec.kind.shown(self.sort_spec, actor)

    def ranking(self, actor: Membership) -> Ranking | None:
        """Where to find what ``order`` names when it stands outside the records (those that ``apply`` returned)."""
        spec = self.sort_spec
        same = [(one.operator, list(one.values)) for one in self.filters if one.field == spec.name]
        try:
            return spec.kind.ranking(spec, same, actor)
        except Exception:  # ``apply_readable`` has said so
            return spec.kind.ranking(spec, [], actor)

    def as_json(self) -> dict[str, Any]:
        return {
            "filters": [[one.field, one.operator, list(one.values)] for one in self.filters],
            "columns": list(self.columns),
            "sort": self.sort,
        }

    def query(self, **changes: Any) -> str:
        """The URL's query for this state with ``changes`` (``filters=``, ``columns=``, ``sort=``): ``?…``."""
        return f"?{urlencode(self.pairs(**changes), safe=',:')}"

    def pairs(self, **changes: Any) -> list[tuple[str, str]]:
        """The parameters of ``query``, as a form's hidden inputs send them."""
        state = replace(self, **changes)
        base = state_of_view(state.record_type, state.view) if state.view else ViewState(state.record_type)
        pairs: list[tuple[str, str]] = [("view", str(state.view.pk))] if state.view else []
        if state.filters != base.filters or not state.view:
            pairs += [pair for one in state.filters for pair in one.pairs] or [("filters", "none")]
        if state.columns and state.columns != base.columns:
            pairs.append(("columns", ",".join(state.columns)))
        if state.sort and state.sort != base.sort:
            pairs.append(("sort", state.sort))
        return pairs

    def without(self, unwanted: Filter) -> str:
        return self.query(filters=tuple(one for one in self.filters if one != unwanted))

    @property
    def differs_from_view(self) -> bool:
        """Whether the URL has changed what the saved view says."""
        return self.view is None or self != state_of_view(self.record_type, self.view)


def state_of_view(record_type: RecordType, view: SavedView) -> ViewState:
    """The state that a saved view stands for."""
    return replace(state_of_json(record_type, view.state), view=view)


def state_of_json(record_type: RecordType, kept: dict[str, Any]) -> ViewState:
    """Read what ``ViewState.as_json`` wrote, also what there is no field for now: it may come back."""
    filters = tuple(Filter(name, operator, tuple(values)) for name, operator, values in kept.get("filters", ()))
    return ViewState(record_type, filters, tuple(kept.get("columns", ())), kept.get("sort", ""))


def fault_of(record_type: RecordType, one: Filter) -> str:
    """Why nothing can be asked by the filter, whatever its values; "" where something can."""
    if not record_type.has(one.field):
        known = one.field in record_type.labels()
        return _("The field is no longer in use.") if known else _("There is no such field.")
    operators = record_type.spec(one.field).kind.operators
    if one.operator in operators:
        return ""
    return _("There is no such condition.") if operators else _("Lists cannot be filtered by this field.")


def _can_sort(record_type: RecordType, sort: str) -> bool:
    name = sort.removeprefix("-")
    return record_type.has(name) and record_type.spec(name).kind.sortable


def state_of_default(record_type: RecordType, default: DefaultView) -> ViewState:
    filters = tuple(Filter(name, operator, values) for name, operator, values in default.filters)
    return ViewState(record_type, filters, default.columns, default.sort)


def read_state(record_type: RecordType, data: QueryDict, view: SavedView | None) -> tuple[ViewState, list[str]]:
    """Read a URL's query over ``view``; return the state and what of the query could not be understood."""
    state = state_of_view(record_type, view) if view else ViewState(record_type)
    filters, problems = _read_filters(record_type, data)
    if filters or data.get("filters") == "none" or view is None:
        state = replace(state, filters=tuple(filters))
    # A form of check boxes sends ``columns`` once for each, a link sends them joined.
    names = dict.fromkeys(name for part in data.getlist("columns") for name in part.split(",") if name)
    columns = tuple(name for name in names if record_type.has(name) or _was_own(record_type, name))
    if columns:
        state = replace(state, columns=columns)
    sort = data.get("sort", "")
    if is_kept := _can_sort(record_type, sort) or _was_own(record_type, sort.removeprefix("-")):
        state = replace(state, sort=sort)
    in_vain = _in_vain(record_type, [name for name in names if name not in columns], "" if is_kept else sort)
    return replace(state, left_out=tuple(in_vain)), problems


def _was_own(record_type: RecordType, name: str) -> bool:
    return next(specs_that_were([name], record_type.key), None) is not None


def _in_vain(record_type: RecordType, columns: list[str], sort: str) -> list[str]:
    """Say which columns there are not, and why the list is not in the order ``sort``."""
    found = []
    if columns:
        names = ", ".join(f"“{_shown(record_type, name)}”" for name in columns[:MOST_UNKNOWN])
        found.append(_("Columns left out, as there are no such fields now: %(names)s.") % {"names": names})
    if sort and not _can_sort(record_type, sort):
        name = sort.removeprefix("-")
        text = _("Not sorted by “%(name)s”: there is no such field now.")
        if record_type.has(name):
            text = _("Not sorted by “%(name)s”: lists cannot be sorted by it.")
        found.append(text % {"name": _shown(record_type, name)})
    return found


def _shown(record_type: RecordType, name: str) -> str:
    own = next(specs_that_were([name], record_type.key), None)
    return str(own.label if own else record_type.labels().get(name, name))[:LONGEST_SHOWN]


def is_filter(parameter: str, value: str = "") -> bool:
    """Whether ``parameter`` of an address stands for a filter, be it one by nothing."""
    if parameter == "filters":
        return value not in ("", "none")
    return parameter not in NOT_FILTERS and not TRACKING.fullmatch(parameter)


def _read_filters(record_type: RecordType, data: QueryDict) -> tuple[list[Filter], list[str]]:
    filters: dict[str, Filter] = {}
    problems: list[str] = []
    unknown = 0
    for parameter in data:
        one = _read_filter(record_type, parameter, data) if is_filter(parameter, data.get(parameter, "")) else None
        if one is None:
            continue
        is_known = record_type.has(one.field)
        unknown += not is_known
        if one.parameter in filters:  # written in another way: ``city``, ``city__is``
            values = dict.fromkeys((*filters[one.parameter].values, *one.values))
            one = replace(one, values=tuple(values))
        is_too_long = len("".join((parameter, *one.values))) > LONGEST_QUERY
        if not is_known and unknown > MOST_UNKNOWN:
            continue
        if is_too_long or not _stays_itself(one):
            words = {"name": (parameter or f"={one.values[0]}")[:LONGEST_SHOWN]}
            problems.append(_("The filter “%(name)s” was left out: it cannot be read.") % words)
        else:
            filters[one.parameter] = one
    if unknown > MOST_UNKNOWN:
        words = {"count": formats.number(unknown - MOST_UNKNOWN)}
        text = ngettext(
            "%(count)s more filter was left out: there is no such field.",
            "%(count)s more filters were left out: there are no such fields.",
            unknown - MOST_UNKNOWN,
        )
        problems.append(text % words)
    return list(filters.values()), problems


def _read_filter(record_type: RecordType, parameter: str, data: QueryDict) -> Filter | None:
    """What ``parameter`` asks for; None without a value."""
    name, _separator, operator = parameter.partition("__")
    split = record_type.spec(name).kind.split if record_type.has(name) else lambda text: [text]
    values = tuple(dict.fromkeys(part for one in data.getlist(parameter) for part in split(one) if part))
    return Filter(name, operator or "is", values) if values else None


def _stays_itself(one: Filter) -> bool:
    """Whether an address can hold the filter: without a name, or as ``view__is``, it would be read as another thing."""
    return bool(one.field) and is_filter(one.parameter, one.values[-1])


@dataclass(frozen=True)
class Chip:
    """A filter as a phrase: “Owner **is** me”, with the address of the list without it."""

    filter: Filter
    label: str
    operator: str
    value: str
    without: str
    is_unreadable: bool = False
    is_gone: bool = False  # no field, or none that can be asked by: it can be removed, not changed

    @property
    def phrase(self) -> str:
        return f"{self.label} {self.operator} {self.value}".strip()


def chips(state: ViewState, actor: Membership, unreadable: Collection[Filter] = ()) -> list[Chip]:
    """The filters of ``state`` as phrases; those of ``unreadable``, and those by nothing, are marked."""
    found = []
    for one in state.filters:
        spec = state.record_type.spec(one.field) if state.record_type.has(one.field) else None
        said = spec or next(specs_that_were([one.field], state.record_type.key), None)  # its words outlive a field
        plain = one.operator in ("empty", "filled")
        try:
            value = "" if plain or said is None else look_of(said).describe(list(one.values), actor)
        except Exception:  # what ``apply_readable`` leaves out is still named
            value = ""
        if not value and not plain:
            value = ", ".join(one.values)
        label = state.record_type.labels().get(one.field, one.field) if said is None else said.label
        operator = OPERATORS.get(one.operator, one.operator)
        found.append(
            Chip(
                one,
                str(label)[:LONGEST_SHOWN],
                str(operator)[:LONGEST_SHOWN],
                value[:LONGEST_SHOWN],
                state.without(one),
                is_unreadable=one in unreadable or bool(fault_of(state.record_type, one)),
                is_gone=spec is None or not spec.kind.operators,
            )
        )
    return found
