from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.http import QueryDict

from crm.catalogue import record_type
from crm.queries.query import Query
from crm.users.models import Membership
from reports.filters import FilterForm
from reports.periods import LABELS, Period, make_period
from reports.words import period_words
from tests.people import Firm
from tests.reports.rows import deal

TODAY = date(2026, 5, 13)


@pytest.mark.parametrize(
    ("key", "first", "last", "before_first", "before_last"),
    [
        ("this_month", (2026, 5, 1), (2026, 5, 31), (2026, 4, 1), (2026, 4, 30)),
        ("last_month", (2026, 4, 1), (2026, 4, 30), (2026, 3, 1), (2026, 3, 31)),
        ("next_month", (2026, 6, 1), (2026, 6, 30), (2026, 5, 1), (2026, 5, 31)),
        ("this_quarter", (2026, 4, 1), (2026, 6, 30), (2026, 1, 1), (2026, 3, 31)),
        ("last_quarter", (2026, 1, 1), (2026, 3, 31), (2025, 10, 1), (2025, 12, 31)),
        ("next_quarter", (2026, 7, 1), (2026, 9, 30), (2026, 4, 1), (2026, 6, 30)),
        ("this_year", (2026, 1, 1), (2026, 12, 31), (2025, 1, 1), (2025, 12, 31)),
        ("last_year", (2025, 1, 1), (2025, 12, 31), (2024, 1, 1), (2024, 12, 31)),
        ("last_12_months", (2025, 6, 1), (2026, 5, 31), (2024, 6, 1), (2025, 5, 31)),
    ],
)
def test_named_periods_and_the_ones_before(
    key: str, first: tuple, last: tuple, before_first: tuple, before_last: tuple
) -> None:
    period = make_period(key, TODAY)
    assert (period.first, period.last) == (date(*first), date(*last))
    before = period.before()
    assert before is not None
    assert (before.first, before.last) == (date(*before_first), date(*before_last))


def comparable(key: str, today: date, first: date | None = None, last: date | None = None) -> tuple | None:
    found = make_period(key, today, first, last).comparable()
    return (found.first, found.last) if found else None


@pytest.mark.parametrize(
    ("key", "today", "first", "last"),
    [
        ("this_month", (2026, 11, 26), (2026, 10, 1), (2026, 10, 26)),
        ("this_month", (2026, 11, 1), (2026, 10, 1), (2026, 10, 1)),
        ("this_month", (2026, 3, 30), (2026, 2, 1), (2026, 2, 28)),  # February has no 30th
        ("this_month", (2026, 3, 31), (2026, 2, 1), (2026, 2, 28)),
        ("this_month", (2026, 2, 27), (2026, 1, 1), (2026, 1, 27)),
        ("this_month", (2026, 2, 28), (2026, 1, 1), (2026, 1, 31)),  # it is over
        ("last_month", (2026, 11, 26), (2026, 9, 1), (2026, 9, 30)),
        ("this_quarter", (2026, 11, 26), (2026, 7, 1), (2026, 8, 26)),
        ("this_quarter", (2026, 5, 31), (2026, 1, 1), (2026, 2, 28)),
        ("this_year", (2026, 11, 26), (2025, 1, 1), (2025, 11, 26)),
        ("this_year", (2028, 2, 29), (2027, 1, 1), (2027, 2, 28)),
        ("last_year", (2026, 11, 26), (2024, 1, 1), (2024, 12, 31)),
        ("last_12_months", (2026, 11, 26), (2024, 12, 1), (2025, 11, 26)),
        ("next_month", (2026, 11, 26), None, None),
        ("all", (2026, 11, 26), None, None),
    ],
)
def test_a_running_period_is_compared_with_the_same_part_of_the_one_before(
    key: str, today: tuple, first: tuple | None, last: tuple | None
) -> None:
    assert comparable(key, date(*today)) == (first and last and (date(*first), date(*last)))


@pytest.mark.parametrize(
    ("first", "last", "before_first", "before_last"),
    [
        ((2017, 1, 1), (2017, 12, 31), (2016, 1, 1), (2016, 12, 31)),  # a leap year
        ((2017, 3, 1), (2017, 3, 31), (2017, 2, 1), (2017, 2, 28)),
        ((2017, 2, 1), (2017, 4, 30), (2016, 11, 1), (2017, 1, 31)),
        ((2017, 3, 2), (2017, 3, 31), (2017, 1, 31), (2017, 3, 1)),
        ((2026, 5, 13), (2026, 5, 13), (2026, 5, 12), (2026, 5, 12)),
        ((2026, 5, 4), (2026, 6, 2), (2026, 4, 4), (2026, 4, 13)),  # ten days of it have passed
        ((2026, 5, 1), (2026, 6, 30), (2026, 3, 1), (2026, 3, 13)),
    ],
)
def test_own_days_are_compared_with_the_same_length_just_before(
    first: tuple, last: tuple, before_first: tuple, before_last: tuple
) -> None:
    found = comparable("custom", TODAY, date(*first), date(*last))
    assert found == (date(*before_first), date(*before_last))


def test_the_month_before_march_is_as_long_as_it_is() -> None:
    before = make_period("this_month", date(2028, 3, 31)).before()
    assert before is not None
    assert before.last == date(2028, 2, 29)


def test_own_days_are_compared_with_as_many_days_before() -> None:
    period = make_period("custom", TODAY, date(2026, 5, 4), date(2026, 5, 10))
    before = period.before()
    assert before is not None
    assert (before.first, before.last) == (date(2026, 4, 27), date(2026, 5, 3))


@pytest.mark.parametrize("period", [Period(), Period(first=TODAY), Period(last=TODAY)])
def test_an_open_period_has_none_before(period: Period) -> None:
    assert period.before() is None


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("this_month", "May 2026"),
        ("last_quarter", "Q1 2026"),
        ("this_year", "2026"),
        ("last_12_months", "Jun 1, 2025 – May 31, 2026"),
        ("all", "all time"),
    ],
)
def test_periods_in_words(key: str, words: str) -> None:
    assert period_words(make_period(key, TODAY)).replace("\u2009", " ") == words


def test_own_days_that_are_whole_months_in_words() -> None:
    def words(*days: date) -> str:
        return period_words(make_period("custom", TODAY, *days)).replace("\u2009", " ")

    assert words(date(2017, 1, 1), date(2017, 12, 31)) == "2017"
    assert words(date(2017, 4, 1), date(2017, 6, 30)) == "Q2 2017"
    assert words(date(2017, 2, 1), date(2017, 4, 30)) == "Feb 1 – Apr 30, 2017"


def read(query: str, actor: Membership) -> FilterForm:
    return FilterForm(QueryDict(query), actor=actor, periods=tuple(LABELS), default_period="this_month")


@pytest.mark.parametrize(
    ("query", "first", "last", "wrong"),
    [
        ("", date(2026, 5, 1), date(2026, 5, 31), set()),
        ("period=last_month", date(2026, 4, 1), date(2026, 4, 30), set()),
        ("from=2026-02-03&to=2026-02-04", date(2026, 2, 3), date(2026, 2, 4), set()),
        ("period=custom&from=2026-02-03", date(2026, 2, 3), None, set()),
        ("period=custom", None, None, set()),
        ("period=custom&from=3 Feb 2026&to=2/4/2026", date(2026, 2, 3), date(2026, 2, 4), set()),
        ("period=rubbish", date(2026, 5, 1), date(2026, 5, 31), {"period"}),
        ("period=custom&from=2026-02-30&to=2026-03-01", None, date(2026, 3, 1), {"from"}),
        ("period=custom&from=0001-01-01&to=2026-03-01", None, date(2026, 3, 1), {"from"}),
        ("period=custom&from=2026-03-02&to=2026-03-01", date(2026, 3, 2), None, {"to"}),
        ("owner=nonsense&team=nonsense", date(2026, 5, 1), date(2026, 5, 31), {"owner", "team"}),
    ],
)
@time_machine.travel(datetime(2026, 5, 13, 12, tzinfo=ZoneInfo("UTC")))
def test_what_cannot_be_read_is_said_and_left_out(
    inside: Firm, query: str, first: date | None, last: date | None, wrong: set[str]
) -> None:
    form = read(query, inside.ada)
    filters = form.filters()
    assert (filters.period.first, filters.period.last) == (first, last)
    assert set(form.errors) == wrong
    assert filters.owner is None
    assert filters.team is None


# A month begins eight hours after UTC at UTC−8, and thirteen hours before it at UTC+13.
@pytest.mark.parametrize(
    ("zone", "moment", "month"),
    [
        ("Etc/GMT+8", "2026-05-01T07:59:59Z", 4),
        ("Etc/GMT+8", "2026-05-01T08:00:00Z", 5),
        ("Pacific/Tongatapu", "2026-04-30T10:59:59Z", 4),
        ("Pacific/Tongatapu", "2026-04-30T11:00:00Z", 5),
    ],
)
def test_this_month_is_the_workspaces(
    inside: Firm, monkeypatch: pytest.MonkeyPatch, zone: str, moment: str, month: int
) -> None:
    monkeypatch.setattr(inside.tenant, "time_zone", zone)
    with time_machine.travel(datetime.fromisoformat(moment), tick=False):
        period = read("period=this_month", inside.ada).filters().period
    assert period.first == date(2026, month, 1)


@time_machine.travel(datetime(2026, 5, 13, 12, tzinfo=ZoneInfo("UTC")))
def test_both_ends_belong_to_a_period(inside: Firm) -> None:
    from opportunities.models import Opportunity

    kept = [deal(inside.ana, "Won", 1, closed_on=date(2026, 4, day)) for day in (1, 30)]
    for day in (date(2026, 3, 31), date(2026, 5, 1), None):
        deal(inside.ana, "Won", 1, closed_on=day)
    period = make_period("last_month", TODAY)
    found = Query(record_type(Opportunity.type_key), period.of("closed_on")).rows(inside.ada)
    assert {one.pk for one in found} == {one.pk for one in kept}
