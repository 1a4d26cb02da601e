"""What can be measured of the records of a query: sums of money, the first and the last of days.

Sums are integers all the way, and one for each currency: an amount never becomes a float or waits in Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.db.models import (
    Aggregate,
    BigIntegerField,
    Case,
    ExpressionWrapper,
    F,
    Max,
    Min,
    Q,
    Value,
    When,
)
from django.db.models import Sum as SumOf
from django.db.models.expressions import Combinable

from crm.catalogue.types import RecordType
from crm.fields.kinds import Money
from crm.fields.spec import FieldSpec

MOST_AT_ONCE = (2**63 - 100) // 100  # minor units whose product with 100 % is a bigint


@dataclass(frozen=True)
class Sum:
    """The amounts of a field of money, by currency."""

    field: str

    @cached_property
    def name(self) -> str:
        return f"sum:{self.field}"

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.field,)

    def currency(self, record_type: RecordType) -> str:
        """The column of the currency."""
        return _money(record_type.spec(self.field)).currency

    def aggregate(self, record_type: RecordType, only: Q) -> Aggregate:
        return SumOf(self.amount(record_type), filter=only or None)

    def amount(self, record_type: RecordType) -> Any:
        spec = record_type.spec(self.field)
        return F(_money(spec).minor(spec))


@dataclass(frozen=True)
class Weighted(Sum):
    """The amounts times the per cent of another field, each rounded half to even."""

    by: str = "probability"

    @cached_property
    def name(self) -> str:
        return f"weighted:{self.field}:{self.by}"

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.field, self.by)

    def amount(self, record_type: RecordType) -> Any:
        return share(super().amount(record_type), F(record_type.spec(self.by).column))


@dataclass(frozen=True)
class First:
    """The first day or moment, or the least number, of a field; ``Last`` is the other end."""

    field: str

    @cached_property
    def name(self) -> str:
        return f"first:{self.field}"

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.field,)

    def aggregate(self, record_type: RecordType, only: Q) -> Aggregate:
        return Min(self.expression(record_type), filter=only or None)

    def expression(self, record_type: RecordType) -> Any:
        spec = record_type.spec(self.field)
        return spec.kind.expression(spec)

    def better(self, one: Any, other: Any) -> Any:
        """Which of two, of which one may be None, it is."""
        return min((each for each in (one, other) if each is not None), default=None)


@dataclass(frozen=True)
class Last(First):
    @cached_property
    def name(self) -> str:
        return f"last:{self.field}"

    def aggregate(self, record_type: RecordType, only: Q) -> Aggregate:
        return Max(self.expression(record_type), filter=only or None)

    def better(self, one: Any, other: Any) -> Any:
        return max((each for each in (one, other) if each is not None), default=None)


Measure = Sum | First


def measure_named(name: str) -> Measure:
    """The measure of that ``name``; raises ``KeyError``."""
    kind, *fields = name.split(":")
    kinds: dict[str, type[Measure]] = {"sum": Sum, "weighted": Weighted, "first": First, "last": Last}
    return kinds[kind](*fields)


def _money(spec: FieldSpec) -> Money:
    return cast(Money, spec.kind)


def _integer(expression: Combinable) -> ExpressionWrapper:
    return ExpressionWrapper(expression, output_field=BigIntegerField())


def share(minor: Any, percent: Any) -> Case:
    """``minor`` × ``percent`` / 100, rounded half to even.

    Half to even without a float: 49 more, and one more when the quotient is odd, carries exactly from 50.5 (odd: 50)
    hundredths on. PostgreSQL's ``/`` and ``%`` cut towards zero, hence the mirror image for amounts below zero. Where
    the product would overflow, the hundreds are multiplied apart from the rest, which takes longer to work out.
    """
    whole = _integer(minor * percent)
    usual = _integer(_integer(whole + Value(49)) + _integer(_integer(whole / Value(100)) % Value(2)))
    hundreds = _integer(minor / Value(100))
    product = _integer(_integer(minor % Value(100)) * percent)
    quotient = _integer(hundreds * percent + _integer(product / Value(100)))
    rest = _integer(_integer(product % Value(100)) + _integer(quotient % Value(2)))
    return Case(
        When(Q(**{f"{minor.name}__range": (0, MOST_AT_ONCE)}), then=_integer(usual / Value(100))),
        When(
            Q(**{f"{minor.name}__lt": 0}),
            then=_integer(quotient + _integer(_integer(rest - Value(49)) / Value(100))),
        ),
        default=_integer(quotient + _integer(_integer(rest + Value(49)) / Value(100))),
        output_field=BigIntegerField(),
    )
