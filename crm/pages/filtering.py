"""The filters over a list or a board: chips, the menu that adds one, and the form of the one that is being edited."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from babel.lists import format_list
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.fields.kinds import Date, Money
from crm.fields.kinds.base import OPERATORS
from crm.fields.kinds.choice import OneOf
from crm.fields.look import look_of
from crm.fields.spec import FieldSpec
from crm.pages.rows import draw_filter_menu
from crm.records.access import visible_records
from crm.saved_views.selectors import may_change
from crm.saved_views.state import LONGEST_QUERY, Filter, ViewState, chips
from crm.tenants.context import current_tenant
from crm.ui import format as formats
from crm.ui.http import go, is_fragment, respond
from crm.ui.paging import CAP
from crm.ui.toasts import say
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership

WITHOUT_VALUE = frozenset({"empty", "filled"})
OF_ONE_VALUE = frozenset({"from", "to", "before", "after"})
BAR = "filters"  # the id of the part of the page that holds the chips


@dataclass(frozen=True)
class FilterForm:
    """The form of one filter; ``parameter`` says which of the list it is, "" one that is being added."""

    spec: FieldSpec
    parameter: str
    present: Filter
    options: list[tuple[str, str]]
    ticked: frozenset[str]
    texts: list[str]
    without: str  # the list's query without this filter
    problem: str = ""

    @property
    def operators(self) -> list[tuple[str, Any]]:
        return [(key, OPERATORS[key]) for key in self.spec.kind.operators]

    @property
    def currency(self) -> str:
        """What an amount is in that is typed without one."""
        return current_tenant().currency if isinstance(self.spec.kind, Money) else ""

    @property
    def is_day(self) -> bool:
        return isinstance(self.spec.kind, Date)

    @property
    def days(self) -> list[str]:
        return [value for value in self.present.values if value[:4].isdigit()] or [""]


def answer_filters(request: WorkspaceRequest, state: ViewState, problems: Iterable[str]) -> HttpResponse | None:
    """Answer what chips and form ask for: the way to the list with the filter that was sent, or the bar alone.

    None: the whole page is asked for. A form that cannot be taken is shown again with what is wrong. It is posted, as
    what is ticked may be more than an address can hold. ``problems`` of the address it came from would be lost on the
    way: they are told.
    """
    form = read_form(request, state)
    if form is not None and "_field" in request.POST and not form.problem:
        for problem in problems:
            say(request, problem, tone="warning")
        return go(request, f"{request.path}{_with_filter(state, form.present, request.POST.get('_was', ''))}")
    if is_fragment(request) and request.htmx.target == BAR:
        context = {"type": state.record_type, "state": state, **filter_context(request, state)}
        return respond(request, "pages/parts/filters.html", context)
    return None


def filter_context(request: WorkspaceRequest, state: ViewState, unreadable: Collection[Filter] = ()) -> dict[str, Any]:
    """What ``pages/parts/filters.html`` shows; the chips of ``unreadable`` are marked."""
    return {
        "query": state.query(),
        "chips": chips(state, request.actor, unreadable),
        "filter_menu": draw_filter_menu(state.record_type.specs_now(), state.query()),
        "editing": read_form(request, state),
        "not_compared": _not_compared(state, request.actor, unreadable),
        "may_change_view": state.view and may_change(request.actor, state.view),
    }


def _not_compared(state: ViewState, actor: Membership, unreadable: Collection[Filter]) -> list[str]:
    """What filters of amounts leave out because it is in another currency, in words."""
    told = []
    for one in state.filters:
        spec = state.record_type.spec(one.field) if state.record_type.has(one.field) else None
        if spec is None or not isinstance(spec.kind, Money) or one.operator in WITHOUT_VALUE or one in unreadable:
            continue
        others = ViewState(state.record_type, tuple(other for other in state.filters if other != one))
        records, _left_out = others.apply_readable(visible_records(actor, state.record_type), actor)
        try:
            currency, counts = spec.kind.not_compared(spec, one.values[0], records, CAP)
        except (ValidationError, IndexError):
            continue
        if counts:
            told.append(_told_of_others(str(spec.label), currency, counts))
    return told


def _told_of_others(field: str, currency: str, counts: dict[str, int]) -> str:
    is_capped = sum(counts.values()) >= CAP
    rows = [
        ngettext("%(count)s record in %(currency)s", "%(count)s records in %(currency)s", count)
        % {"count": formats.count(count, is_capped), "currency": other}
        for other, count in counts.items()
    ]
    words = {"field": field, "currency": currency, "records": format_list(rows, locale=formats.locale())}
    return _("%(field)s is compared in %(currency)s only. Left out: %(records)s.") % words


def read_form(request: WorkspaceRequest, state: ViewState) -> FilterForm | None:
    """The form that the URL opens (``edit=<parameter>``) or has sent (``_field=…``)."""
    sent = "_field" in request.POST
    parameter = request.POST.get("_was", "") if sent else request.GET.get("edit", "")
    name = request.POST.get("_field", "") if sent else parameter.partition("__")[0]
    if not state.record_type.has(name) or not (spec := state.record_type.spec(name)).kind.operators:
        return None
    before = next((one for one in state.filters if one.parameter == parameter and one.field == name), None)
    shown = before or Filter(name, spec.kind.operators[0])
    problem = ""
    if sent:
        shown, problem = _as_kept(spec, _sent(request, spec, before))
        problem = problem or _problem(spec, shown, request.actor) or _too_long(state, shown, parameter)
    options, ticked = _options(spec, shown, request.actor)
    without = state.without(before) if before else ""
    words = list(shown.values) if problem else [_retyped(spec, value, request.actor) for value in shown.values]
    return FilterForm(spec, before.parameter if before else "", shown, options, ticked, [*words, ""], without, problem)


def _sent(request: WorkspaceRequest, spec: FieldSpec, before: Filter | None) -> Filter:
    """The filter of the form. What stands for several (``meaning:open``) stays that while just they are ticked."""
    operator = request.POST.get("_operator", "is")
    values = tuple(dict.fromkeys(value for value in request.POST.getlist("_value") if value.strip()))
    if operator in WITHOUT_VALUE:
        values = ()
    if before and values and frozenset(values) == _options(spec, before, request.actor)[1]:
        values = before.values
    return Filter(spec.name, operator, values)


def _as_kept(spec: FieldSpec, sent: Filter) -> tuple[Filter, str]:
    """The filter with what was typed as URLs hold it; and what is wrong with that, if anything."""
    try:
        look = look_of(spec)
        values = tuple(look.typed(value) for value in sent.values)
    except ValidationError as error:
        return sent, " ".join(error.messages)
    return Filter(sent.field, sent.operator, values), ""


def _problem(spec: FieldSpec, sent: Filter, actor: Membership) -> str:
    if sent.operator not in spec.kind.operators:
        return _("Choose a condition.")
    if sent.operator in WITHOUT_VALUE:
        return ""
    if not sent.values:
        return _("Choose a value, or remove the filter.")
    if sent.operator in OF_ONE_VALUE and len(sent.values) > 1:
        return _("“%(operator)s” takes one value.") % {"operator": OPERATORS[sent.operator]}
    try:
        spec.kind.filter(spec, sent.operator, list(sent.values), actor)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _too_long(state: ViewState, sent: Filter, was: str) -> str:
    """What is wrong with a filter that no address can hold."""

    def fits(count: int) -> bool:
        return len(_with_filter(state, replace(sent, values=sent.values[:count]), was)) <= LONGEST_QUERY

    count = len(sent.values)
    if fits(count):
        return ""
    if count < 2 or not fits(1):
        return _("With this, the list would have more filters than an address can hold.")
    most = bisect_right(range(1, count), False, key=lambda number: not fits(number))
    words = {"most": formats.number(most), "chosen": formats.number(count)}
    return _("Of the %(chosen)s values, %(most)s fit. Choose fewer, or leave others out by “is not”.") % words


def _with_filter(state: ViewState, new: Filter, was: str) -> str:
    """The list's query with the filter in the place of the one that it was; beside a twin the values join."""
    twin = next((one for one in state.filters if one.parameter == new.parameter != was), None)
    if twin and new.operator not in OF_ONE_VALUE:
        new = Filter(new.field, new.operator, tuple(dict.fromkeys([*twin.values, *new.values])))
    replaced = {was, new.parameter}
    place = next((i for i, one in enumerate(state.filters) if one.parameter in replaced), len(state.filters))
    before = [one for one in state.filters[:place] if one.parameter not in replaced]
    after = [one for one in state.filters[place:] if one.parameter not in replaced]
    return state.query(filters=(*before, new, *after))


def _options(spec: FieldSpec, shown: Filter, actor: Membership) -> tuple[list[tuple[str, str]], frozenset[str]]:
    """What can be ticked, and what is: each that a value stands for; a value that is no longer offered can be seen."""
    options = look_of(spec).options(actor)
    if not options:
        return [], frozenset()
    known = {value for value, _label in options}
    ticked: list[str] = []
    for value in shown.values:
        meant = [value] if value in known else _meant(spec, value, actor)
        if not meant or not known.issuperset(meant):
            options = [*options, (value, _words(spec, value, actor))]
            meant = [value]
        ticked += meant
    return options, frozenset(ticked)


def _meant(spec: FieldSpec, value: str, actor: Membership) -> list[str]:
    if not isinstance(spec.kind, OneOf):
        return []
    try:
        return [str(row_id) for row_id in spec.kind.read([value], actor)]
    except ValidationError:
        return []


def _words(spec: FieldSpec, value: str, actor: Membership) -> str:
    try:
        return look_of(spec).describe([value], actor)
    except Exception:  # such a filter is left out; its text stays, to be corrected
        return value


def _retyped(spec: FieldSpec, value: str, actor: Membership) -> str:
    try:
        return look_of(spec).retyped(value, actor)
    except Exception:  # as above
        return value
