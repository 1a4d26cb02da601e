"""The form of one condition of a list: read from what was sent, checked, and put into the list's address.

A condition is known by its parameter in the address (``rating``, ``any1.source``), which says the group it stands in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.fields.kinds import Date, Money
from crm.fields.kinds.base import OPERATORS
from crm.fields.kinds.choice import OneOf
from crm.fields.kinds.time import day_in
from crm.fields.look import look_of
from crm.fields.spec import FieldSpec
from crm.queries.address import LONGEST_QUERY, edited, how_of, is_too_deep, named, parts_at, placed, split_path
from crm.queries.condition import WITHOUT_VALUE, Condition, Group, Part
from crm.saved_views.state import ViewState
from crm.tenants.context import current_tenant
from crm.ui import format as formats
from crm.users.http import WorkspaceRequest
from crm.users.models import Membership

OF_ONE_VALUE = frozenset({"from", "to", "before", "after"})


@dataclass(frozen=True)
class FilterForm:
    """The form of one condition; ``parameter`` says which of the list it is, "" one that is being added.

    ``steps`` are the path of the group that it is to stand in.
    """

    spec: FieldSpec
    parameter: str
    present: Condition
    options: list[tuple[str, str]]
    ticked: frozenset[str]
    texts: list[str]
    without: str  # the list's address without this condition
    steps: tuple[str, ...] = ()
    problem: str = ""

    @property
    def operators(self) -> list[tuple[str, Any]]:
        return [(key, OPERATORS[key]) for key in self.spec.kind.operators]

    @property
    def group(self) -> str:
        return ".".join(self.steps)

    @property
    def is_in_any(self) -> bool:
        return bool(self.steps) and how_of(self.steps[-1]) == "any"

    @property
    def takes_others(self) -> bool:
        """Whether it can stand in a group of any, beside others."""
        return self.is_in_any or not is_too_deep((*self.steps, "any1"))

    @property
    def opened_by(self) -> str:
        """The parameter of the chip under which the form stands."""
        return self.parameter or self.group

    @property
    def currency(self) -> str:
        """What an amount is in that is typed without one."""
        return current_tenant().currency if isinstance(self.spec.kind, Money) else ""

    @property
    def is_day(self) -> bool:
        return isinstance(self.spec.kind, Date)

    @property
    def days(self) -> list[str]:
        return [value for value in self.present.values if day_in(value)] or [""]


def read_form(request: WorkspaceRequest, state: ViewState) -> FilterForm | None:
    """The form that the address opens (``edit=<parameter>``) or that was sent (``_field=…``)."""
    sent = "_field" in request.POST
    parameter = request.POST.get("_was", "") if sent else request.GET.get("edit", "")
    steps, name = split_path(parameter)
    name = name.partition("__")[0]
    if sent:
        name = request.POST.get("_field", "")
        steps = _steps_of(request.POST.get("_in", ""))
    if not state.query.type.has(name) or not (spec := state.query.type.spec(name)).kind.operators:
        return None
    before = dict(placed(state.query.conditions)).get(parameter)
    before = before if before and before.field == name else None
    shown = before or Condition(name, spec.kind.operators[0])
    problem = ""
    if sent:
        shown, problem = as_kept(spec, _sent(request, spec, before))
        problem = problem or problem_of(spec, shown, request.actor) or _too_long(state, shown, parameter, steps)
    options, ticked = _options(spec, shown, request.actor)
    words = list(shown.values) if problem else [_retyped(spec, value, request.actor) for value in shown.values]
    return FilterForm(
        spec,
        parameter if before else "",
        shown,
        options,
        ticked,
        [*words, ""],
        state.without(parameter) if before else "",
        steps,
        problem,
    )


def _steps_of(path: str) -> tuple[str, ...]:
    return split_path(f"{path}.")[0] if path else ()


def address_with(state: ViewState, form: FilterForm, was: str, *, more: bool) -> str:
    """The list's address with what the form sent in the place of what it was.

    With ``more``, that will stand among others any of which is enough, and the address opens the choice of the next.
    """
    steps, before = form.steps, parts_at(state.query.conditions, form.steps)
    one: Part = _joined(form.present, before, was)
    more = more and form.takes_others
    if is_wrapped := more and not form.is_in_any:
        one = Group("any", (one,))
    conditions = _put(state, one, form.present.parameter, was, steps)
    address = state.address(replace(state.query, conditions=conditions))
    if is_wrapped:
        steps = (*steps, next(name for name, part in named(parts_at(conditions, steps)) if part is one))
    return f"{address}&edit={'.'.join(steps)}#filter" if more else address


def _joined(new: Condition, beside: Iterable[Part], was: str) -> Condition:
    """The ``new`` condition with the values of another one of the same field and operator."""
    twin = dict(named(beside)).get(new.parameter)
    if new.parameter == split_path(was)[1] or new.operator in OF_ONE_VALUE or not isinstance(twin, Condition):
        return new
    return replace(new, values=tuple(dict.fromkeys([*twin.values, *new.values])))


def _put(state: ViewState, new: Part, parameter: str, was: str, steps: tuple[str, ...]) -> tuple[Part, ...]:
    """The list's conditions with ``new`` in the place of the one that it was, or of its twin at ``parameter``."""
    replaced = {split_path(was)[1], parameter}

    def put(parts: tuple[Part, ...]) -> Iterable[Part]:
        here = list(named(parts))
        place = next((i for i, (name, _part) in enumerate(here) if name in replaced), len(here))
        before = [part for name, part in here[:place] if name not in replaced]
        return (*before, new, *(part for name, part in here[place:] if name not in replaced))

    return edited(state.query.conditions, steps, put)


def _sent(request: WorkspaceRequest, spec: FieldSpec, before: Condition | None) -> Condition:
    """The condition of the form. What stands for several (``meaning:open``) stays that while just they are ticked."""
    operator = request.POST.get("_operator", "is")
    values = tuple(dict.fromkeys(value for value in request.POST.getlist("_value") if value.strip()))
    if operator in WITHOUT_VALUE:
        values = ()
    if before and values and frozenset(values) == _options(spec, before, request.actor)[1]:
        values = before.values
    return Condition(spec.name, operator, values)


def as_kept(spec: FieldSpec, sent: Condition) -> tuple[Condition, str]:
    """The condition with what was typed as addresses hold it; and what is wrong with that, if anything."""
    try:
        look = look_of(spec)
        values = tuple(look.typed(value) for value in sent.values)
    except ValidationError as error:
        return sent, " ".join(error.messages)
    return Condition(sent.field, sent.operator, values), ""


def problem_of(spec: FieldSpec, sent: Condition, actor: Membership) -> str:
    if sent.operator not in spec.kind.operators:
        return _("Choose a condition.")
    if sent.operator in WITHOUT_VALUE:
        return ""
    if not sent.values:
        return _("Choose a value, or remove the filter.")
    if sent.operator in OF_ONE_VALUE and len(sent.values) > 1:
        return _("“%(operator)s” takes one value.") % {"operator": OPERATORS[sent.operator]}
    try:
        spec.kind.q(spec, sent.operator, list(sent.values), actor)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _too_long(state: ViewState, sent: Condition, was: str, steps: tuple[str, ...]) -> str:
    """What is wrong with a condition that no address can hold."""

    def fits(count: int) -> bool:
        some = _joined(replace(sent, values=sent.values[:count]), parts_at(state.query.conditions, steps), was)
        conditions = _put(state, some, sent.parameter, was, steps)
        return len(state.address(replace(state.query, conditions=conditions))) <= LONGEST_QUERY

    count = len(sent.values)
    if fits(count):
        return ""
    if count < 2 or not fits(1):
        return _("With this, the list would have more filters than an address can hold.")
    most = bisect_right(range(1, count), False, key=lambda number: not fits(number))
    words = {"most": formats.number(most), "chosen": formats.number(count)}
    return _("Of the %(chosen)s values, %(most)s fit. Choose fewer, or leave others out by “is not”.") % words


def _options(spec: FieldSpec, shown: Condition, actor: Membership) -> tuple[list[tuple[str, str]], frozenset[str]]:
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
    except Exception:  # such a condition is left out; its text stays, to be corrected
        return value


def _retyped(spec: FieldSpec, value: str, actor: Membership) -> str:
    try:
        return look_of(spec).retyped(value, actor)
    except Exception:  # as above
        return value
