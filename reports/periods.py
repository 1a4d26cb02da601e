"""Which days a report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext_lazy as _

ALL = "all"
CUSTOM = "custom"

LABELS: dict[str, Any] = {
    "this_month": _("This month"),
    "last_month": _("Last month"),
    "next_month": _("Next month"),
    "this_quarter": _("This quarter"),
    "last_quarter": _("Last quarter"),
    "next_quarter": _("Next quarter"),
    "this_year": _("This year"),
    "last_year": _("Last year"),
    "last_12_months": _("Last 12 months"),
    CUSTOM: _("From – to"),
    ALL: _("All time"),
}
PAST = tuple(key for key in LABELS if not key.startswith("next_"))

# Length in months, and how many such lengths away from the one that holds today.
_CALENDAR = {
    "this_month": (1, 0),
    "last_month": (1, -1),
    "next_month": (1, 1),
    "this_quarter": (3, 0),
    "last_quarter": (3, -1),
    "next_quarter": (3, 1),
    "this_year": (12, 0),
    "last_year": (12, -1),
}


@dataclass(frozen=True)
class Period:
    """The days from ``first`` to ``last``, both included; None is an open end. ``months``: how many, if whole ones."""

    first: date | None = None
    last: date | None = None
    months: int | None = None

    @property
    def is_everything(self) -> bool:
        return self.first is None and self.last is None

    def before(self) -> Period | None:
        """Return the period of the same length that ends the day before this one, if there is such a thing."""
        if self.first is None or self.last is None:
            return None
        if self.months:
            return _months(self.first - relativedelta(months=self.months), self.months)
        one_day = timedelta(days=1)
        return Period(self.first - (self.last - self.first) - one_day, self.first - one_day)

    def with_before(self) -> Period:
        """Return this period and the one before it as one."""
        before = self.before()
        return Period(before.first, self.last) if before else self

    def cut(self, first: date, last: date) -> Period:
        """Return the days from ``first`` to ``last`` that lie in this period."""
        return Period(max(first, self.first or first), min(last, self.last or last))

    def conditions(self, field: str) -> dict[str, date]:
        """Return what a row's date ``field`` must meet: arguments of ``QuerySet.filter``."""
        ends = {f"{field}__gte": self.first, f"{field}__lte": self.last}
        return {condition: day for condition, day in ends.items() if day is not None}

    def moments(self, field: str, zone: ZoneInfo) -> dict[str, datetime]:
        """``conditions`` for a moment: the period's days are those of ``zone``."""
        found = {}
        if self.first is not None:
            found[f"{field}__gte"] = datetime.combine(self.first, time.min, zone)
        if self.last is not None:
            found[f"{field}__lt"] = datetime.combine(self.last + timedelta(days=1), time.min, zone)
        return found


def make_period(key: str, today: date, first: date | None = None, last: date | None = None) -> Period:
    """Return the period that ``key`` (of ``LABELS``) names on the day ``today``; the ends are those of "custom"."""
    if key == CUSTOM:
        return Period(first, last)
    if key == ALL:
        return Period()
    this_month = today.replace(day=1)
    if key == "last_12_months":  # whole months, this one included, so that a chart has twelve equal columns
        return _months(this_month - relativedelta(months=11), 12)
    length, steps = _CALENDAR[key]
    start = this_month - relativedelta(months=(this_month.month - 1) % length)
    return _months(start + relativedelta(months=length * steps), length)


def _months(first: date, months: int) -> Period:
    return Period(first, first + relativedelta(months=months) - timedelta(days=1), months)
