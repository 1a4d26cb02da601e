"""Which days a report is about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext_lazy as _

from crm.queries.condition import Condition

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
# As they stand in a sentence: "Nothing in …"
IN_A_SENTENCE: dict[str, Any] = LABELS | {
    "this_month": _("this month"),
    "last_month": _("last month"),
    "this_quarter": _("this quarter"),
    "last_quarter": _("last quarter"),
    "this_year": _("this year"),
    "last_year": _("last year"),
    "last_12_months": _("the last 12 months"),
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


ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """The days from ``first`` to ``last``, both included; None is an open end.

    ``months``: how many, if whole ones. ``today`` is the day on which somebody asks: what lies after it has not been.
    Of a period that is running counts what has been (``is_past``), as of the one that it is compared with.
    """

    first: date | None = None
    last: date | None = None
    months: int | None = None
    today: date | None = None
    is_past: bool = False

    @property
    def is_running(self) -> bool:
        """Whether it is counted up to today only."""
        if not self.is_past or self.today is None or self.last is None or self.today >= self.last:
            return False
        return self.first is None or self.first <= self.today

    @property
    def end(self) -> date | None:
        """The last day that counts."""
        return self.today if self.is_running else self.last

    @property
    def is_everything(self) -> bool:
        return self.first is None and self.last is None

    def before(self) -> Period | None:
        """Return the period of the same length that ends the day before this one, if there is such a thing."""
        if self.first is None or self.last is None:
            return None
        if self.months:
            return _months(self.first - relativedelta(months=self.months), self.months)
        return Period(self.first - (self.last - self.first) - ONE_DAY, self.first - ONE_DAY)

    def comparable(self) -> Period | None:
        """Return what this period is fairly compared with: of the one before as much as has passed of this one."""
        before = self.before()
        if before is None or self.first is None or self.last is None or self.today is None or self.today >= self.last:
            return before
        if self.today < self.first:
            return None
        if self.months:
            end = self.today - relativedelta(months=self.months)  # the 31st becomes the last day of a shorter month
        else:
            end = self.today - (self.last - self.first) - ONE_DAY
        return before if end == before.last else Period(before.first, end)

    def of(self, field: str) -> tuple[Condition, ...]:
        """What a record meets whose ``field``, a day or a moment, lies in it."""
        ends = (("from", self.first), ("to", self.end))
        return tuple(Condition(field, operator, (day.isoformat(),)) for operator, day in ends if day is not None)

    def compared(self, field: str) -> dict[str, tuple[Condition, ...]]:
        """``of`` this period ("now") and of the comparable one ("before"), if there is one."""
        before = self.comparable()
        return {"now": self.of(field)} | ({"before": before.of(field)} if before else {})


def make_period(
    key: str, today: date, first: date | None = None, last: date | None = None, *, is_past: bool = False
) -> Period:
    """Return the period that ``key`` (of ``LABELS``) names on the day ``today``; the ends are those of "custom"."""
    return replace(_period(key, today, first, last), today=today, is_past=is_past)


def _period(key: str, today: date, first: date | None, last: date | None) -> Period:
    if key == CUSTOM:
        return Period(first, last, _whole_months(first, last))
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


def _whole_months(first: date | None, last: date | None) -> int | None:
    """How many months the days make, when they begin and end with one."""
    if first is None or last is None or first > last or first.day != 1 or (last + ONE_DAY).day != 1:
        return None
    return (last.year - first.year) * 12 + last.month - first.month + 1
