"""How numbers and dates are written: a value, of a person's format or of a file's column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language

from crm.ui.format import locale_of

DAY_FIRST, MONTH_FIRST, SERIAL = "day", "month", "serial"
MONTH_DOTS, YEAR_FIRST = "month_dots", "year"
ORDERS = (DAY_FIRST, MONTH_FIRST, MONTH_DOTS, YEAR_FIRST)  # of day, month and year
SHARE, POINTS = "share", "points"
NUMBERS, DAYS, PERCENTS = "number", "day", "percent"  # what a kind's texts may depend on: ``Kind.reads``
DAY_ZERO = date(1899, 12, 30)  # of spreadsheets, unless a file says another one


@dataclass(frozen=True)
class Style:
    """``decimal`` is the sign before the decimals, ``group`` the one that the person's format groups digits by
    ("" = not known). ``days`` says what 03/04/2026 and 24/05/12 are, or that plain numbers are a spreadsheet's days
    (``SERIAL``), counted from ``day_zero``; before dots stands the day (03.04.2026), unless it is ``MONTH_DOTS`` or
    ``YEAR_FIRST``.
    ``percent`` says whether 0.5 is 50 % (``SHARE``) or half of one (``POINTS``); "" = nobody has said.
    ``signs`` are the codes of currency signs that stand for several, ``bare`` is that of amounts that name none ("" =
    nobody has said). ``exact``: chosen for a column, in which nothing
    is written otherwise; a person's own style is only preferred where a text could be read in two ways.
    """

    decimal: str = "."
    group: str = ""
    days: str = MONTH_FIRST
    signs: tuple[tuple[str, str], ...] = ()
    exact: bool = False
    percent: str = ""
    bare: str = ""
    day_zero: date = DAY_ZERO

    def chosen(self, reads: str, key: str) -> Style:
        """This style with the answer for a column: ``key`` is an ``Option.key`` of what ``decide(reads, …)`` gave."""
        if reads == NUMBERS and key in (".", ","):
            return replace(self, decimal=key, group="" if key != self.decimal else self.group, exact=True)
        if reads == DAYS and key in (*ORDERS, SERIAL):
            return replace(self, days=key, exact=True)
        if reads in (NUMBERS, PERCENTS) and key in (SHARE, POINTS):
            return replace(self, percent=key)
        return self

    def with_signs(self, codes: Mapping[str, str]) -> Style:
        """This style with the currency that each sign (as in ``Decision.signs``) stands for."""
        return replace(self, signs=tuple(sorted(codes.items())))

    def with_bare(self, code: str) -> Style:
        """This style with the currency of amounts that name none."""
        return replace(self, bare=code)

    def as_json(self) -> dict[str, Any]:
        return {
            "decimal": self.decimal,
            "group": self.group,
            "days": self.days,
            "signs": dict(self.signs),
            "exact": self.exact,
            "percent": self.percent,
            "bare": self.bare,
            "day_zero": self.day_zero.isoformat(),
        }

    def write(self, value: Decimal, places: int = 0, *, grouped: bool = False) -> str:
        """``value`` in this style with at least ``places`` decimals; what it gives is read as ``value`` again."""
        minus = "-" if value < 0 else ""
        whole, _point, rest = f"{abs(value).normalize():f}".partition(".")
        rest = rest.ljust(places, "0")
        if grouped:
            sign = self.group or ("," if self.decimal == "." else ".")
            whole = f"{int(whole):,}".replace(",", sign)
        return f"{minus}{whole}{self.decimal}{rest}" if rest else f"{minus}{whole}"


def style_from_json(kept: Mapping[str, Any]) -> Style:
    """Read what ``Style.as_json`` wrote."""
    usual = Style()
    return Style(
        decimal=kept.get("decimal", usual.decimal),
        group=kept.get("group", usual.group),
        days=kept.get("days", usual.days),
        signs=tuple(sorted(kept.get("signs", {}).items())),
        exact=bool(kept.get("exact", False)),
        percent=kept.get("percent", usual.percent),
        bare=kept.get("bare", usual.bare),
        day_zero=date.fromisoformat(kept.get("day_zero", usual.day_zero.isoformat())),
    )


def current_style() -> Style:
    """The style of the active language: the person's, or else the workspace's."""
    return style_of(get_language() or "en")


@lru_cache(maxsize=64)
def style_of(language: str) -> Style:
    """The style of a language as in ``users.choices.PLACES``."""
    locale = locale_of(language)
    symbols: Any = locale.number_symbols
    symbols = symbols.get("latn", symbols)
    pattern = locale.date_formats["short"].pattern
    month_first = 0 <= pattern.find("M") < pattern.find("d") and not pattern.startswith("y")
    decimal = symbols.get("decimal", ".")
    return Style(
        decimal if decimal in (".", ",") else ".",
        symbols.get("group", ""),
        MONTH_FIRST if month_first else DAY_FIRST,
    )
