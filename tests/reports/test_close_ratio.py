import re
from datetime import UTC, date, datetime
from fractions import Fraction
from html import unescape

import pytest
import time_machine
from django.utils import timezone

from crm.tenants.context import tenant_context
from tests.people import Firm
from tests.reports.reading import ask, cells_of, figure, labels, line, rows_behind, table
from tests.reports.rows import deal, reason

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)
MARCH, APRIL, MAY = date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 2)


@pytest.fixture
def decided(inside: Firm) -> Firm:
    """By hand: 4 won; 5 lost, of which 2 to vetting, 1 to selling, 1 for another reason, 1 without one."""
    deal(inside.ana, "Won", 100_000, closed_on=MARCH)
    deal(inside.ana, "Won", 200_000, closed_on=APRIL)
    deal(inside.ana, "Won", 50_000, closed_on=MAY, currency="EUR")
    deal(inside.sam, "Won", None, closed_on=MAY)
    deal(inside.ana, "Lost", 1_000, closed_on=MARCH, loss_reason=reason("vetting"))
    deal(inside.sam, "Lost", 2_000, closed_on=MAY, loss_reason=reason("vetting"))
    deal(inside.sam, "Lost", 4_000, closed_on=MAY, loss_reason=reason("sales"))
    deal(inside.sam, "Lost", 8_000, closed_on=APRIL, loss_reason=reason("other"))
    deal(inside.sam, "Lost", 16_000, closed_on=APRIL)
    deal(inside.ana, "Negotiation", 700_000)
    deal(inside.ana, "Won", 900_000, closed_on=MAY, deleted_at=timezone.now())
    deal(inside.ana, "Lost", 900_000, closed_on=MAY, deleted_at=timezone.now(), loss_reason=reason("vetting"))
    return inside


def test_the_ratio_and_the_one_without_vetting_losses(decided: Firm) -> None:
    answer = ask("close-ratio", decided.ada)
    assert figure(answer, "Close ratio").cell.value == Fraction(4, 9)
    assert figure(answer, "Without vetting losses").cell.value == Fraction(4, 7)
    won, lost = figure(answer, "Won"), figure(answer, "Lost")
    assert (won.cell.value, won.extra and won.extra.value) == (4, {"USD": 300_000, "EUR": 50_000})
    assert (lost.cell.value, lost.extra and lost.extra.value) == (5, {"USD": 31_000})


@time_machine.travel(NOW)
def test_by_month(decided: Firm) -> None:
    deal(decided.ana, "Won", 7, closed_on=date(2026, 1, 31))
    found = table(ask("close-ratio", decided.ada), "time")
    assert labels(found) == ["January 2026", "February 2026", "March 2026", "April 2026", "May 2026"]
    assert line(found, "April 2026") == {
        "Month": "April 2026",
        "Won": 1,
        "Won value": {"USD": 200_000},
        "Lost": 2,
        "Of these, vetting": 0,
        "Close ratio": Fraction(1, 3),
        "Without vetting losses": Fraction(1, 3),
    }
    assert line(found, "May 2026")["Close ratio"] == Fraction(2, 4)
    assert line(found, "May 2026")["Without vetting losses"] == Fraction(2, 3)
    assert line(found, "February 2026")["Close ratio"] is None
    assert line(found, "All")["Won"] == 5


@time_machine.travel(NOW)
def test_a_period_shows_its_empty_months_too(decided: Firm) -> None:
    found = table(ask("close-ratio", decided.ada, "period=last_12_months"), "time")
    assert len(found.rows) == 12
    assert labels(found)[0] == "June 2025"


@pytest.mark.parametrize(
    ("first", "title", "rows", "label"),
    [
        (date(2023, 6, 1), "By month", 36, "June 2023"),
        (date(2023, 5, 31), "By quarter", 13, "Q2 2023"),
        (date(1999, 5, 31), "By year", 28, "1999"),
    ],
)
def test_long_times_are_shown_by_quarter_or_year(decided: Firm, first: date, title: str, rows: int, label: str) -> None:
    deal(decided.ana, "Won", 7, closed_on=first)
    found = table(ask("close-ratio", decided.ada), "time")
    assert (str(found.title), len(found.rows), labels(found)[0]) == (title, rows, label)
    assert line(found, label)["Won"] == 1
    assert line(found, "All")["Won"] == 5


def test_a_won_one_without_a_date_is_not_lost_from_sight(decided: Firm) -> None:
    deal(decided.ana, "Won", 7, closed_on=None)
    found = table(ask("close-ratio", decided.ada), "time")
    assert line(found, "Without a date")["Won"] == 1
    assert line(found, "All")["Won"] == 5


def test_by_owner(decided: Firm) -> None:
    found = table(ask("close-ratio", decided.ada), "owner")
    assert labels(found) == ["Ana Owner", "Sam Seller"]
    assert line(found, "Ana Owner")["Close ratio"] == Fraction(3, 4)
    assert line(found, "Ana Owner")["Without vetting losses"] == 1
    assert line(found, "Sam Seller")["Close ratio"] == Fraction(1, 5)
    assert line(found, "Sam Seller")["Without vetting losses"] == Fraction(1, 4)


def test_whose_failure_the_losses_were(decided: Firm) -> None:
    found = table(ask("close-ratio", decided.ada), "losses")
    assert {str(row[0].value): (row[1].value, row[3].value) for row in found.rows} == {
        "Lost in selling": (1, {"USD": 4_000}),
        "Should not have passed vetting": (2, {"USD": 3_000}),
        "Other reasons": (1, {"USD": 8_000}),
        "No reason given": (1, {"USD": 16_000}),
    }
    assert line(found, "Should not have passed vetting")["Share of losses"] == Fraction(2, 5)


@time_machine.travel(NOW)
def test_the_period_before(decided: Firm) -> None:
    may = ask("close-ratio", decided.ada, "period=this_month")
    ratio = figure(may, "Close ratio")
    assert ratio.cell.value == Fraction(2, 4)
    assert ratio.before and ratio.before.value == Fraction(1, 3)
    won = figure(may, "Won").before
    assert won and won.value == 1
    assert figure(ask("close-ratio", decided.ada), "Close ratio").before is None


def test_nothing_decided(inside: Firm) -> None:
    deal(inside.ana, "Negotiation", 1)
    answer = ask("close-ratio", inside.ada)
    assert answer.is_empty
    assert figure(answer, "Close ratio").cell.value is None


def test_only_losses_to_vetting(inside: Firm) -> None:
    deal(inside.ana, "Lost", 1, loss_reason=reason("vetting"))
    answer = ask("close-ratio", inside.ada)
    assert figure(answer, "Close ratio").cell.value == 0
    assert figure(answer, "Without vetting losses").cell.value is None


def test_a_reason_that_a_won_one_kept_from_before_is_no_loss(inside: Firm) -> None:
    deal(inside.ana, "Won", 1, loss_reason=reason("vetting"))
    answer = ask("close-ratio", inside.ada)
    assert figure(answer, "Close ratio").cell.value == 1
    assert figure(answer, "Without vetting losses").cell.value == 1
    assert rows_behind(figure(answer, "Without vetting losses").cell.url, inside.ada) == 1


def test_logic_looks_at_meanings_not_at_labels(decided: Firm) -> None:
    from tests.reports.rows import stage

    won, lost = stage("Won"), stage("Lost")
    for entry, label in ((won, "Lost, but nicely"), (lost, "Won")):
        entry.label = f"tmp {entry.pk}"
        entry.save(update_fields=["label"])
        entry.label = label
        entry.save(update_fields=["label"])
    decided.tenant.__dict__.pop("_memo", None)
    assert figure(ask("close-ratio", decided.ada), "Close ratio").cell.value == Fraction(4, 9)


def test_a_rep_counts_what_a_rep_may_see(decided: Firm) -> None:
    assert figure(ask("close-ratio", decided.ana), "Close ratio").cell.value == Fraction(3, 4)
    assert figure(ask("close-ratio", decided.sam), "Close ratio").cell.value == Fraction(1, 5)


def test_another_workspace_is_not_in_it(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(other_firm.tenant):
        deal(other_firm.ana, "Won", 5_000)
        assert figure(ask("close-ratio", other_firm.ada), "Won").cell.value == 1
    with tenant_context(firm.tenant):
        assert ask("close-ratio", firm.ada).is_empty


@time_machine.travel(NOW)
@pytest.mark.parametrize("query", ["period=all", "period=this_month", "period=custom&from=2026-03-31&to=2026-04-15"])
@pytest.mark.parametrize("who", ["", "&owner=me", "&owner=nobody"])
@pytest.mark.parametrize("actor", ["ada", "sam"])
def test_every_count_is_the_number_of_rows_behind_it(decided: Firm, query: str, who: str, actor: str) -> None:
    deal(decided.ana, "Won", 7, closed_on=None)
    person = getattr(decided, actor)
    counted = [cell for cell in cells_of(ask("close-ratio", person, query + who)) if cell.kind == "count" and cell.url]
    assert [cell.value for cell in counted] == [rows_behind(cell.url, person) for cell in counted]
    if not who:
        assert counted


@time_machine.travel(NOW)
def test_lines_of_rates_are_on_a_scale_to_the_whole(inside: Firm) -> None:
    """It ended a little above the highest of them: a third looked like nearly all."""
    for day in (MARCH, APRIL, MAY):
        for stage in ("Won", "Lost", "Lost"):
            deal(inside.ana, stage, 1_000, closed_on=day)
    chart = ask("close-ratio", inside.ada).charts[0][1]
    assert str(chart.title) == "Close ratio over time" and "33.3%" in str(chart.svg)
    assert re.findall(r'class="chart-tick"[^>]*>([\d.]+)%<', str(chart.svg)) == ["25", "50", "75", "100"]


@time_machine.travel(NOW)
def test_every_mark_of_the_chart_is_as_large_as_the_list_behind_it(decided: Firm) -> None:
    drawn = str(ask("close-ratio", decided.ada).charts[0][0].svg)
    marks = re.findall(r'<a href="([^"]+)" aria-label="[^"]+: (\d+)">', drawn)
    numbers = [int(number) for _url, number in marks]
    assert numbers == [rows_behind(unescape(url), decided.ada) for url, _number in marks]
    assert sum(numbers) == 9
