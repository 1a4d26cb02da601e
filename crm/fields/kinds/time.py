"""Days and moments. A filter's words (today, this month …) are of the workspace's day."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.fields.kinds.base import text_in
from crm.fields.parsing import ParseContext
from crm.fields.reading import DAYS, read_day, read_moment
from crm.fields.spec import FieldSpec, Kind, Predicate
from crm.tenants.clock import today
from crm.tenants.context import current_tenant
from crm.ui import format as formats
from crm.users.models import Membership

DATE_WORDS: dict[str, Any] = {
    "today": gettext_lazy("today"),
    "yesterday": gettext_lazy("yesterday"),
    "tomorrow": gettext_lazy("tomorrow"),
    "this_week": gettext_lazy("this week"),
    "this_month": gettext_lazy("this month"),
    "last_month": gettext_lazy("last month"),
    "next_month": gettext_lazy("next month"),
    "this_quarter": gettext_lazy("this quarter"),
    "this_year": gettext_lazy("this year"),
    "last_7_days": gettext_lazy("in the last 7 days"),
    "last_30_days": gettext_lazy("in the last 30 days"),
    "last_90_days": gettext_lazy("in the last 90 days"),
    "next_7_days": gettext_lazy("in the next 7 days"),
    "next_30_days": gettext_lazy("in the next 30 days"),
    "past": gettext_lazy("in the past"),
    "future": gettext_lazy("in the future"),
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", re.I)
_DAYS_AGO = re.compile(r"(\d{1,4})_days_ago")
OFFERED_DAYS_AGO = (7, 14, 30, 60, 90)


def days_ago(word: str) -> int | None:
    """Return 14 for ``14_days_ago``, and None for any other word."""
    found = _DAYS_AGO.fullmatch(word)
    return int(found[1]) if found else None


def label_of(word: str) -> str:
    """What a word of a filter is called; a day is called by its date."""
    if (number := days_ago(word)) is not None:
        return ngettext("%(number)s day ago", "%(number)s days ago", number) % {"number": number}
    return str(DATE_WORDS[word]) if word in DATE_WORDS else formats.date(days_of(word)[0])


def days_of(word: str) -> tuple[date | None, date | None]:
    """Return the first and last day of ``word``: of ``DATE_WORDS``, ``14_days_ago``, or an ISO date; None = open."""
    if word in DATE_WORDS:
        return _spans(today())[word]
    if (number := days_ago(word)) is not None:
        day = today() - timedelta(days=number)
        return day, day
    if (only := day_in(word)) is None:
        raise ValidationError(_("“%(text)s” is not a date.") % {"text": word})
    return only, only


def _spans(now: date) -> dict[str, tuple[date | None, date | None]]:
    """The first and last day of each of ``DATE_WORDS``."""
    month = now.replace(day=1)
    quarter = month.replace(month=3 * ((now.month - 1) // 3) + 1)
    one_month, one_day = relativedelta(months=1), timedelta(days=1)
    return {
        "today": (now, now),
        "yesterday": (now - one_day, now - one_day),
        "tomorrow": (now + one_day, now + one_day),
        "this_week": (now - timedelta(days=now.weekday()), now + timedelta(days=6 - now.weekday())),
        "this_month": (month, month + one_month - one_day),
        "last_month": (month - one_month, month - one_day),
        "next_month": (month + one_month, month + 2 * one_month - one_day),
        "this_quarter": (quarter, quarter + relativedelta(months=3) - one_day),
        "this_year": (date(now.year, 1, 1), date(now.year, 12, 31)),
        "last_7_days": (now - timedelta(days=6), now),
        "last_30_days": (now - timedelta(days=29), now),
        "last_90_days": (now - timedelta(days=89), now),
        "next_7_days": (now, now + timedelta(days=6)),
        "next_30_days": (now, now + timedelta(days=29)),
        "past": (None, now - one_day),
        "future": (now + one_day, None),
    }


def day_in(word: str) -> date | None:
    """The day that ``word`` is the ISO date of; None for words of a filter ("2000_days_ago"), and what is nothing."""
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


class Date(Kind):
    operators = ("is", "from", "to", "before", "after", "empty", "filled")
    reads = DAYS

    def text(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else value.isoformat()

    def words(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else formats.date(value)

    def exported(self, spec: FieldSpec, record: Any) -> tuple[Any, ...]:
        return (self.value(spec, record),)

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> date | None:
        if sent is None:
            return None
        text = text_in(sent, _("a date like 2026-11-21, or null"))
        try:
            if not _DAY.fullmatch(text):
                raise ValueError
            return date.fromisoformat(text)
        except ValueError as error:
            raise ValidationError(_("“%(text)s” is not a date like 2026-11-21.") % {"text": text[:100]}) from error

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date"}

    def history(self, value: date | None) -> Any:
        return None if value is None else value.isoformat()

    def restored(self, kept: Any) -> Any:
        return None if kept is None else date.fromisoformat(kept)

    def told(self, kept: Any) -> str:
        return formats.date(date.fromisoformat(kept))

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> date:
        return read_day(text, context.style(spec.name))

    def compare(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Q:
        condition = Q()
        for value in values:
            first, last = days_of(value)
            try:
                condition |= self.between(spec, *self.span(operator, first, last))
            except OverflowError:  # before the first day that there is, or after the last one
                condition |= Q(pk__in=[])
        return condition

    def matching(self, spec: FieldSpec, operator: str, values: list[str], actor: Membership) -> Predicate:
        spans = []
        for value in values:
            first, last = days_of(value)
            with suppress(OverflowError):
                spans.append(self.span(operator, first, last))

        def is_within(record: Any) -> bool:
            value = self.value(spec, record)
            return any(self.lies_between(value, first, last) for first, last in spans)

        return is_within

    def span(self, operator: str, first: date | None, last: date | None) -> tuple[date | None, date | None]:
        """The days from…to that ``operator`` makes of the days that a value means; raises ``OverflowError``."""
        one_day = timedelta(days=1)
        if operator == "from":
            return first, None
        if operator == "to":
            return None, last
        if operator == "before":
            return None, first - one_day if first else None
        if operator == "after":
            return last + one_day if last else None, None
        return first, last

    def between(self, spec: FieldSpec, first: date | None, last: date | None) -> Q:
        return _bounded(spec.column, gte=first, lte=last)

    def lies_between(self, value: Any, first: date | None, last: date | None) -> bool:
        """``between`` for one value."""
        return value is not None and (first is None or value >= first) and (last is None or value <= last)


class DateTime(Date):
    """A moment, shown in the person's zone; filtered by the workspace's days."""

    is_moment = True
    grouping = ""  # only by the month

    def words(self, spec: FieldSpec, record: Any) -> str:
        value = self.value(spec, record)
        return "" if value is None else formats.moment(value)

    def dump(self, spec: FieldSpec, value: datetime | None) -> Any:
        return None if value is None else value.astimezone(UTC).isoformat()

    def load(self, spec: FieldSpec, sent: Any, actor: Membership) -> datetime | None:
        if sent is None:
            return None
        text = text_in(sent, _("a moment like 2026-11-21T09:30:00+01:00, or null"))
        try:
            if not _MOMENT.fullmatch(text):
                raise ValueError
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            words = {"text": text[:100]}
            raise ValidationError(_("“%(text)s” is not a moment like 2026-11-21T09:30:00+01:00.") % words) from error

    def schema(self, spec: FieldSpec) -> dict[str, Any]:
        return {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "Given in UTC; taken with any offset, which has to be said.",
        }

    def restored(self, kept: Any) -> Any:
        return None if kept is None else datetime.fromisoformat(kept)

    def told(self, kept: Any) -> str:
        return formats.moment(datetime.fromisoformat(kept))

    def parse(self, spec: FieldSpec, text: str, context: ParseContext) -> datetime:
        return read_moment(text, context.style(spec.name), current_tenant().zone)

    def between(self, spec: FieldSpec, first: date | None, last: date | None) -> Q:
        start, end = _moments(first, last)
        return _bounded(spec.column, gte=start, lt=end)

    def lies_between(self, value: Any, first: date | None, last: date | None) -> bool:
        start, end = _moments(first, last)
        return value is not None and (start is None or value >= start) and (end is None or value < end)


def _bounded(column: str, **bounds: date | None) -> Q:
    """The condition for values within the bounds that there are, which no empty one is; without any, for all values."""
    asked: dict[str, Any] = {f"{column}__{bound}": day for bound, day in bounds.items() if day}
    return Q(**asked or {f"{column}__isnull": False})


def _moments(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """When the first day begins and the last one is over, in the workspace's time zone; None = open.

    The ends of the calendar are as good as none, and are beyond it in another time zone.
    """
    zone = current_tenant().zone
    start = datetime.combine(first, clock_time.min, zone) if first and first.year > date.min.year else None
    is_bound = last is not None and last.year < date.max.year
    end = datetime.combine(last + timedelta(days=1), clock_time.min, zone) if last and is_bound else None
    return start, end
