"""One value of a report, and where the rows behind it are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from crm.tenants.context import current_tenant

Kind = Literal["text", "count", "money", "ratio"]
Money = dict[str, int]  # currency → minor units: never one number, since sums do not mix currencies


@dataclass(frozen=True)
class Cell:
    """One value, and the address of the rows behind it ("" = nothing to show).

    ``value``: str, int, ``Money`` or a ``Fraction`` (None: nothing to divide by), as ``kind`` says.
    """

    kind: Kind
    value: Any
    url: str = ""


def text(value: Any, url: str = "") -> Cell:
    return Cell("text", value, url)


def count(value: int, url: str = "") -> Cell:
    return Cell("count", value, url if value else "")


def money(value: Money, url: str = "") -> Cell:
    return Cell("money", value, url if value else "")


def ratio(part: int, whole: int, url: str = "") -> Cell:
    return Cell("ratio", Fraction(part, whole) if whole else None, url if whole else "")


def add_money(into: Money, currency: str, minor: int | None) -> None:
    """Add to the sum of one currency; None (no amount given) leaves it out rather than writing a zero."""
    if minor is not None:
        into[currency] = into.get(currency, 0) + minor


def currencies_of(sums: Iterable[Money]) -> list[str]:
    """Return the currencies that occur in ``sums``: the workspace's own first, then by name."""
    own = current_tenant().currency
    return sorted({currency for money in sums for currency in money}, key=lambda currency: (currency != own, currency))
