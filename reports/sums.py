"""Sums that PostgreSQL does. Integers all the way: an amount never becomes a float or waits in Python."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, BigIntegerField, Case, Count, ExpressionWrapper, F, Q, Sum, Value, When
from django.db.models.expressions import Combinable


def _integer(expression: Combinable) -> ExpressionWrapper:
    return ExpressionWrapper(expression, output_field=BigIntegerField())


def weighted_minor() -> Case:
    """Amount × probability / 100 of one opportunity in minor units, rounded half to even.

    The hundreds are multiplied apart from the rest, so that even the largest amount cannot overflow. Half to even
    without a float: 49 more, and one more when the quotient is odd, carries exactly from 50.5 (odd: 50) hundredths on.
    PostgreSQL's ``/`` and ``%`` cut towards zero, hence the mirror image for amounts below zero.
    """
    hundreds = _integer(F("amount_minor") / Value(100))
    product = _integer(_integer(F("amount_minor") % Value(100)) * F("probability"))
    quotient = _integer(hundreds * F("probability") + _integer(product / Value(100)))
    rest = _integer(_integer(product % Value(100)) + _integer(quotient % Value(2)))
    return Case(
        When(amount_minor__lt=0, then=_integer(quotient + _integer(_integer(rest - Value(49)) / Value(100)))),
        default=_integer(quotient + _integer(_integer(rest + Value(49)) / Value(100))),
        output_field=BigIntegerField(),
    )


def by_case(cases: dict[str, Q]) -> dict[str, Aggregate]:
    """Number (``<case>``) and amount (``<case>_sum``) of the opportunities that meet each of ``cases``, in one pass."""
    # Counted by a column of the index "opportunity_totals", so that the rows themselves are not read.
    numbers: dict[str, Aggregate] = {key: Count("stage_id", filter=case) for key, case in cases.items()}
    return numbers | {f"{key}_sum": Sum("amount_minor", filter=case) for key, case in cases.items()}


def is_before(in_period: dict[str, Any]) -> Case:
    """1 for rows outside the period (whose ``conditions`` or ``moments`` are given), else 0.

    Over ``period.with_before()`` one query then serves the period and its comparison.
    """
    return Case(When(**in_period, then=Value(0)), default=Value(1)) if in_period else Case(default=Value(0))
