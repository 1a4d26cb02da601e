"""Values as people read them, in their language."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from crm.ui import format as formats
from reports.answers import Figure
from reports.cells import Cell, Money, currencies_of

EQUAL = "="
Change = tuple[str, str]  # words, tone


def lines(cell: Cell) -> list[str]:
    """Return the value as one line, or a line for each currency; none when there is nothing to show."""
    if cell.kind == "money":
        return [formats.money(cell.value[currency], currency) for currency in currencies_of([cell.value])]
    if cell.kind == "count":
        return [formats.number(cell.value)]
    if cell.kind == "ratio":
        return [] if cell.value is None else [percent(cell.value)]
    return [str(cell.value)] if cell.value else []


def percent(value: Fraction, digits: int = 2) -> str:
    return formats.percent(as_decimal(value), digits=digits)


def as_decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def changes(figure: Figure) -> list[Change]:
    """Return what has changed since ``figure.before``, with the tone it has: one for each currency of money."""
    if figure.before is None:
        return []
    now, before = figure.cell.value, figure.before.value
    if figure.cell.kind == "money":
        return [_money_change(now, before, currency, figure.good) for currency in currencies_of([now, before])]
    if figure.cell.kind == "ratio":
        return [] if now is None or before is None else [_points(now - before, figure.good)]
    return [_change(now, before, formats.number(abs(now - before)), figure.good)]


def _money_change(now: Money, before: Money, currency: str, good: str) -> Change:
    new, old = now.get(currency, 0), before.get(currency, 0)
    return _change(new, old, formats.money(abs(new - old), currency), good)


def _change(now: int, before: int, difference: str, good: str) -> Change:
    if now == before:
        return EQUAL, "neutral"
    sign = "+" if now > before else "−"
    words = percent(abs(Fraction(now - before, before)), digits=1) if before > 0 else difference
    return f"{sign}{words}", _tone(now > before, good)


def _points(difference: Fraction, good: str) -> Change:
    """A ratio changes by percentage points: "+5 %" could mean two things."""
    rounded = round(as_decimal(difference) * 100, 2)
    if not rounded:
        return EQUAL, "neutral"
    sign = "+" if rounded > 0 else "−"
    words = _("%(number)s points") % {"number": f"{sign}{formats.number(abs(rounded))}"}
    return words, _tone(rounded > 0, good)


def _tone(up: bool, good: str) -> str:
    return "success" if up == (good == "up") else "danger"
