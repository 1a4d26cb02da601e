"""Values as people read them, in their language and time zone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone, translation

from crm.ui import format as formats

NOON = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("language", "minor", "currency", "text"),
    [
        ("en", 2_200_000, "EUR", "€22,000"),
        ("en", 2_200_050, "EUR", "€22,000.50"),
        ("de", 2_200_050, "EUR", "22.000,50\xa0€"),
        ("en", 1_500, "JPY", "¥1,500"),  # a currency without minor units
        ("en", 1_500, "KWD", "KWD\xa01.500"),  # and one with three digits
        ("en", -99, "USD", "-$0.99"),
        ("en", 0, "USD", "$0"),
        ("en", None, "USD", ""),
    ],
)
def test_money_follows_language_and_currency(language: str, minor: int | None, currency: str, text: str) -> None:
    with translation.override(language):
        assert formats.money(minor, currency) == text


def test_sums_of_two_currencies_are_never_added() -> None:
    assert formats.money_sums({"USD": 150_000, "EUR": 2_200_000}) == "€22,000 + $1,500"


def test_a_value_is_remembered_per_language() -> None:
    with translation.override("en"):
        assert formats.number(12345.5) == "12,345.5"
    with translation.override("de"):
        assert formats.number(12345.5) == "12.345,5"


def test_percent_takes_a_ratio_and_points_take_hundredths() -> None:
    with translation.override("en"):
        assert formats.percent(0.6315, 2) == "63.15%"
        assert formats.percent(1) == "100%"
        assert formats.points(60) == "60%"
        assert formats.points(None) == ""


def test_a_moment_is_shown_in_the_persons_time_zone() -> None:
    late = dt.datetime(2026, 11, 21, 23, 30, tzinfo=dt.UTC)
    with translation.override("en"), timezone.override("Pacific/Auckland"):
        assert formats.date(late) == "Nov 22, 2026"
    with translation.override("en"), timezone.override("America/Los_Angeles"):
        assert formats.date(late) == "Nov 21, 2026"
        assert formats.moment(late).startswith("Nov 21, 2026, 3:30")
    with translation.override("en"), timezone.override("Europe/Berlin"):
        assert formats.moment(late).startswith("Nov 22, 2026, 12:30"), "not as somebody elsewhere was just told"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (dt.timedelta(seconds=20), "just now"),
        (dt.timedelta(minutes=5), "5 minutes ago"),
        (dt.timedelta(hours=3), "3 hours ago"),
        (dt.timedelta(minutes=119), "1 hour ago"),
        (dt.timedelta(days=2), "2 days ago"),
        (dt.timedelta(days=7), "7 days ago"),  # "1 week ago" an hour later
        (dt.timedelta(days=7, hours=9), "7 days ago"),
        (dt.timedelta(days=10, hours=3), "10 days ago"),  # "2 weeks ago"
        (dt.timedelta(days=13, hours=23), "13 days ago"),
        (dt.timedelta(days=14), "Nov 7, 2026"),
        (-dt.timedelta(days=10, hours=3), "in 10 days"),
        (dt.timedelta(days=40), "Oct 12, 2026"),
        (-dt.timedelta(hours=3), "in 3 hours"),
    ],
)
def test_relative_time_carries_the_exact_one(before: dt.timedelta, words: str) -> None:
    with translation.override("en"), timezone.override("UTC"):
        html = formats.relative(NOON - before, NOON)
    assert f">{words}</time>" in html
    assert f'datetime="{(NOON - before).isoformat()}"' in html
    assert 'title="' in html


def test_days_near_today_have_names() -> None:
    """A weekday behind us is not called as the one ahead: what is late must not look as if it were still to come."""
    today = dt.date(2026, 11, 21)  # a Saturday
    with translation.override("en"):
        names = [formats.day_near(today + dt.timedelta(days=step), today) for step in (-1, 0, 1, 2, -4, 30, 400)]
    assert names == ["Yesterday", "Today", "Tomorrow", "Monday", "Last Tuesday", "Dec 21", "Dec 26, 2027"]


def test_an_unknown_language_falls_back_to_english() -> None:
    assert formats.locale_of("xx-yy").language == "en"


def test_a_capped_count_says_so() -> None:
    with translation.override("en"):
        assert formats.count(10_000, capped=True) == "10,000+"
        assert formats.count(412) == "412"
