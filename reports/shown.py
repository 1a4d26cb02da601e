"""Values as people read them, in their language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.ui import format as formats
from reports.answers import Figure
from reports.cells import Cell, currencies_of


@dataclass(frozen=True)
class Change:
    """From ``before`` to now, in ``words`` and with the ``tone`` that it has; ``url`` leads to the rows of before.

    Without words the two are not to be compared; ``but`` says why.
    """

    words: str
    tone: str
    before: str
    url: str = ""
    but: str = ""


def lines(cell: Cell) -> list[str]:
    """Return the value as one line, or a line for each currency; none when there is nothing to show."""
    if cell.kind == "money":
        return [formats.money(cell.value[currency], currency) for currency in currencies_of([cell.value])]
    if cell.kind == "count":
        return [formats.number(cell.value)]
    if cell.kind == "ratio":
        return [] if cell.value is None else [percent(cell.value)]
    return [str(cell.value)] if cell.value else []


def percent(value: Fraction) -> str:
    """A rate: ``63.1%``, ``50%``. Two decimals would claim more than so few rows can tell."""
    return formats.points(as_decimal(value) * 100)


def as_decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def changes(figure: Figure) -> list[Change]:
    """Return what has changed since ``figure.before``: for money a change in each currency."""
    if figure.before is None:
        return []
    if figure.data_from is not None:
        but = _("no data before %(day)s") % {"day": formats.date(figure.data_from)}
        known = ", ".join(lines(figure.before)) if figure.before.value else ""
        return [Change("", "neutral", known, figure.before.url, but)]
    now, before, good, url = figure.cell.value, figure.before.value, figure.good, figure.before.url
    if figure.cell.kind == "money":
        return [
            _change(now.get(one, 0), before.get(one, 0), partial(formats.money, currency=one), good, url)
            for one in currencies_of([now, before])
        ]
    if figure.cell.kind == "ratio":
        return [] if now is None or before is None else [_points(now, before, good, url)]
    return [_change(now, before, formats.number, good, url)]


def _change(now: int, before: int, write: Callable[[int], str], good: str, url: str) -> Change:
    if now == before:
        return Change(_("no change"), "neutral", write(before), url)
    words = percent(abs(Fraction(now - before, before))) if before > 0 else ""
    if words in ("", percent(Fraction(0))):  # too small for one digit, or from nothing
        words = write(abs(now - before))
    return Change(f"{'+' if now > before else '−'}{words}", _tone(now > before, good), write(before), url)


def _points(now: Fraction, before: Fraction, good: str, url: str) -> Change:
    """A ratio changes by percentage points: "+5 %" could mean two things."""
    rounded = round(as_decimal(now - before) * 100, 1)
    if not rounded:
        return Change(_("no change"), "neutral", percent(before), url)
    sign = "+" if rounded > 0 else "−"
    words = ngettext("%(number)s point", "%(number)s points", 1 if abs(rounded) == 1 else 2)
    words %= {"number": f"{sign}{formats.number(abs(rounded))}"}
    return Change(words, _tone(rounded > 0, good), percent(before), url)


def _tone(up: bool, good: str) -> str:
    return "success" if up == (good == "up") else "danger"
