"""What a number is compared with, and what is said when there is nothing to compare it with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
import time_machine

from opportunities.models import Opportunity
from reports.shown import changes, percent
from tests.people import Firm, client_of
from tests.reports.reading import ask, figure, rows_behind
from tests.reports.rows import deal

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def sales(inside: Firm) -> Firm:
    for day in (date(2026, 10, 1), date(2026, 10, 26), date(2026, 10, 27), date(2026, 10, 31)):
        deal(inside.ana, "Won", 1_000, closed_on=day)
    for day in (date(2026, 11, 1), date(2026, 11, 26)):
        deal(inside.ana, "Won", 1_000, closed_on=day)
    deal(inside.ana, "Won", 1_000, closed_on=date(2026, 9, 30))
    return inside


def shown(firm: Firm, query: str, label: str = "Won") -> list[tuple[str, str, str]]:
    found = figure(ask("close-ratio", firm.ada, query), label)
    return [(one.words, one.before, one.but) for one in changes(found)]


@time_machine.travel(NOW)
def test_this_month_to_the_26th_is_compared_with_the_last_to_the_26th(sales: Firm) -> None:
    won = figure(ask("close-ratio", sales.ada, "period=this_month"), "Won")
    days = [date(2026, 10, 1), date(2026, 10, 26)]
    by_sql = Opportunity.objects.filter(closed_on__range=days, stage__meaning="won").count()
    assert won.before
    assert (won.cell.value, won.before.value, by_sql) == (2, 2, 2)
    assert rows_behind(won.before.url, sales.ada) == 2
    assert shown(sales, "period=this_month") == [("no change", "2", "")]
    text = client_of(sales.ada).get("/acme/reports/close-ratio/?period=this_month").content.decode()
    assert "no change</span> compared with" in text
    assert "(Oct 1 – 26, 2026)" in text.replace("\u2009", " ")


@time_machine.travel(NOW)
def test_what_lies_between_the_two_is_in_neither(sales: Firm) -> None:
    """The last days of October are after its comparable part, and before November."""
    answer = ask("close-ratio", sales.ada, "period=this_month")
    assert figure(answer, "Close ratio").extra.value == 2  # type: ignore[union-attr]
    assert figure(ask("close-ratio", sales.ada, "period=last_month"), "Won").cell.value == 4
    assert shown(sales, "period=last_month") == [("", "1", "no data before Sep 30, 2026")]


@time_machine.travel(NOW)
def test_a_period_before_the_data_began_is_not_compared_with(sales: Firm) -> None:
    assert shown(sales, "period=this_year") == [("", "", "no data before Sep 30, 2026")]
    assert shown(sales, "period=this_quarter") == [("", "", "no data before Sep 30, 2026")]
    text = client_of(sales.ada).get("/acme/reports/close-ratio/?period=this_year").content.decode()
    assert "no data before Sep 30, 2026" in text
    sales.tenant.created_at = datetime(2020, 1, 1, tzinfo=UTC)  # a workspace that has been at work all the time
    sales.tenant.save(update_fields=["created_at"])
    assert shown(sales, "period=this_year") == [("+7", "0", "")]


@pytest.mark.parametrize(
    ("part", "whole", "words"), [(1, 2, "50%"), (4238, 6711, "63.2%"), (1, 3, "33.3%"), (1, 1, "100%"), (0, 9, "0%")]
)
def test_rates_have_no_two_decimals(part: int, whole: int, words: str) -> None:
    assert percent(Fraction(part, whole)) == words
