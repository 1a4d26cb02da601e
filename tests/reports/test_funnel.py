import re
from datetime import UTC, datetime
from fractions import Fraction
from html import unescape

import pytest
import time_machine
from django.utils import timezone

from crm.tenants.context import tenant_context
from tests.people import Firm
from tests.reports.reading import ask, cells_of, figure, labels, line, rows_behind, table
from tests.reports.rows import deal, lead, source

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)
APRIL = datetime(2026, 4, 20, 12, tzinfo=UTC)


@pytest.fixture
def came(inside: Firm) -> Firm:
    """By hand: 8 leads, 5 of them qualified, 3 with an opportunity (and one that was deleted), 1 won."""
    fair, web = source("Trade show/event"), source("Web form")
    lead(inside.ana, "new", source=web)
    lead(inside.ana, "unqualified", source=web)
    lead(inside.sam, "working", source=fair, created_at=APRIL)
    lead(inside.sam, "qualified", source=fair)
    lead(inside.ana, "converted", source=fair, opportunity=deal(inside.ana, "Won", 1_000))
    lead(inside.ana, "converted", source=fair, opportunity=deal(inside.ana, "Negotiation", 1_000), created_at=APRIL)
    lead(inside.ana, "converted", source=web, opportunity=deal(inside.ana, "Lost", 1_000))
    gone = deal(inside.ana, "Won", 1_000, deleted_at=timezone.now())
    lead(inside.ana, "converted", opportunity=gone)
    lead(inside.ana, "qualified", deleted_at=timezone.now())
    return inside


def test_by_source(came: Firm) -> None:
    found = table(ask("funnel", came.ada), "source")
    assert labels(found) == ["Trade show/event", "Web form", "No source"]
    assert line(found, "Trade show/event") == {
        "Source": "Trade show/event",
        "Leads": 4,
        "Qualified": 3,
        "With an opportunity": 2,
        "Won": 1,
        "Qualification rate": Fraction(3, 4),
        "Won of all leads": Fraction(1, 4),
    }
    assert line(found, "Web form")["Qualification rate"] == Fraction(1, 3)
    assert line(found, "No source")["With an opportunity"] == 0
    total = line(found, "All")
    assert [total[name] for name in ("Leads", "Qualified", "With an opportunity", "Won")] == [8, 5, 3, 1]


@time_machine.travel(NOW)
def test_leads_count_in_the_period_they_came_in(came: Firm) -> None:
    april = ask("funnel", came.ada, "period=last_month")
    assert figure(april, "Leads").cell.value == 2
    rate = figure(april, "Qualification rate")
    assert rate.cell.value == Fraction(1, 2)
    assert rate.before and rate.before.value is None
    assert figure(april, "Leads").before


def test_the_funnel_is_drawn_with_links(came: Firm) -> None:
    drawn = unescape(str(ask("funnel", came.ada).charts[0][0].svg))
    assert 'aria-label="Leads: 8"' in drawn
    assert 'aria-label="Qualified: 5 · 62.5% of the step before"' in drawn
    assert 'href="/leads/?opportunity_stage=meaning:won"' in drawn


@time_machine.travel(NOW)
def test_bars_of_rates_are_on_a_scale_to_the_whole(came: Firm) -> None:
    """The largest rate was as wide as the chart: a half looked like all."""
    drawn = unescape(str(ask("funnel", came.ada, "period=last_month").charts[0][1].svg))
    assert 'aria-label="Trade show/event: 50%"' in drawn
    assert re.findall(r'class="mark [^>]*? width="([^"]+)"', drawn) == ["50%"]


def test_access_and_the_wall(came: Firm, other_firm: Firm) -> None:
    assert figure(ask("funnel", came.sam), "Leads").cell.value == 2
    assert figure(ask("funnel", came.ana), "Leads").cell.value == 6


def test_another_workspace_is_not_in_it(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(other_firm.tenant):
        lead(other_firm.ana, "new")
        assert figure(ask("funnel", other_firm.ada), "Leads").cell.value == 1
    with tenant_context(firm.tenant):
        assert ask("funnel", firm.ada).is_empty


@time_machine.travel(NOW)
@pytest.mark.parametrize("query", ["period=all", "period=last_month", "period=custom&from=2026-04-21"])
@pytest.mark.parametrize("actor", ["ada", "sam"])
def test_every_count_is_the_number_of_rows_behind_it(came: Firm, query: str, actor: str) -> None:
    person = getattr(came, actor)
    counted = [cell for cell in cells_of(ask("funnel", person, query)) if cell.kind == "count" and cell.url]
    assert [cell.value for cell in counted] == [rows_behind(cell.url, person) for cell in counted]
    assert counted
