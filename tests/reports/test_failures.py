from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
import time_machine
from django.utils import timezone

from crm.tenants.context import tenant_context
from tests.people import Firm
from tests.reports.reading import ask, cells_of, figure, labels, line, rows_behind, table
from tests.reports.rows import deal, lead, reason, source

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)
MAY = datetime(2026, 5, 2, 12, tzinfo=UTC)


@pytest.fixture
def failed(inside: Firm) -> Firm:
    """By hand: 3 unqualified leads; 5 lost opportunities; and what is none of these."""
    fair, list_ = source("Trade show/event"), source("Purchased list")
    lead(inside.ana, "unqualified", source=list_, campaign="Spring", status_since=MAY)
    lead(inside.sam, "unqualified", source=list_, status_since=MAY)
    lead(inside.sam, "unqualified", status_since=datetime(2026, 4, 2, tzinfo=UTC))
    lead(inside.sam, "working", source=list_, status_since=MAY)
    lead(inside.ana, "unqualified", source=list_, status_since=MAY, deleted_at=timezone.now())
    days = {"closed_on": date(2026, 5, 2)}
    deal(inside.ana, "Lost", 1_000, source=list_, loss_reason=reason("vetting"), **days)
    deal(inside.ana, "Lost", 2_000, source=fair, loss_reason=reason("sales"), campaign="Spring", **days)
    deal(inside.ana, "Lost", 4_000, source=fair, loss_reason=reason("other"), currency="EUR", **days)
    deal(inside.sam, "Lost", 8_000, source=fair, campaign="Fair, autumn", **days)
    deal(inside.sam, "Lost", 16_000, loss_reason=reason("sales"), closed_on=date(2026, 4, 13))
    deal(inside.sam, "Won", 32_000, source=fair, **days)
    deal(inside.sam, "Negotiation", 64_000, source=fair)
    return inside


def test_by_source(failed: Firm) -> None:
    found = table(ask("failures", failed.ada), "source")
    assert labels(found) == ["Purchased list", "Trade show/event", "No source"]
    assert line(found, "Purchased list") == {
        "Source": "Purchased list",
        "Unqualified leads": 2,
        "Lost to vetting": 1,
        "Lost in selling": 0,
        "Lost for other reasons": 0,
        "Lost, no reason given": 0,
        "Lost to vetting, of all lost": Fraction(1, 1),
        "Lost value": {"USD": 1_000},
    }
    fair = line(found, "Trade show/event")
    assert (fair["Unqualified leads"], fair["Lost in selling"], fair["Lost for other reasons"]) == (0, 1, 1)
    assert fair["Lost, no reason given"] == 1, "which is no other reason"
    assert (fair["Lost to vetting, of all lost"], fair["Lost value"]) == (0, {"USD": 10_000, "EUR": 4_000})
    assert line(found, "All")["Lost in selling"] == 2


def test_by_campaign_and_by_owner(failed: Firm) -> None:
    answer = ask("failures", failed.ada)
    assert line(table(answer, "campaign"), "Spring")["Unqualified leads"] == 1
    assert line(table(answer, "campaign"), "Spring")["Lost in selling"] == 1
    assert line(table(answer, "owner"), "Sam Seller")["Unqualified leads"] == 2
    assert line(table(answer, "owner"), "Ana Owner")["Lost to vetting"] == 1


@time_machine.travel(NOW)
def test_in_a_period_and_the_one_before(failed: Firm) -> None:
    deal(failed.sam, "Lost", 1, loss_reason=reason("sales"), closed_on=date(2026, 4, 14))  # after the day that it is
    answer = ask("failures", failed.ada, "period=this_month")
    seen = {str(one.label): (one.cell.value, one.before and one.before.value) for one in answer.figures}
    assert seen == {
        "Unqualified leads": (2, 1),
        "Lost to vetting": (1, 0),
        "Lost in selling": (1, 1),
        "Lost for other reasons": (1, 0),
        "Lost, no reason given": (1, 0),
    }


def test_the_days_of_leads_are_the_workspaces(failed: Firm) -> None:
    # In New York it is still April 30 at 03:00 UTC.
    lead(failed.ana, "unqualified", status_since=datetime(2026, 5, 1, 3, 59, tzinfo=UTC))
    lead(failed.ana, "unqualified", status_since=datetime(2026, 5, 1, 4, 0, tzinfo=UTC))
    may = ask("failures", failed.ada, "period=custom&from=2026-05-01")
    assert figure(may, "Unqualified leads").cell.value == 3
    april = ask("failures", failed.ada, "period=custom&to=2026-04-30")
    assert figure(april, "Unqualified leads").cell.value == 2


def test_the_smallest_values_share_a_line(inside: Firm) -> None:
    for number in range(53):
        lead(inside.ana, "unqualified", campaign=f"Campaign {number:02}")
    lead(inside.ana, "unqualified", campaign="Campaign 07")
    found = table(ask("failures", inside.ada), "campaign")
    assert len(found.rows) == 51
    assert labels(found)[0] == "Campaign 07"
    assert line(found, "3 others")["Unqualified leads"] == 3
    assert line(found, "All")["Unqualified leads"] == 54


def test_access_and_the_wall(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead(firm.ana, "unqualified")
        lead(firm.sam, "unqualified")
        assert figure(ask("failures", firm.ada), "Unqualified leads").cell.value == 2
        assert figure(ask("failures", firm.sam), "Unqualified leads").cell.value == 1
    with tenant_context(other_firm.tenant):
        assert ask("failures", other_firm.ada).is_empty


@time_machine.travel(NOW)
@pytest.mark.parametrize("query", ["period=all", "period=this_month", "period=all&owner=me"])
@pytest.mark.parametrize("actor", ["ada", "sam"])
def test_every_count_is_the_number_of_rows_behind_it(failed: Firm, query: str, actor: str) -> None:
    person = getattr(failed, actor)
    counted = [cell for cell in cells_of(ask("failures", person, query)) if cell.kind == "count" and cell.url]
    assert [cell.value for cell in counted] == [rows_behind(cell.url, person) for cell in counted]
    assert counted or "owner=me" in query


def test_ways_of_writing_a_campaign_are_one_line_that_leads_to_its_rows(inside: Firm) -> None:
    """Of leads and opportunities alike, and with a comma, which parts the values of other filters."""
    lead(inside.ana, "unqualified", campaign="Fair, autumn", status_since=MAY)
    lead(inside.sam, "unqualified", campaign="fair, Autumn", status_since=MAY)
    deal(inside.ana, "Lost", 1, campaign="FAIR,  autumn", loss_reason=reason("sales"))
    found = table(ask("failures", inside.ada), "campaign")
    assert [str(row[0].value) for row in found.rows] == ["Fair, autumn"]
    told = {str(column.label): cell for column, cell in zip(found.columns, found.rows[0], strict=True)}
    for label, number in (("Unqualified leads", 2), ("Lost in selling", 1)):
        assert told[label].value == rows_behind(told[label].url, inside.ada) == number
