"""Values as people read them: in the active language and time zone, by Babel.

Lists call these once per cell, so a result is remembered by its value and language.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from copy import copy
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import (
    NumberPattern,
    format_compact_decimal,
    format_currency,
    format_decimal,
    get_currency_precision,
)
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

CACHED = 16_384
LETTER_BEFORE_DIGIT = re.compile(r"(?<=[A-Za-z])(?=\d)")
DURATIONS: tuple[tuple[Literal["day", "hour", "minute"], int], ...] = (("day", 86_400), ("hour", 3_600), ("minute", 60))
NO_LARGER_UNIT = 10**6  # of them
RELATIVE_DAYS = 14  # an older moment is shown as a date


def locale() -> Locale:
    """The active language as Babel's locale."""
    return locale_of(_language())


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """The Babel locale of a Django language code."""
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def minor_digits(currency: str) -> int:
    """How many digits the minor unit of ``currency`` has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


def major(minor: int, currency: str) -> Decimal:
    """``minor`` units of ``currency`` in whole ones: 1999 EUR-cents are 19.99."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def money(minor: int | None, currency: str) -> str:
    """``2200000, "EUR"`` → ``€22,000``; the minor units are shown only when there are some."""
    return "" if minor is None else _money(_language(), minor, currency)


def money_sums(sums: Mapping[str, int]) -> str:
    """Sums per currency, never added up: ``€22,000 + $1,500``."""
    return " + ".join(money(minor, currency) for currency, minor in sorted(sums.items()))


def number(value: float | Decimal | None, digits: int | None = None) -> str:
    """``12345.5`` → ``12,345.5``; with ``digits`` exactly so many after the point."""
    return "" if value is None else _number(_language(), value, digits)


def number_exact(value: Decimal) -> str:
    """``12.3456`` with every digit that it has after the point."""
    exponent = value.normalize().as_tuple().exponent
    return number(value, max(0, -exponent) if isinstance(exponent, int) else None)


def number_short(value: float | Decimal | None) -> str:
    """``12345`` → ``12K``."""
    return "" if value is None else format_compact_decimal(value, locale=locale_of(_language()), fraction_digits=1)


def count(value: int, capped: bool = False) -> str:
    """A number of rows, ``10,000+`` when counting stopped at the cap."""
    return f"{number(value)}+" if capped else number(value)


def percent(ratio: float | Decimal | None, digits: int = 0) -> str:
    """A ratio: ``0.6315`` → ``63%``, with ``digits=2``: ``63.15%``."""
    return "" if ratio is None else _percent(_language(), ratio, digits, digits)


def points(value: float | Decimal | None) -> str:
    """Percentage points, as probabilities are stored: ``60`` → ``60%``."""
    return "" if value is None else _percent(_language(), Decimal(str(value)) / 100, 0, 1)


def date(value: dt.date | None) -> str:
    """``21 Nov 2026`` in the order of the language. A datetime is taken to the current time zone first."""
    return "" if value is None else _day(_language(), _date(value), "medium")


def day_short(value: dt.date | None) -> str:
    """Day and month without the year."""
    return "" if value is None else _day(_language(), _date(value), _SHORT)


def month(value: dt.date | None) -> str:
    """Month and year, for axes."""
    return "" if value is None else _day(_language(), _date(value), _MONTH)


def day_long(value: dt.date | None) -> str:
    """With the name of the weekday."""
    return "" if value is None else _day(_language(), _date(value), "full")


def day_near(value: dt.date | None, today: dt.date) -> str:
    """Today, Tomorrow, Yesterday, a weekday of the week to come or of the last one ("Last Friday"), else a date."""
    if value is None:
        return ""
    distance = (value - today).days
    words = {0: _("Today"), 1: _("Tomorrow"), -1: _("Yesterday")}
    if distance in words:
        return words[distance]
    if abs(distance) < 7:
        weekday = _day(_language(), value, _WEEKDAY)
        return weekday if distance > 0 else _("Last %(weekday)s") % {"weekday": weekday}
    return day_of_year(value, today)


def day_of_year(value: dt.date | None, today: dt.date) -> str:
    """Day and month; the year, too, where it is not this one."""
    return day_short(value) if value is not None and value.year == today.year else date(value)


def moment(value: dt.datetime | None) -> str:
    """Date and time in the current time zone."""
    if value is None:
        return ""
    # Without its zone: the same moment by two clocks is equal, and the cache would tell one person the other's time.
    return _moment(_language(), timezone.localtime(value).replace(tzinfo=None))


def clock(value: dt.datetime | None) -> str:
    """The time of day in the current time zone."""
    return "" if value is None else format_time(timezone.localtime(value), "short", locale=locale_of(_language()))


def duration(value: dt.timedelta) -> str:
    """How long something lasted, in whole days, or else hours or minutes: ``4 days``."""
    seconds = int(value.total_seconds())
    unit, size = next((unit, size) for unit, size in DURATIONS if seconds >= size or unit == "minute")
    return _duration(_language(), seconds // size * size, unit)


def relative(value: dt.datetime | None, now: dt.datetime | None = None) -> SafeString:
    """``<time>`` with words like "2 hours ago" (a date when it is long ago) and the exact moment as its title."""
    if value is None:
        return SafeString("")
    distance = value - (now or timezone.now())
    if abs(distance) >= dt.timedelta(days=RELATIVE_DAYS):
        words = date(value)
    elif abs(distance) < dt.timedelta(minutes=1):
        words = _("just now")
    else:
        words = _timedelta(_language(), int(distance.total_seconds() / 60))
    return _time(_language(), timezone.get_current_timezone(), value, words)


_SHORT, _MONTH = "MMMd", "yMMM"  # skeletons: the language orders the parts
_WEEKDAY = "EEEE"


def _language() -> str:
    return get_language() or "en"


def _date(value: dt.date) -> dt.date:
    return timezone.localtime(value).date() if isinstance(value, dt.datetime) else value


def _with_digits(pattern: NumberPattern, least: int, most: int) -> NumberPattern:
    """The language's pattern with so many digits after the point."""
    changed = copy(pattern)
    changed.frac_prec = (least, most)
    return changed


@lru_cache(maxsize=CACHED)
def _money(language: str, minor: int, currency: str) -> str:
    value = major(minor, currency)
    locale = locale_of(language)
    if value == value.to_integral_value():
        pattern = _with_digits(locale.currency_formats["standard"], 0, 0)
        text = pattern.apply(value, locale, currency=currency, currency_digits=False)
    else:
        text = format_currency(value, currency, locale=locale)
    return LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", text)  # KWD 1.5, as CLDR wants it


@lru_cache(maxsize=CACHED)
def _number(language: str, value: float | Decimal, digits: int | None) -> str:
    locale = locale_of(language)
    if digits is None:
        return format_decimal(value, locale=locale)
    return _with_digits(locale.decimal_formats[None], digits, digits).apply(value, locale)


@lru_cache(maxsize=CACHED)
def _percent(language: str, ratio: float | Decimal, least: int, most: int) -> str:
    locale = locale_of(language)
    return _with_digits(locale.percent_formats[None], least, most).apply(ratio, locale)


@lru_cache(maxsize=CACHED)
def _day(language: str, value: dt.date, form: str) -> str:
    locale = locale_of(language)
    if form in ("medium", "full", _WEEKDAY):
        return format_date(value, form, locale=locale)
    pattern = locale.datetime_skeletons[form]
    return pattern.apply(value, locale)


@lru_cache(maxsize=CACHED)
def _moment(language: str, value: dt.datetime) -> str:
    locale = locale_of(language)
    day, time = format_date(value, "medium", locale=locale), format_time(value, "short", locale=locale)
    return str(locale.datetime_formats["medium"]).replace("'", "").format(time, day)


@lru_cache(maxsize=CACHED)
def _time(language: str, zone: dt.tzinfo, value: dt.datetime, words: str) -> SafeString:
    exact = escape(_moment(language, timezone.localtime(value, zone).replace(tzinfo=None)))
    return SafeString(f'<time datetime="{value.isoformat()}" title="{exact}">{escape(words)}</time>')


@lru_cache(maxsize=CACHED)
def _duration(language: str, seconds: int, unit: Literal["day", "hour", "minute"]) -> str:
    span = dt.timedelta(seconds=seconds)
    return format_timedelta(span, granularity=unit, threshold=NO_LARGER_UNIT, locale=locale_of(language))


@lru_cache(maxsize=CACHED)
def _timedelta(language: str, minutes: int) -> str:
    """In days, hours or minutes, rounded down; what lies further off than ``RELATIVE_DAYS`` is told by its date."""
    passed = abs(minutes) * 60
    unit, size = next(((unit, size) for unit, size in DURATIONS if passed >= size), DURATIONS[-1])
    span = dt.timedelta(seconds=passed // size * size) * (1 if minutes > 0 else -1)
    return format_timedelta(
        span, granularity=unit, threshold=NO_LARGER_UNIT, add_direction=True, locale=locale_of(language)
    )
