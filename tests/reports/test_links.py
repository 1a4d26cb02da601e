"""Where the numbers lead: to exactly their rows, and to the columns that these are about."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from crm.tenants.context import tenant_context
from crm.users.models import Membership, Role
from opportunities.models import Opportunity
from tests.own_words import tight
from tests.people import Firm, client_of
from tests.reports.reading import ask, cells_of, figure, line, rows_behind, table
from tests.reports.rows import DAY, account, deal, lead, reason

CLOSE_RATIO = "/acme/reports/close-ratio/?period=all"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def decided(firm: Firm) -> None:
    for meaning in ("vetting", "vetting", "sales", "other"):
        deal(firm.ana, "Lost", 100, loss_reason=reason(meaning))
    for _number in range(3):
        deal(firm.ana, "Won", 100)
    deal(firm.ana, "Lost", 100)  # nobody said why


def test_the_ratio_without_vetting_losses_leads_to_the_rows_without_them(inside: Firm) -> None:
    decided(inside)
    answer = ask("close-ratio", inside.ada)
    ratio = figure(answer, "Without vetting losses").cell
    rows = (
        Opportunity.objects.exclude(loss_reason__meaning="vetting").filter(stage__meaning__in=("won", "lost")).count()
    )
    assert (rows, ratio.value.denominator * 2) == (6, 4)  # 3 of 6
    assert rows_behind(ratio.url, inside.ada) == rows
    for key in ("time", "owner"):
        found = table(answer, key)
        place = [str(column.label) for column in found.columns].index("Without vetting losses")
        links = [row[place].url for row in [*found.rows, found.total or []] if row and row[place].url]
        assert links and [rows_behind(link, inside.ada) for link in links] == [6] * len(links), key


def test_lost_and_won_ones_show_when_and_why(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        decided(firm)
        answer = ask("close-ratio", firm.ada)
    client = client_of(firm.ada)
    lost = client.get(f"/acme{figure(answer, 'Lost').cell.url}").content.decode()
    head = lost.split("<thead>")[1].split("</thead>")[0]
    for heading in ("Closed", "Loss reason", "Class of loss"):
        assert heading in head, heading
    for heading in ("Expected close", "Next step"):
        assert heading not in head, heading
    assert "Should not have passed vetting" in lost and "Lost in selling" in lost
    columns = parse_qs(urlsplit(figure(answer, "Won").cell.url).query)["columns"]
    assert "closed_on" in columns[0] and "loss_reason" not in columns[0]
    opened = client.get("/acme/reports/pipeline/").content.decode()
    assert "stage=meaning:open&amp;columns" not in opened


def own_only(firm: Firm, person: Membership) -> Membership:
    role = Role.objects.get(pk=person.role_id)
    role.access["opportunities"]["view"] = "own"
    role.save(update_fields=["access"])
    found = Membership.objects.select_related("role", "team").get(pk=person.pk)
    return found


def test_the_funnel_of_who_sees_own_counts_own_opportunities(inside: Firm) -> None:
    mine, given_away = deal(inside.sam, "Won", 100), deal(inside.ana, "Won", 100)
    for opportunity in (mine, given_away, deal(inside.sam, "Negotiation", 1), None):
        lead(inside.sam, "converted" if opportunity else "working", opportunity=opportunity)
    sam = own_only(inside, inside.sam)
    seen: dict[str, Any] = line(table(ask("funnel", sam), "source"), "All")
    assert (seen["Leads"], seen["With an opportunity"], seen["Won"]) == (4, 2, 1)
    everything = line(table(ask("funnel", inside.ada), "source"), "All")
    assert (everything["With an opportunity"], everything["Won"]) == (3, 2)
    for actor in (sam, inside.ada):
        counted = [cell for cell in cells_of(ask("funnel", actor)) if cell.kind == "count" and cell.url]
        assert [cell.value for cell in counted] == [rows_behind(cell.url, actor) for cell in counted]
    stage = given_away.stage_id
    assert rows_behind(f"/leads/?opportunity_stage={stage}", sam) == 1
    assert rows_behind(f"/leads/?opportunity_stage__not={stage}", sam) == 3
    assert rows_behind("/leads/?opportunity_stage__empty=yes", sam) == 2


@pytest.mark.parametrize("key", ["pipeline", "accounts-by-type"])
def test_a_bar_of_one_currency_leads_to_its_rows_alone(inside: Firm, key: str) -> None:
    """The bar of the euros led to the dollars as well."""
    firm = account(inside.ana)
    deal(inside.ana, "Negotiation", 500, currency="EUR", account=firm)
    deal(inside.ana, "Negotiation", None, currency="EUR", account=firm)
    for _number in range(3):
        deal(inside.ana, "Negotiation", 100, account=firm)
    charts = [one for row in ask(key, inside.ada).charts for one in row]
    for currency, rows in (("USD", 3), ("EUR", 1)):
        drawn = "".join(str(one.svg) for one in charts if currency in str(one.title))
        marks = [unescape(url) for url in re.findall(r'<a href="([^"]+)" aria-label', drawn)]
        assert marks and {rows_behind(url, inside.ada) for url in marks} == {rows}
    page = client_of(inside.ada).get("/acme/opportunities/?currency=EUR&amount__filled=yes").content.decode()
    assert "Currency" in page and "EUR" in page


def test_the_chart_of_the_close_ratio_calls_nothing_lost_but_what_tile_and_table_do(inside: Firm) -> None:
    decided(inside)
    answer = ask("close-ratio", inside.ada)
    legend = [str(label) for label, _css in answer.charts[0][0].legend]
    assert legend == ["Won", "Lost, without vetting losses", "Lost to vetting"]
    assert figure(answer, "Lost").cell.value == line(table(answer, "owner"), "All")["Lost"] == 5


def test_rates_say_of_what_and_sums_of_nothing_are_no_link(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        deal(firm.ana, "Lost", None)
        lead(firm.ana, "qualified")
    client = client_of(firm.ada)
    ratio = " ".join(unescape(re.sub("<[^>]+>", " ", client.get(f"{CLOSE_RATIO}").content.decode())).split())
    assert "0% won of 1 decided" in ratio
    assert "–</a>" not in tight(client.get(CLOSE_RATIO).content.decode())
    funnel = tight(client.get("/acme/reports/funnel/?period=all").content.decode())
    assert "of 1 lead</span>" in funnel and "1 · 100% of the step before" in funnel
    with tenant_context(firm.tenant):
        deal(firm.ana, "Negotiation", 100, expected_close_on=DAY)
    assert "1</a> opportunity</span>" in tight(client.get("/acme/reports/pipeline/").content.decode())


@time_machine.travel(NOW)
def test_a_report_of_old_data_does_not_open_empty(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        from datetime import date

        deal(firm.ana, "Won", 1_000, closed_on=date(2017, 3, 5), opened_on=date(2017, 1, 1))
        deal(firm.ana, "Won", 1_000, closed_on=date(2018, 3, 5), opened_on=date(2017, 1, 1))
    client = client_of(firm.ada)
    text = client.get("/acme/reports/close-ratio/").content.decode()
    assert "Nothing in the last 12 months, so all time is shown." in text
    assert '<option value="all" selected>' in text
    assert "March 2017" in text
    assert "March 2017" in client.get("/acme/reports/close-ratio/csv/").content.decode()
    chosen = client.get("/acme/reports/close-ratio/?period=last_12_months").content.decode()
    assert "Nothing was won or lost here" in chosen and "so all time is shown" not in chosen
