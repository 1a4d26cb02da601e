"""Conditions on records, alone and in groups: values that stand in addresses, saved views, reports and runs.

A ``Condition`` says its ``Q``, is a predicate of records in memory, and reads as words. A ``Group`` joins several by
"any" or "all", and may stand within another. What a condition cannot be asked by (its field is gone, or never was) it
stays: it is left out with a word, and never taken for "all rows".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from crm import catalogue
from crm.catalogue.types import RecordType
from crm.fields.kinds.base import OPERATORS
from crm.fields.look import look_of
from crm.fields.spec import FieldSpec, Predicate
from crm.users.models import Membership

How = Literal["any", "all"]
WITHOUT_VALUE = frozenset({"empty", "filled"})
DEEPEST = 4  # groups within each other
LONGEST_SHOWN = 100  # characters of a value in words


@dataclass(frozen=True)
class Condition:
    """``field`` ``operator`` any of ``values``."""

    field: str
    operator: str = "is"
    values: tuple[str, ...] = ()

    @property
    def parameter(self) -> str:
        """Its name in an address."""
        return self.field if self.operator == "is" else f"{self.field}__{self.operator}"

    @property
    def leaves(self) -> tuple[Condition, ...]:
        return (self,)

    def spec(self, record_type: RecordType) -> FieldSpec | None:
        """The field; None where there is none (any more)."""
        return record_type.find(self.field)

    def fault(self, record_type: RecordType) -> str:
        """Why nothing can be asked by it, whatever its values; "" where something can."""
        spec = self.spec(record_type)
        if spec is None and self.field in record_type.hidden:
            return _("Your role does not show this field.")
        if spec is None:
            known = self.field in record_type.labels()
            return _("The field is no longer in use.") if known else _("There is no such field.")
        if self.operator in spec.kind.operators:
            return ""
        return _("There is no such condition.") if spec.kind.operators else _("Lists cannot be filtered by this field.")

    def q(self, record_type: RecordType, actor: Membership) -> Q:
        """What a record must meet; raises ``ValidationError`` where that cannot be read."""
        spec = self._asked(record_type)
        return spec.kind.q(spec, self.operator, list(self.values) or ["yes"], actor)

    def predicate(self, record_type: RecordType, actor: Membership) -> Predicate:
        """What says whether a record, as it is in memory, meets it; raises as ``q`` does."""
        spec = self._asked(record_type)
        return spec.kind.predicate(spec, self.operator, list(self.values) or ["yes"], actor)

    def _asked(self, record_type: RecordType) -> FieldSpec:
        """The field that it asks by; raises ``ValidationError`` where there is a ``fault``."""
        spec = self.spec(record_type)
        if spec is None or self.operator not in spec.kind.operators:
            raise ValidationError(self.fault(record_type))
        return spec

    def words(self, record_type: RecordType, actor: Membership) -> str:
        """“Owner is me”."""
        return " ".join(part for part in self.said(record_type, actor) if part)

    def said(self, record_type: RecordType, actor: Membership) -> tuple[str, str, str]:
        """Field, operator and values in words; those of a field that was taken away outlive it. Of one that is hidden
        it is its name alone."""
        if self.field in record_type.hidden:
            return catalogue.label_of(record_type, self.field)[:LONGEST_SHOWN], "", ""
        spec = self.spec(record_type) or next(record_type.specs_that_were([self.field]), None)
        try:
            value = self.described(spec, actor)
        except Exception:  # a value that cannot be read is still named
            value = ", ".join(self.values)
        label = record_type.labels().get(self.field, self.field) if spec is None else spec.label
        operator = OPERATORS.get(self.operator, self.operator)
        return str(label)[:LONGEST_SHOWN], str(operator)[:LONGEST_SHOWN], value[:LONGEST_SHOWN]

    def described(self, spec: FieldSpec | None, actor: Membership) -> str:
        if self.operator in WITHOUT_VALUE:
            return ""
        words = look_of(spec).describe(list(self.values), actor) if spec else ""
        return words or ", ".join(self.values)

    def as_json(self) -> Any:
        return [self.field, self.operator, list(self.values)]


@dataclass(frozen=True)
class Group:
    """Any or all of its ``parts``, conditions and groups."""

    how: How
    parts: tuple[Part, ...] = ()

    @property
    def leaves(self) -> tuple[Condition, ...]:
        """The conditions in it, at any depth."""
        return leaves_of(self.parts)

    def q(self, record_type: RecordType, actor: Membership) -> Q:
        return joined(self.how, [part.q(record_type, actor) for part in self.parts])

    def predicate(self, record_type: RecordType, actor: Membership) -> Predicate:
        """What says whether a record, as it is in memory, meets any or all of them; raises as ``q`` does."""
        each = [part.predicate(record_type, actor) for part in self.parts]
        if len(each) == 1:
            return each[0]
        if self.how == "any" and each:
            return lambda record: any(holds(record) for holds in each)
        return lambda record: all(holds(record) for holds in each)

    def words(self, record_type: RecordType, actor: Membership) -> str:
        """“Rating is Hot or Source is Web form”; a group within it in brackets."""
        said = [part.words(record_type, actor) for part in self.parts]
        bracketed = [
            f"({words})" if isinstance(part, Group) and len(part.leaves) > 1 else words
            for part, words in zip(self.parts, said, strict=True)
        ]
        return (_(" or ") if self.how == "any" else _(" and ")).join(bracketed)

    def as_json(self) -> Any:
        return {self.how: [part.as_json() for part in self.parts]}


Part = Condition | Group


def joined(how: How, found: list[Q]) -> Q:
    """The ``found`` conditions as one. An empty ``Q`` holds for every record, which Django forgets beside an OR."""
    if how == "any" and not all(found):
        return Q()
    return reduce(or_ if how == "any" else and_, found, Q())


def without_leaves(parts: Iterable[Part], unwanted: Collection[Condition]) -> tuple[Part, ...]:
    """``parts`` without those conditions, in groups too; of a group that had no others nothing is left."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Condition):
            found += [] if part in unwanted else [part]
        elif kept := without_leaves(part.parts, unwanted):
            found.append(Group(part.how, kept))
    return tuple(found)


def leaves_of(parts: Iterable[Part]) -> tuple[Condition, ...]:
    """The conditions among ``parts``, and in the groups among them at any depth."""
    return tuple([leaf for part in parts for leaf in part.leaves])


def parts_of_json(kept: Iterable[Any]) -> tuple[Part, ...]:
    """Read what ``as_json`` of several wrote."""
    return tuple(_part_of_json(one) for one in kept)


def _part_of_json(kept: Any) -> Part:
    if isinstance(kept, dict):
        [(how, parts)] = kept.items()
        return Group(how, parts_of_json(parts))
    field, operator, values = kept
    return Condition(field, operator, tuple(values))


def replaced_in_json(kept: list[Any], gone: str, replacement: str | None) -> list[Any]:
    """What ``as_json`` wrote with ``replacement`` for each value ``gone``; what has no value left by that goes."""
    found: list[Any] = []
    for one in kept:
        if isinstance(one, dict):
            [(how, parts)] = one.items()
            if left := replaced_in_json(parts, gone, replacement):
                found.append({how: left})
            continue
        name, operator, values = one
        follow = dict.fromkeys(replacement if value == gone else value for value in values)
        left = [value for value in follow if value is not None]
        if left or not values:
            found.append([name, operator, left])
    return found


def kept_leaves(kept: Iterable[Any]) -> Iterator[Condition]:
    """The conditions in what ``as_json`` wrote, at any depth."""
    return iter(leaves_of(parts_of_json(kept)))
