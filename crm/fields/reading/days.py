"""Dates and moments as people and programs write them. Each is read in one way or refused; none is completed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from babel import Locale
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.fields.reading.numbers import plain
from crm.fields.reading.style import DAY_FIRST, DAY_ZERO, MONTH_DOTS, MONTH_FIRST, ORDERS, SERIAL, YEAR_FIRST, Style
from crm.ground.text import sort_key
from crm.ui import format as formats
from crm.ui.clock import is_doubled, is_skipped

FIRST_YEAR = 1000  # an earlier one is a placeholder or a mistake
LAST_YEAR_OF_MOMENTS = 9998  # the end of 9999 is in a year of five digits elsewhere, which nothing can read
AHEAD = 20  # years: a year of two digits is that of the hundred years up to so many ahead
LEAST_WITH_TIME = 7  # characters: 45384.5
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "tr")
LONGEST = 200  # characters of what can be a day or a moment
_BEFORE_BUDDHIST = 543  # years
_BUDDHIST, _HIJRI = range(2443, 2644), range(1300, 1500)  # of 1900 to 2100; Persian years are among the second
_SERIALS = range(10_000, 100_000)  # 1927 to 2173

_YEAR_FIRST = re.compile(r"(\d{4})(?P<by>[-/.])(\d{1,2})(?P=by)(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_EAST_ASIAN = re.compile(r"(\d{4}) ?[年년.] ?(\d{1,2}) ?[月월.] ?(\d{1,2}) ?[日일.]?")
_DOTS = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d\d)")
_TURNABLE = re.compile(r"(\d{1,2}) ?([-/ ]) ?(\d{1,2}) ?\2 ?(\d{4}|\d\d)")
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?")
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|re|ª|º|°)\b", re.IGNORECASE)
_BETWEEN = frozenset(("de", "del", "of", "the", "den", "der", "le", "el", "d", "am", "on"))
_CLOCK = re.compile(
    r"[T ,]+(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r" ?(?P<half>[ap]\.?m\.?)?(?: ?uhr)? ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?(?: ?\[[\w/+-]+\])?",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Months by their names and short names; a name that means two of them in two languages is left out."""
    return _names(lambda locale: locale.months, range(1, 13)) | {"sept": 9}


@lru_cache(maxsize=1)
def _weekdays() -> dict[str, int]:
    return _names(lambda locale: locale.days, range(7))


def _names(of: Callable[[Locale], object], numbers: range) -> dict[str, int]:
    found: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        forms: dict[str, dict[str, dict[int, str]]] = of(Locale.parse(language))  # type: ignore[assignment]
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number in numbers:
                    found.setdefault(_name_key(forms[context][width][number]), set()).add(number)
    return {name: min(meant) for name, meant in found.items() if len(meant) == 1}


def _name_key(text: str) -> str:
    return sort_key(text).rstrip(".")


def not_a_date(text: str) -> ValidationError:
    return ValidationError(_("“%(text)s” is not a date.") % {"text": text[:100]})


def day_readings(text: str, day_zero: date = DAY_ZERO) -> dict[str, date]:
    """What day ``text`` is under each order of day, month and year; an order in which it is none is not among them.
    ``day_zero`` is that of a spreadsheet's numbers."""
    words = plain(text) if len(text) <= LONGEST else ""
    fixed = _fixed(words)
    if fixed is not None:
        return dict.fromkeys((*ORDERS, SERIAL), fixed)
    if (match := _SERIAL.fullmatch(words)) and int(match[1]) in _SERIALS:
        return {SERIAL: day_zero + timedelta(days=int(match[1]))}
    if match := _DOTS.fullmatch(words):
        return _turned(match[1], match[2], match[3], has_dots=True)
    if match := _TURNABLE.fullmatch(words):
        return _turned(match[1], match[3], match[4], has_dots=False)
    return {}


def _turned(one: str, two: str, three: str, *, has_dots: bool) -> dict[str, date]:
    day_first, month_first = _day(three, int(two), int(one)), _day(three, int(one), int(two))
    found = {DAY_FIRST: day_first, MONTH_FIRST: day_first if has_dots else month_first, MONTH_DOTS: month_first}
    if len(one) == len(three) == 2:
        found[YEAR_FIRST] = _day(one, int(two), int(three))
    return {order: day for order, day in found.items() if day is not None}


def read_day(text: str, style: Style) -> date:
    """Read a date, also where a time stands behind it: the day is the one that is written, and whoever calls says so of
    what ``has_time``. ISO dates are never turned; ``style`` decides 03/04/2026. A style that is only a person's does
    not decide what such people write in several ways: 03.04.2026 where the month comes first, and 24/05/12. Raises
    ``ValidationError``.
    """
    found = day_readings(split_clock(text)[0], style.day_zero)
    day = found.get(style.days) if style.exact else _only_reading(found, style.days)
    if day is None:
        raise _refusal(text, found, style)
    _refuse_other_calendars(text, day)
    return day


def _refuse_other_calendars(text: str, day: date) -> None:
    """Refuse a year that today's is in another calendar: as one of ours it is centuries off."""
    words = {"text": text[:100], "year": day.year}
    if day.year in _BUDDHIST:
        words["iso"] = f"{day.year - _BEFORE_BUDDHIST}-{day:%m-%d}"
        raise ValidationError(
            _("“%(text)s” is in the year %(year)s. If that is of the Buddhist calendar, write %(iso)s.") % words
        )
    if day.year in _HIJRI:
        raise ValidationError(
            _("“%(text)s” is in the year %(year)s. If that is no slip, write the day in the common calendar.") % words
        )


def _only_reading(found: dict[str, date], usual: str) -> date | None:
    orders = {usual, MONTH_DOTS} if usual == MONTH_FIRST else {usual}
    if YEAR_FIRST in found:
        orders = {*ORDERS}
    days = {day for order, day in found.items() if order in orders}
    return days.pop() if len(days) == 1 else None


def has_time(text: str) -> bool:
    """Whether a date has a time behind it that says more than the day: midnight does not."""
    if not LEAST_WITH_TIME <= len(text) <= LONGEST:
        return False
    if match := _SERIAL.fullmatch(plain(text)):
        return bool((match[2] or "").strip("0"))
    day, clock = split_clock(text)
    try:
        return clock is not None and _time(clock, text) != time() and bool(day_readings(day))
    except ValidationError:
        return False


def read_only_day(text: str, style: Style) -> date:
    """Read a date, and refuse a time behind it, which would be lost. Midnight says no more than the day, where it names
    no zone."""
    day = read_day(text, style)
    day_text, clock = split_clock(text)
    if clock is not None and (clock["zone"] or _time(clock, text) != time()):
        raise ValidationError(
            _("“%(text)s” has a time, and only the day can be kept here. Write %(day)s.")
            % {"text": text[:100], "day": day_text.strip()}
        )
    return day


def read_moment(text: str, style: Style, zone: tzinfo) -> datetime:
    """Read a date and time; one without a time zone is in ``zone``, one without a time where its day begins. A time
    that the clock does not show that night, or shows twice, is refused."""
    day = read_day(text, style)
    _day_text, clock = split_clock(text)
    if day.year > LAST_YEAR_OF_MOMENTS:
        raise ValidationError(_("“%(text)s” is too far in the future.") % {"text": text[:100]})
    if clock is None:
        part = _SERIAL.fullmatch(plain(text)) if style.days == SERIAL else None
        seconds = round(float(f"0.{part[2]}") * 86_400) if part and part[2] else 0
        found = datetime.combine(day, time(), zone) + timedelta(seconds=seconds)
    else:
        found = datetime.combine(day, _time(clock, text), _zone(clock["zone"], zone, text))
    if found.time() != time():  # midnight says no more than the day
        _refuse_odd_hours(found)
    return found


def _refuse_odd_hours(moment: datetime) -> None:
    if not (is_skipped(moment) or is_doubled(moment)):
        return
    words = {"time": f"{moment:%H:%M}", "day": formats.date(moment.date())}
    if is_skipped(moment):
        raise ValidationError(
            _("There is no %(time)s on %(day)s: the clock goes forward over it. Write an earlier or a later time.")
            % words
        )
    one, two = (moment.replace(fold=fold).isoformat(" ", "minutes") for fold in (0, 1))
    raise ValidationError(
        _("The clock shows %(time)s twice on %(day)s, as it goes back. Write “%(one)s” or “%(two)s”.")
        % (words | {"one": one, "two": two}),
        code="two_readings",
    )


def _refusal(text: str, found: dict[str, date], style: Style) -> ValidationError:
    days = sorted({day for order, day in found.items() if order in ORDERS})
    if not days:
        return not_a_date(text)
    words = {"text": text[:100], "iso": _(" or ").join(day.isoformat() for day in days)}
    if len(days) > 1:
        return ValidationError(
            _("“%(text)s” can be read in more than one way: write %(iso)s to be sure.") % words, code="two_readings"
        )
    order = {
        DAY_FIRST: _("Here the day comes first"),
        YEAR_FIRST: _("Here the year comes first"),
    }.get(style.days, _("Here the month comes first"))
    return ValidationError(
        _("“%(text)s” is not a date. %(order)s: write %(iso)s to be sure.") % (words | {"order": order})
    )


def split_clock(text: str) -> tuple[str, re.Match[str] | None]:
    words = plain(text) if len(text) <= LONGEST else ""
    match = next((one for one in _CLOCK.finditer(words) if one.end() == len(words)), None)
    return (words[: match.start()], match) if match and match.start() else (text, None)


def _time(clock: re.Match[str], text: str) -> time:
    hour, half = int(clock["hour"]), (clock["half"] or "")[:1].lower()
    if half and not 1 <= hour <= 12:
        raise not_a_date(text)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    part = (clock["part"] or "0").ljust(6, "0")[:6]
    try:
        return time(hour, int(clock["minute"]), int(clock["second"] or 0), int(part))
    except ValueError as error:
        raise not_a_date(text) from error


def _zone(text: str | None, usual: tzinfo, whole: str) -> tzinfo:
    if text is None:
        return usual
    if text[0] not in "+-":
        return timezone.get_fixed_timezone(0)
    minutes = int(text[1:3]) * 60 + int(text[3:].lstrip(":") or 0)
    if minutes >= 24 * 60:
        raise not_a_date(whole)
    return timezone.get_fixed_timezone(-minutes if text[0] == "-" else minutes)


def _fixed(words: str) -> date | None:
    """The day of a text that no style turns; None when it is of another form or of no calendar."""
    for form in (_YEAR_FIRST, _COMPACT, _EAST_ASIAN):
        if match := form.fullmatch(words):
            year, month, day = (group for group in match.groups() if group not in ("-", "/", "."))
            return _day(year, int(month), int(day))
    return _with_month_name(words)


def _with_month_name(words: str) -> date | None:
    if re.search(r"[^\w\s.,/-]", words) or not re.search(r"[^\W\d_]", words):
        return None
    parts = [_name_key(one) for one in _WORDS.findall(_ORDINAL.sub("", words))]
    parts = [one for one in parts if one not in _BETWEEN]
    weekday = _weekdays().get(parts[0]) if len(parts) == 4 else None
    if weekday is not None:
        parts = parts[1:]
    if len(parts) != 3:
        return None
    month = next((at for at, one in enumerate(parts) if one in _months()), None)
    numbers = [one for at, one in enumerate(parts) if at != month]
    if month is None or not all(one.isdecimal() for one in numbers):
        return None
    if len(numbers[0]) == 4 and month:  # 2026 Apr 3; a name that comes first is followed by the day
        numbers.reverse()
    number, year = numbers
    found = _day(year, _months()[parts[month]], int(number)) if len(number) <= 2 and len(year) in (2, 4) else None
    return None if found is None or weekday not in (None, found.weekday()) else found


def _day(year: str, month: int, day: int) -> date | None:
    whole = int(year)
    if len(year) == 2:
        last = timezone.now().year + AHEAD
        whole += (last - whole) // 100 * 100
    try:
        return date(whole, month, day) if whole >= FIRST_YEAR else None
    except ValueError:
        return None
