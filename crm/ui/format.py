"""Numbers, money and time in the person's language and time zone (Babel), without CRM knowledge.

These run for every cell of a list, so what can be kept is kept.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent, get_currency_precision
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    return Locale.parse(to_locale(language))


def locale() -> Locale:
    """The active language as Babel's locale."""
    return _locale(get_language() or "en")


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, language: str, whole: bool) -> str:
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    if whole and amount == amount.to_integral_value():
        return format_currency(amount, currency, format="¤#,##0", locale=_locale(language), currency_digits=False)
    return format_currency(amount, currency, locale=_locale(language))


def money(minor: int, currency: str) -> str:
    """``minor`` units of ``currency``: ``$1,234`` when whole, else ``$1,234.50``."""
    return _money(minor, currency, get_language() or "en", True)


@lru_cache(maxsize=1024)
def _compact(minor: int, currency: str, language: str) -> str:
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return f"{format_compact_decimal(amount, locale=_locale(language), fraction_digits=1)} {currency}"


def money_short(minor: int, currency: str) -> str:
    """For narrow places: ``1.2M USD``."""
    return _compact(minor, currency, get_language() or "en")


def number(value: int | Decimal | float) -> str:
    return format_decimal(value, locale=locale())


def percent(fraction: float | Decimal, digits: int = 0) -> str:
    """``0.6315`` → ``63 %`` (with ``digits=2``: ``63.15 %``), as the language writes it."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    return format_percent(fraction, format=pattern, locale=locale())


@lru_cache(maxsize=4096)
def _date(value: dt.date, language: str) -> str:
    return format_date(value, "medium", locale=_locale(language))


def date(value: dt.date) -> str:
    """A day: ``3 May 2026`` as the language writes it."""
    return _date(value, get_language() or "en")


def moment(value: dt.datetime) -> str:
    """A moment in the person's time zone, in full."""
    return format_datetime(value, "long", tzinfo=timezone.get_current_timezone(), locale=locale())


def clock(value: dt.datetime) -> str:
    """The time of day in the person's time zone."""
    return format_time(value, "short", tzinfo=timezone.get_current_timezone(), locale=locale())


def relative(value: dt.datetime) -> SafeString:
    """``3 days ago`` within a month, else the day; the moment itself on hover."""
    age = timezone.now() - value
    if abs(age) < dt.timedelta(days=30):
        words = format_timedelta(-age, add_direction=True, threshold=0.99, locale=locale())
    else:
        words = date(timezone.localtime(value).date())
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), moment(value), words)
