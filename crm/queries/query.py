"""A question about the records of one type, as a value: which, in what order, showing what, counted how.

List, board, export, saved view, bulk run and report ask it; its address is the list of its rows, so that a number and
its link are the same question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import get_script_prefix
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.types import DefaultView, RecordType
from crm.fields.kinds import Money
from crm.fields.spec import FieldSpec, Predicate
from crm.queries.address import MOST_UNKNOWN, pairs_of, read_conditions
from crm.queries.condition import LONGEST_SHOWN, Condition, Group, Part, leaves_of, parts_of_json
from crm.queries.filter_set import passing
from crm.queries.measures import Measure, measure_named
from crm.records.access import visible_records
from crm.ui.paging import Ordering, Page, ids_by_key, page_by_key
from crm.users.models import Membership

_PLAIN = re.compile(r"[\w.,:~-]*", re.ASCII)  # as most of an address is: nothing to quote, which is found out sooner


@dataclass(frozen=True)
class Query:
    """All of ``conditions`` must hold. Without ``columns`` or ``sort`` it has those of the type.

    ``counts.counted`` tells its records apart by the values of ``groups``, and says ``measures`` of each.
    """

    type: RecordType
    conditions: tuple[Part, ...] = ()
    columns: tuple[str, ...] = ()
    sort: str = ""
    groups: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()

    # --- Which records

    def rows(self, actor: Membership) -> QuerySet:
        """The records that ``actor`` sees of it; raises ``ValidationError`` for a condition that cannot be read."""
        return self.among(visible_records(actor, self.type), actor)

    def among(self, queryset: QuerySet, actor: Membership) -> QuerySet:
        """Those of ``queryset`` that are meant; raises ``ValidationError`` for a condition that cannot be read."""
        found, unreadable = self.readable(queryset, actor)
        if unreadable:
            raise ValidationError(list(unreadable.values()))
        return found

    def readable(self, queryset: QuerySet, actor: Membership) -> tuple[QuerySet, dict[Condition, str]]:
        """Those of ``queryset`` that pass the conditions that can be read; and the others, each with the reason."""
        return passing(self.type, queryset, self.conditions, actor)

    def predicate(self, actor: Membership) -> Predicate:
        """What says whether a record, as it is in memory, meets its conditions; raises ``ValidationError`` as ``rows``
        does."""
        return Group("all", self.conditions).predicate(self.type, actor)

    @property
    def leaves(self) -> tuple[Condition, ...]:
        """Its conditions, those in groups too."""
        return leaves_of(self.conditions)

    def where(self, *parts: Part) -> Query:
        """Narrowed by ``parts``.

        A condition that says less than another of the same field gives way to it, so that chips stay short: "any of
        these" to some of these, "none of these" to more of these.
        """
        if not parts:
            return self
        found = list(self.conditions)
        for part in parts:
            for at, one in enumerate(found):
                if both := _merged(one, part):
                    found[at] = both
                    break
            else:
                found.append(part)
        return self._with(tuple(found))

    def instead(self, *parts: Part) -> Query:
        """With ``parts`` in the place of its conditions by the same fields."""
        fields = {leaf.field for part in parts for leaf in part.leaves}
        kept = [one for one in self.conditions if not (isinstance(one, Condition) and one.field in fields)]
        return self._with((*kept, *parts))

    def without(self, *parts: Part) -> Query:
        return self._with(tuple(one for one in self.conditions if one not in parts))

    def _with(self, conditions: tuple[Part, ...]) -> Query:
        """``replace`` in a third of its time: a report makes a query for each of its numbers."""
        return Query(self.type, conditions, self.columns, self.sort, self.groups, self.measures)

    # --- Where it is kept

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of ``address``, as a form's hidden inputs send them."""
        pairs = pairs_of(self.conditions) or [("filters", "none")]  # else a list opens on its default view
        if self.columns:
            pairs.append(("columns", ",".join(self.columns)))
        if self.sort:
            pairs.append(("sort", self.sort))
        return pairs

    def address(self) -> str:
        """``?…``: what stands behind the address of the type's list, board or export."""
        return address_of(self.pairs())

    def url(self) -> str:
        """The list of its rows. Not ``reverse()``: a report has hundreds."""
        return f"{get_script_prefix()}{self.type.key}/{self.address()}"

    def as_json(self) -> dict[str, Any]:
        kept: dict[str, Any] = {
            "filters": [part.as_json() for part in self.conditions],
            "columns": list(self.columns),
            "sort": self.sort,
        }
        if self.groups or self.measures:
            kept |= {"groups": list(self.groups), "measures": [one.name for one in self.measures]}
        return kept

    # --- How its rows are shown

    def page(self, records: QuerySet, actor: Membership, **place: Any) -> Page:
        """A page of ``records`` (those that ``readable`` returned) in its order, as ``actor`` may see them, and with
        all that its columns show; ``place`` says to ``page_by_key`` which one, and how far to count."""
        rows = self.type.with_related(records, (*self.specs, self.type.spec("name")))
        page = page_by_key(rows, self.ordering(actor), **place)
        self.type.look_ahead(page.rows, {spec.name for spec in self.specs})
        return page

    @property
    def amounts(self) -> tuple[FieldSpec, ...]:
        """Its columns of money."""
        return tuple(spec for spec in self.specs if isinstance(spec.kind, Money))

    def sums(self, records: QuerySet) -> list[tuple[FieldSpec, str, int]]:
        """The sums of its columns of money over ``records``, in minor units: one for each currency."""
        return [
            (spec, currency, total)
            for spec in self.specs
            if isinstance(spec.kind, Money)
            for currency, total in spec.kind.sums(spec, records).items()
        ]

    def ids(self, records: QuerySet, actor: Membership, limit: int) -> list[UUID]:
        """Which of ``records`` come first in its order, as of one moment: between pages rows change places."""
        return ids_by_key(records, self.ordering(actor), limit=limit)

    def ordering(self, actor: Membership) -> Ordering:
        """How ``records`` (those that ``readable`` returned) are ordered for ``actor``."""
        spec = self.sort_spec
        passed = [one for one in self.conditions if isinstance(one, Condition) and one.field == spec.name]
        filters = [(one.operator, list(one.values)) for one in passed]
        try:
            return spec.kind.ordering(spec, self.descending, filters, actor)
        except Exception:  # ``readable`` has said so
            return spec.kind.ordering(spec, self.descending, [], actor)

    @property
    def specs(self) -> tuple[FieldSpec, ...]:
        """The fields of the columns."""
        return self.type.specs(self.columns) or self.type.specs(self.type.columns)

    @property
    def resting(self) -> tuple[FieldSpec, ...]:
        """The own fields among the columns that were taken away: they are shown once they are back."""
        return tuple(self.type.specs_that_were(name for name in self.columns if not self.type.has(name)))

    @property
    def lost(self) -> list[str]:
        """What of columns and order there is not now, in words; it stays part of the query."""
        return _in_vain(self.type, [name for name in self.columns if not self.type.has(name)], self.sort)

    def that_can_be_kept(self) -> tuple[Query, list[str]]:
        """It without columns and an order that there never were; and what that leaves out, in words.

        Own fields that were taken away may come back, and others may see what is hidden.
        """
        columns = tuple(name for name in self.columns if _was_ever(self.type, name))
        sort = self.sort if _can_sort(self.type, self.sort) or _was_ever(self.type, self.sort.removeprefix("-")) else ""
        never = [name for name in self.columns if name not in columns]
        return replace(self, columns=columns, sort=sort), _in_vain(self.type, never, "" if sort else self.sort)

    @property
    def _order(self) -> str:
        return self.sort if _can_sort(self.type, self.sort) else self.type.sort

    @property
    def sort_spec(self) -> FieldSpec:
        return self.type.spec(self._order.removeprefix("-"))

    @property
    def descending(self) -> bool:
        return self._order.startswith("-")


def address_of(pairs: list[tuple[str, str]]) -> str:
    return "?" + "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in pairs])


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote_plus(text, safe=",:")


def _merged(one: Part, other: Part) -> Part | None:
    """What both say together, if that is one condition."""
    if not (isinstance(one, Condition) and isinstance(other, Condition)):
        return one if one == other else None
    if one.field != other.field or one.operator != other.operator:
        return None
    if one.values == other.values:
        return one
    if one.operator == "is" and set(other.values) <= set(one.values):
        return other
    if one.operator == "is" and set(one.values) <= set(other.values):
        return one
    if one.operator == "not":
        return replace(one, values=tuple(dict.fromkeys((*one.values, *other.values))))
    return None


def query_of_json(record_type: RecordType, kept: dict[str, Any]) -> Query:
    """Read what ``Query.as_json`` wrote, also what there is no field for now: it may come back."""
    return Query(
        record_type,
        parts_of_json(kept.get("filters", ())),
        tuple(kept.get("columns", ())),
        kept.get("sort", ""),
        tuple(kept.get("groups", ())),
        tuple(measure_named(name) for name in kept.get("measures", ())),
    )


def query_of_default(record_type: RecordType, default: DefaultView) -> Query:
    return Query(record_type, parts_of_json(default.filters), default.columns, default.sort)


def read_query(data: QueryDict, base: Query) -> tuple[Query, list[str]]:
    """Read an address over ``base``; return also which of its conditions could not be understood.

    Columns and order stay as they are asked for, be it in vain (``Query.lost``): the rows are right without them.
    """
    conditions, problems = read_conditions(base.type, data)
    query = replace(base, sort=data.get("sort") or base.sort)
    if conditions or data.get("filters") == "none":
        query = replace(query, conditions=conditions)
    # A form of check boxes sends ``columns`` once for each, a link sends them joined.
    if names := dict.fromkeys(name for part in data.getlist("columns") for name in part.split(",") if name):
        asked = tuple(names)
        query = replace(query, columns=asked if any(map(base.type.has, asked)) else (*base.columns, *asked))
    return query, problems


def _can_sort(record_type: RecordType, sort: str) -> bool:
    name = sort.removeprefix("-")
    return record_type.has(name) and record_type.spec(name).kind.sortable


def _was_ever(record_type: RecordType, name: str) -> bool:
    """Whether there is the field, for somebody, or was when it was one of the workspace's own."""
    found = record_type.has(name) or name in record_type.hidden
    return found or next(record_type.specs_that_were([name]), None) is not None


def _in_vain(record_type: RecordType, columns: list[str], sort: str) -> list[str]:
    """Say which columns there are not, and why the list is not in the order ``sort``. Columns that are hidden are left
    out without a word: a view for all has them for others."""
    found = []
    if columns := [name for name in columns if name not in record_type.hidden]:
        names = ", ".join(f"“{_shown(record_type, name)}”" for name in columns[:MOST_UNKNOWN])
        found.append(_("Columns left out, as there are no such fields now: %(names)s.") % {"names": names})
    if sort and not _can_sort(record_type, sort):
        name = sort.removeprefix("-")
        text = _("Not sorted by “%(name)s”: there is no such field now.")
        if name in record_type.hidden:
            text = _("Not sorted by “%(name)s”: your role does not show it.")
        elif record_type.has(name):
            text = _("Not sorted by “%(name)s”: lists cannot be sorted by it.")
        found.append(text % {"name": _shown(record_type, name)})
    return found


def _shown(record_type: RecordType, name: str) -> str:
    if name in record_type.hidden:
        return catalogue.label_of(record_type, name)
    own = next(record_type.specs_that_were([name]), None)
    return str(own.label if own else record_type.labels().get(name, name))[:LONGEST_SHOWN]
