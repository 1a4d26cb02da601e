from datetime import UTC, date, datetime

import pytest
import time_machine
from django.utils import timezone

from crm.fields.money import Money
from crm.tenants.context import tenant_context
from leads.conversion import ConversionPlan, convert_lead, new
from leads.models import Lead
from reports.answers import Answer
from tests import make
from tests.people import Firm
from tests.reports.reading import ask, cells_of, figure, labels, line, rows_behind, table
from tests.reports.rows import account, deal

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)


@pytest.fixture
def pipeline(inside: Firm) -> Firm:
    """By hand: five open opportunities of three owners in two currencies, and what must not count."""
    deal(inside.ana, "Negotiation", 100_050, probability=80, expected_close_on=date(2026, 5, 31))  # 800.40
    deal(inside.ana, "Negotiation", 20_001, probability=50, expected_close_on=date(2026, 6, 1))  # 100.005 → 100.00
    deal(inside.ana, "Qualifying", 70_000, probability=10, expected_close_on=date(2026, 4, 30), currency="EUR")  # 70.00
    deal(inside.sam, "Qualifying", 3, probability=50, expected_close_on=date(2026, 5, 1))  # 0.015 → 0.02
    deal(None, "Qualifying", None, account=account(None))
    deal(inside.ana, "Won", 900_000)
    deal(inside.ana, "Lost", 800_000)
    deal(inside.ana, "Negotiation", 700_000, deleted_at=timezone.now())
    return inside


def test_what_a_lead_is_guessed_to_be_worth_is_not_in_it_until_it_is_converted(pipeline: Firm) -> None:
    lead = make.lead(pipeline.ana, company="Kestrel", estimated_value=Money(5_000_000, "USD"))
    before = ask("pipeline", pipeline.ada)
    assert figure(before, "Open pipeline").cell.value == {"USD": 120_054, "EUR": 70_000}
    assert line(table(before, "owner"), "Ana Owner")["Opportunities"] == 3
    convert_lead(lead_id=lead.pk, actor=pipeline.ana, plan=ConversionPlan(account=new(), opportunity=new()))
    after = ask("pipeline", pipeline.ada)
    assert figure(after, "Open pipeline").cell.value == {"USD": 5_120_054, "EUR": 70_000}
    assert line(table(after, "owner"), "Ana Owner")["Opportunities"] == 4


def test_by_stage_for_each_currency(pipeline: Firm) -> None:
    found = table(ask("pipeline", pipeline.ada), "stage")
    assert labels(found) == [
        "Qualifying",
        "Requirements gathering",
        "Proposal preparation",
        "Proposal submitted",
        "Demo given",
        "Negotiation",
    ]
    assert line(found, "Negotiation") == {
        "Stage": "Negotiation",
        "Opportunities": 2,
        "Amount": {"USD": 120_051},
        "Weighted": {"USD": 90_040},
    }
    assert line(found, "Qualifying") == {
        "Stage": "Qualifying",
        "Opportunities": 3,
        "Amount": {"USD": 3, "EUR": 70_000},
        "Weighted": {"USD": 2, "EUR": 7_000},
    }
    assert line(found, "Demo given")["Opportunities"] == 0
    assert line(found, "All") == {
        "Stage": "All",
        "Opportunities": 5,
        "Amount": {"USD": 120_054, "EUR": 70_000},
        "Weighted": {"USD": 90_042, "EUR": 7_000},
    }


def test_by_owner_with_a_column_for_each_stage(pipeline: Firm) -> None:
    found = table(ask("pipeline", pipeline.ada), "owner")
    assert labels(found) == ["Ana Owner", "Sam Seller", "Nobody"]
    ana = line(found, "Ana Owner")
    assert ana["Negotiation"] == {"USD": 120_051}
    assert ana["Qualifying"] == {"EUR": 70_000}
    assert ana["Weighted"] == {"USD": 90_040, "EUR": 7_000}
    assert line(found, "Nobody")["Opportunities"] == 1
    assert line(found, "Nobody")["Amount"] == {}


def test_the_numbers_on_top_are_the_totals_of_the_tables(pipeline: Firm) -> None:
    answer = ask("pipeline", pipeline.ada)
    for found in answer.tables:
        total = line(found, "All")
        assert figure(answer, "Open pipeline").cell.value == total["Amount"]
        assert figure(answer, "Weighted").cell.value == total["Weighted"]
        assert figure(answer, "Open opportunities").cell.value == total["Opportunities"]


@time_machine.travel(NOW)
@pytest.mark.parametrize(
    ("query", "number"),
    [("period=this_month", 2), ("period=next_month", 1), ("period=this_quarter", 4), ("period=all", 5)],
)
def test_the_period_is_about_the_expected_close(pipeline: Firm, query: str, number: int) -> None:
    assert figure(ask("pipeline", pipeline.ada, query), "Open opportunities").cell.value == number


@time_machine.travel(NOW)
def test_what_the_period_before_left_open(pipeline: Firm) -> None:
    left = figure(ask("pipeline", pipeline.ada, "period=this_month"), "Still open from April 2026")
    assert left.cell.value == {"EUR": 70_000}
    assert left.extra and left.extra.value == 1
    overdue = figure(ask("pipeline", pipeline.ada), "Overdue")
    assert overdue.cell.value == {"EUR": 70_000, "USD": 3}


def owner_query(firm: Firm, who: str) -> str:
    return f"period=all&owner={getattr(firm, who).pk if hasattr(firm, who) else who}"


@pytest.mark.parametrize(("who", "number"), [("ana", 3), ("sam", 1), ("nobody", 1), ("rita", 0), ("me", 0)])
def test_of_one_owner(pipeline: Firm, who: str, number: int) -> None:
    answer = ask("pipeline", pipeline.ada, owner_query(pipeline, who))
    assert figure(answer, "Open opportunities").cell.value == number
    assert answer.is_empty is (number == 0)


def test_of_a_team_and_the_teams_below_it(pipeline: Firm) -> None:
    pipeline.west.parent = pipeline.east
    pipeline.west.save(update_fields=["parent"])
    both = ask("pipeline", pipeline.ada, f"period=all&team={pipeline.east.pk}")
    below = ask("pipeline", pipeline.ada, f"period=all&team={pipeline.west.pk}")
    assert figure(both, "Open opportunities").cell.value == 4
    assert figure(below, "Open opportunities").cell.value == 1


@time_machine.travel(NOW)
def test_the_last_seven_days(inside: Firm) -> None:
    deal(inside.ana, "Negotiation", 1_000, opened_on=date(2026, 5, 7))  # the first of the seven days
    deal(inside.ana, "Negotiation", 20_000, opened_on=date(2026, 5, 6))
    deal(inside.ana, "Won", 300_000, closed_on=date(2026, 5, 7))
    deal(inside.ana, "Won", 400_000, closed_on=date(2026, 5, 6))
    deal(inside.ana, "Lost", 5_000_000, opened_on=date(2026, 5, 8), closed_on=date(2026, 5, 13))
    answer = ask("pipeline", inside.ada)
    seen = {str(one.label): (one.cell.value, one.extra and one.extra.value) for one in answer.lately}
    assert seen == {
        "Opened": (2, {"USD": 5_001_000}),
        "Won": (1, {"USD": 300_000}),
        "Lost": (1, {"USD": 5_000_000}),
    }
    for one in answer.lately:
        assert rows_behind(one.cell.url, inside.ada) == one.cell.value


@time_machine.travel(NOW)
def test_a_closing_day_to_come_is_in_no_last_seven_days(inside: Firm) -> None:
    deal(inside.ana, "Won", 300_000, closed_on=date(2026, 5, 20))
    deal(inside.ana, "Won", 400_000, closed_on=date(2026, 5, 13))
    won = figure(ask("pipeline", inside.ada), "Won")
    assert (won.cell.value, rows_behind(won.cell.url, inside.ada)) == (1, 1)


def test_no_lead_is_in_it(pipeline: Firm) -> None:
    def seen(answer: Answer) -> list:
        return [cell.value for cell in cells_of(answer)]

    before = seen(ask("pipeline", pipeline.ada))
    from crm.picklists.selectors import choice_meaning

    for number in range(3):
        Lead.objects.create(
            name=f"Lead {number}",
            sort_name=f"lead {number}",
            status=choice_meaning("lead_status", "qualified"),
            owner=pipeline.ana,
        )
    assert seen(ask("pipeline", pipeline.ada)) == before
    deal(pipeline.ana, "Negotiation", 5)
    assert seen(ask("pipeline", pipeline.ada)) != before


def test_a_rep_counts_what_a_rep_may_see(pipeline: Firm) -> None:
    assert figure(ask("pipeline", pipeline.ana), "Open opportunities").cell.value == 4  # East's, and nobody's
    assert figure(ask("pipeline", pipeline.sam), "Open opportunities").cell.value == 2
    assert figure(ask("pipeline", pipeline.sam, owner_query(pipeline, "ana")), "Open opportunities").cell.value == 0


def test_another_workspace_is_not_in_it(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(other_firm.tenant):
        deal(other_firm.ana, "Negotiation", 5_000)
        assert figure(ask("pipeline", other_firm.ada), "Open opportunities").cell.value == 1
    with tenant_context(firm.tenant):
        assert ask("pipeline", firm.ada).is_empty


def test_a_stage_that_is_not_offered_any_more_still_counts(pipeline: Firm) -> None:
    from tests.reports.rows import stage

    negotiation = stage("Negotiation")
    negotiation.is_active = False
    negotiation.save(update_fields=["is_active"])
    pipeline.tenant.__dict__.pop("_memo", None)
    answer = ask("pipeline", pipeline.ada)
    assert line(table(answer, "stage"), "Negotiation")["Opportunities"] == 2
    assert figure(answer, "Open opportunities").cell.value == 5


@time_machine.travel(NOW)
@pytest.mark.parametrize("query", ["period=all", "period=this_month", "period=custom&from=2026-05-31"])
@pytest.mark.parametrize("who", ["", "ana", "nobody", "east"])
@pytest.mark.parametrize("actor", ["ada", "ana"])
def test_every_count_is_the_number_of_rows_behind_it(pipeline: Firm, query: str, who: str, actor: str) -> None:
    person = getattr(pipeline, actor)
    if who == "east":
        query += f"&team={pipeline.east.pk}"
    elif who:
        query += "&" + owner_query(pipeline, who).removeprefix("period=all&")
    counted = [cell for cell in cells_of(ask("pipeline", person, query)) if cell.kind == "count" and cell.url]
    assert [cell.value for cell in counted] == [rows_behind(cell.url, person) for cell in counted]
    if query.startswith("period=all"):
        assert counted
