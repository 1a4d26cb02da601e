"""Conditions in an address, there and back (decision 11).

A condition is ``field=value`` or ``field__operator=value``, once for each value (those that its kind can split, as
choices, may be joined by commas). A group is a path before it, in which each step says how it joins and which it is:
``any1.rating=hot&any1.source=web``, ``any1.all1.city=Bonn``. No field's name holds a point, so that none is taken for
a group. ``NOT_FILTERS`` and ``TRACKING`` are what an address may hold beside conditions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import cast

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.catalogue.types import RecordType
from crm.queries.condition import DEEPEST, LONGEST_SHOWN, WITHOUT_VALUE, Condition, Group, How, Part
from crm.ui import format as formats

# What stands in addresses of lists beside conditions: the rest of the query, the place in the list, what a dialog over
# it asks, where a move on a board comes from.
NOT_FILTERS = frozenset(
    "view filters columns sort after before page count edit show up down back board moved_from _name _written".split()
)
# What mail programs and advertisements put behind every address
TRACKING = re.compile(
    r"(utm|mtm|matomo|pk|hsa|gad|oft|oly|vero|ml)_.+|_{1,2}hs[a-z]+|hsctatracking|_ga|_gl|_gac|_kx|_openstat|__s"
    r"|[a-z]*clk?id|[a-z]+_clickid|[gw]braid|srsltid|igshi?d?|mc_[ce]id|mkt_tok|s_(kw)?cid|li_fat_id|wickedid|epik",
    re.I,
)
STEP = re.compile(r"(any|all)[1-9][0-9]{0,2}")  # of the path of a group
MOST_UNKNOWN = 20  # conditions by nothing that an address is told of one by one
MOST_READ = 60  # conditions of an address: each has a form on the page, and no person asks by more
LONGEST_QUERY = 4500  # characters of a list's query: others hold it as ``back``, and servers take no more than 8190


def named(parts: Iterable[Part]) -> Iterator[tuple[str, Part]]:
    """The ``parts`` of a group, each with its parameter or its step.

    Of two conditions that have the same parameter, which would be read as one with the values of both, the second is a
    group of its own.
    """
    taken: set[str] = set()
    numbers = {"any": 0, "all": 0}
    for part in parts:
        parameter = part.parameter if isinstance(part, Condition) else None
        if parameter is not None and parameter not in taken:
            taken.add(parameter)
            yield parameter, part
            continue
        group = part if isinstance(part, Group) else Group("all", (part,))
        numbers[group.how] += 1
        yield f"{group.how}{numbers[group.how]}", group


def placed(parts: Iterable[Part], path: str = "") -> Iterator[tuple[str, Condition]]:
    """Each condition with its parameter in an address, those in groups too, in order."""
    for name, part in named(parts):
        if isinstance(part, Group):
            yield from placed(part.parts, f"{path}{name}.")
        else:
            yield f"{path}{name}", part


def parts_at(parts: Iterable[Part], steps: tuple[str, ...]) -> tuple[Part, ...]:
    """What stands in the group at ``steps``; nothing where there is none."""
    here = tuple(parts)
    for step in steps:
        group = dict(named(here)).get(step)
        here = group.parts if isinstance(group, Group) else ()
    return here


def edited(
    parts: Iterable[Part], steps: tuple[str, ...], change: Callable[[tuple[Part, ...]], Iterable[Part]]
) -> tuple[Part, ...]:
    """``parts`` with those of the group at ``steps`` changed; one that is empty goes, one that is not there is made."""
    here = list(named(parts))
    if not steps:
        return tuple(change(tuple(part for _name, part in here)))
    first, *rest = steps
    if first not in [name for name, _part in here]:
        here.append((first, Group(how_of(first))))
    found: list[Part] = []
    for name, part in here:
        if name != first or not isinstance(part, Group):
            found.append(part)
        elif kept := edited(part.parts, tuple(rest), change):
            found.append(replace(part, parts=kept))
    return tuple(found)


def without(parts: Iterable[Part], parameter: str) -> tuple[Part, ...]:
    """``parts`` without the condition, or the group, at ``parameter``."""
    steps, last = split_path(parameter)
    return edited(parts, steps, lambda here: (part for name, part in named(here) if name != last))


def how_of(step: str) -> How:
    return cast(How, step[:3])


def pairs_of(parts: Iterable[Part]) -> list[tuple[str, str]]:
    """The parameters that stand for ``parts``; a condition without a value is "yes"."""
    return [(name, value) for name, one in placed(parts) for value in one.values or ("yes",)]


def is_filter(parameter: str, value: str = "") -> bool:
    """Whether ``parameter`` of an address stands for a condition, be it one by nothing."""
    if parameter == "filters":
        return value not in ("", "none")
    return parameter not in NOT_FILTERS and not TRACKING.fullmatch(parameter)


def split_path(parameter: str) -> tuple[tuple[str, ...], str]:
    """The steps of the groups that ``parameter`` stands in, and what comes after them."""
    *steps, rest = parameter.split(".")
    if steps and all(STEP.fullmatch(step) for step in steps):
        return tuple(steps), rest
    return (), parameter


@dataclass
class _Node:
    """A group that is being read: its groups by their step and a point, its conditions by their parameter."""

    how: How = "all"
    parts: dict[str, _Node | Condition] = field(default_factory=dict)

    def within(self, steps: tuple[str, ...]) -> _Node:
        node = self
        for step in steps:
            node = cast(_Node, node.parts.setdefault(f"{step}.", _Node(how_of(step))))
        return node

    def made(self) -> tuple[Part, ...]:
        return tuple(Group(part.how, part.made()) if isinstance(part, _Node) else part for part in self.parts.values())


def read_conditions(record_type: RecordType, data: QueryDict) -> tuple[tuple[Part, ...], list[str]]:
    """The conditions of an address, and what of it could not be understood."""
    root = _Node()
    problems: list[str] = []
    read = unknown = 0
    for parameter in data:
        if not is_filter(parameter, data.get(parameter, "")):
            continue
        steps, name = split_path(parameter)
        one = _read(record_type, name, data.getlist(parameter))
        if one is None:
            continue
        is_known = record_type.has(one.field)
        unknown += not is_known
        if not is_known and unknown > MOST_UNKNOWN:
            continue
        if _cannot_be_held(steps, one):
            words = {"name": (parameter or f"={one.values[0]}")[:LONGEST_SHOWN]}
            problems.append(_("The filter “%(name)s” was left out: it cannot be read.") % words)
            continue
        read += 1
        if read > MOST_READ:
            continue
        parts = root.within(steps).parts
        if isinstance(twin := parts.get(one.parameter), Condition):  # written in another way: ``city``, ``city__is``
            one = replace(one, values=tuple(dict.fromkeys((*twin.values, *one.values))))
        parts[one.parameter] = one
    if unknown > MOST_UNKNOWN:
        problems.append(_told_unknown(unknown - MOST_UNKNOWN))
    if read > MOST_READ:
        problems.append(_told_beyond(read - MOST_READ))
    return root.made(), problems


def _read(record_type: RecordType, parameter: str, texts: list[str]) -> Condition | None:
    """What ``parameter`` asks for; None without a value."""
    name, _separator, operator = parameter.partition("__")
    split = record_type.spec(name).kind.split if record_type.has(name) else lambda text: [text]
    values = tuple(dict.fromkeys(part for one in texts for part in split(one) if part))
    if not values:
        return None
    return Condition(name, operator or "is", () if operator in WITHOUT_VALUE else values)


def _cannot_be_held(steps: tuple[str, ...], one: Condition) -> bool:
    """Whether no address holds it: it is too long, too deep, or would be read as another thing (``view__is``)."""
    value = one.values[-1] if one.values else "yes"
    is_itself = bool(one.field) and (bool(steps) or is_filter(one.parameter, value))
    return not is_itself or is_too_deep(steps) or len("".join((one.parameter, *one.values))) > LONGEST_QUERY


def is_too_deep(steps: tuple[str, ...]) -> bool:
    """Whether no address holds what stands at ``steps``. In the deepest group too the second of two conditions of one
    parameter stands in a group of its own (``named``)."""
    return len(steps) > DEEPEST + (bool(steps) and how_of(steps[-1]) == "all")


def _told_unknown(count: int) -> str:
    text = ngettext(
        "%(count)s more filter was left out: there is no such field.",
        "%(count)s more filters were left out: there are no such fields.",
        count,
    )
    return text % {"count": formats.number(count)}


def _told_beyond(count: int) -> str:
    text = ngettext(
        "%(count)s more filter was left out: a list takes %(most)s at once.",
        "%(count)s more filters were left out: a list takes %(most)s at once.",
        count,
    )
    return text % {"count": formats.number(count), "most": formats.number(MOST_READ)}
