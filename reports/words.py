"""Periods and access in plain words."""

from __future__ import annotations

from datetime import date

from babel.dates import format_interval, format_skeleton
from django.utils.translation import gettext as _

from crm.ui import format as formats
from reports.periods import Period


def period_words(period: Period) -> str:
    """Return the period as a person would name it: ``October 2026``, ``Q3 2026``, ``2026`` or its days."""
    first, last = period.first, period.last
    if first and last:
        # A quarter begins with January, April, July or October, a year with January.
        if period.months in (1, 3, 12) and (first.month - 1) % period.months == 0:
            return span_words(first, period.months)
        return format_interval(first, last, "yMMMd", locale=formats.locale())
    if first:
        return _("since %(day)s") % {"day": formats.date(first)}
    if last:
        return _("up to %(day)s") % {"day": formats.date(last)}
    return _("all time")


def span_words(first: date, months: int, short: bool = False) -> str:
    """Return the name of the calendar month, quarter (3) or year (12) that begins on ``first``."""
    skeleton = {1: "yMMM" if short else "yMMMM", 3: "yQQQ", 12: "y"}[months]
    return format_skeleton(skeleton, first, locale=formats.locale())
