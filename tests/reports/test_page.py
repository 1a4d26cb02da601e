"""The page that shows any report, its CSV, and who gets them."""

import csv
import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.tenants.context import tenant_context
from crm.users.models import Membership, Role
from reports.shipped import REPORTS
from reports.shown import lines
from tests.own_words import tight
from tests.people import Firm, client_of
from tests.reports.reading import ask, cells_of
from tests.reports.rows import account, deal, lead, reason

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)
KEYS = list(REPORTS)
MOST_QUERIES = 15  # five are for the person and the workspace, before a report begins


@pytest.fixture
def firm_with_deals(firm: Firm) -> Firm:
    with tenant_context(firm.tenant):
        for owner in (firm.ana, firm.sam):
            deal(owner, "Negotiation", 123_456, expected_close_on=date(2026, 5, 20))
            deal(owner, "Qualifying", 7_000_000, currency="EUR", expected_close_on=date(2026, 4, 20))
            for month in range(1, 6):
                deal(owner, "Won", 100_000, closed_on=date(2026, month, 2), opened_on=date(2025, 11, 1))
                deal(owner, "Lost", 100_000, closed_on=date(2026, month, 3), loss_reason=reason("vetting"))
        deal(firm.ana, "Negotiation", 99, deleted_at=timezone.now())
        account(firm.ana, "Customer", "customer")
        lead(firm.ana, "unqualified")
        lead(firm.sam, "converted", opportunity=deal(firm.sam, "Won", 100, closed_on=date(2026, 1, 2)))
    return firm


def page(client: Client, key: str, query: str = "") -> str:
    response = client.get(f"/acme/reports/{key}/?{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_the_index_links_every_report(firm: Firm) -> None:
    text = client_of(firm.rita).get("/acme/reports/").content.decode()
    for key in KEYS:
        assert f'href="/acme/reports/{key}/"' in text


@pytest.mark.parametrize("key", KEYS)
def test_the_page_shows_every_value_and_links_it(firm_with_deals: Firm, key: str) -> None:
    text = unescape(page(client_of(firm_with_deals.ada), key, "period=all"))
    with tenant_context(firm_with_deals.tenant):
        cells = cells_of(ask(key, firm_with_deals.ada))
        for cell in cells:
            for shown in lines(cell):
                assert shown in text
            if cell.url:
                assert f'href="/acme{cell.url}"' in text
        assert any(cell.url for cell in cells)


@pytest.mark.parametrize("key", KEYS)
def test_every_mark_of_a_chart_is_a_link(firm_with_deals: Firm, key: str) -> None:
    drawn = re.findall(r"<figure.*?</figure>", page(client_of(firm_with_deals.ada), key, "period=all"), re.S)
    assert drawn
    for figure in drawn:
        marks = figure.count('class="mark ')
        assert marks
        assert len(re.findall(r'<a href="/acme/[^"]+" aria-label="[^"]+"><title>', figure)) == marks


def queries_of(client: Client, key: str) -> list[str]:
    page(client, key, "period=last_12_months")  # what is remembered between requests is there by then
    with CaptureQueriesContext(connection) as caught:
        page(client, key, "period=last_12_months")
    return [query["sql"] for query in caught.captured_queries if query["sql"].startswith("SELECT")]


@pytest.mark.parametrize("key", KEYS)
def test_a_page_needs_few_queries_and_no_more_with_more_rows(firm_with_deals: Firm, key: str) -> None:
    client = client_of(firm_with_deals.ada)
    few = queries_of(client, key)
    with tenant_context(firm_with_deals.tenant):
        for owner in (firm_with_deals.max, firm_with_deals.rita):
            for label in ("Qualifying", "Demo given", "Won", "Lost"):
                deal(owner, label, 5_000, currency="CHF", expected_close_on=date(2026, 3, 1))
    many = queries_of(client, key)
    assert len(few) <= MOST_QUERIES, "\n".join(sql[:150] for sql in few)
    assert len(many) == len(few)


@pytest.mark.parametrize("key", KEYS)
def test_the_csv_is_the_table(firm_with_deals: Firm, key: str) -> None:
    client = client_of(firm_with_deals.ada)
    with tenant_context(firm_with_deals.tenant):
        tables = ask(key, firm_with_deals.ada).tables
        shown = [[[str(column.label) for column in one.columns], *map(plain, [*one.rows, one.total])] for one in tables]
    for found, table in zip(tables, shown, strict=True):
        response = client.get(f"/acme/reports/{key}/csv/?period=all&table={found.key}")
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert f"{key}-{found.key}" in response.headers["Content-Disposition"]
        rows = list(csv.reader(response.content.decode("utf-8-sig").splitlines()))
        assert [merged(row, rows[0], table[0]) for row in rows[1:]] == table[1:]


def plain(row: list) -> list:
    """A row's cells as CSV should say them: money as {currency: units}."""
    found: list = []
    for cell in row:
        if cell.kind == "money":
            found.append({currency: minor / 100 for currency, minor in cell.value.items()})
        elif cell.kind == "ratio":
            found.append("" if cell.value is None else f"{float(cell.value) * 100:.2f}")
        else:
            found.append(str(cell.value))
    return found


def merged(row: list[str], heads: list[str], columns: list[str]) -> list:
    """The CSV's cells under the table's columns: those of one money column, one for each currency, together."""
    found: list = []
    for column in columns:
        money = {}
        for head, value in zip(heads, row, strict=True):
            if re.fullmatch(re.escape(column) + " [A-Z]{3}", head):
                money[head[-3:]] = value
        if money:
            found.append({currency: float(value) for currency, value in money.items() if value})
        else:
            found.append(row[heads.index(column) if column in heads else heads.index(f"{column} %")])
    return found


def rename(firm: Firm, name: str) -> None:
    with tenant_context(firm.tenant):
        Membership.objects.filter(pk=firm.ana.pk).update(name=name)


def test_a_name_cannot_become_a_formula(firm_with_deals: Firm) -> None:
    rename(firm_with_deals, "=cmd|' /C calc'!A0")
    text = client_of(firm_with_deals.ada).get("/acme/reports/pipeline/csv/?table=owner").content.decode("utf-8-sig")
    assert "'=cmd|" in text
    assert "\n=cmd|" not in text


def test_a_name_is_shown_as_typed(firm_with_deals: Firm) -> None:
    rename(firm_with_deals, "<script>alert(1)</script>")
    text = page(client_of(firm_with_deals.ada), "pipeline")
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


@pytest.mark.parametrize("path", ["reports/nothing/", "reports/nothing/csv/", "reports/pipeline/csv/?table=nothing"])
def test_what_there_is_not(firm_with_deals: Firm, path: str) -> None:
    client = client_of(firm_with_deals.ada)
    assert client.get("/acme/reports/pipeline/csv/?table=stage").status_code == 200
    assert client.get(f"/acme/{path}").status_code == 404


def test_who_may_not_export_gets_the_page_without_the_file(firm_with_deals: Firm) -> None:
    address = "/acme/reports/pipeline/csv/"
    rita, max_ = client_of(firm_with_deals.rita), client_of(firm_with_deals.max)
    assert (rita.get(address).status_code, max_.get(address).status_code) == (404, 200)
    assert address not in page(rita, "pipeline")
    assert address in page(max_, "pipeline")


def let_reps_see(firm: Firm, scope: str) -> None:
    with tenant_context(firm.tenant):
        role = Role.objects.get(key="rep")
        role.access["opportunities"]["view"] = scope
        role.save(update_fields=["access"])


def test_who_may_see_no_opportunities_has_no_reports_of_them(firm_with_deals: Firm) -> None:
    let_reps_see(firm_with_deals, "none")
    ana = client_of(firm_with_deals.ana)
    for key in KEYS:
        assert ana.get(f"/acme/reports/{key}/").status_code == 404
        assert f"/reports/{key}/" not in ana.get("/acme/reports/").content.decode()
    assert client_of(firm_with_deals.max).get("/acme/reports/pipeline/").status_code == 200


@pytest.mark.parametrize(
    ("scope", "words"), [("team", "you see your team’s"), ("own", "you see your own"), ("all", None)]
)
def test_the_page_says_what_part_one_sees(firm_with_deals: Firm, scope: str, words: str | None) -> None:
    let_reps_see(firm_with_deals, scope)
    text = page(client_of(firm_with_deals.ana), "pipeline")
    assert ("you see" in text) is (words is not None)
    if words:
        assert words in text
        assert "Sam Seller</a>" not in tight(text)


def test_another_workspace_has_no_such_page_for_me(firm_with_deals: Firm, other_firm: Firm) -> None:
    client = client_of(other_firm.ada)
    assert client.get("/acme/reports/pipeline/").status_code == 404
    text = client.get("/globex/reports/pipeline/?period=all").content.decode()
    assert "No open opportunities here" in text


@pytest.mark.parametrize("key", KEYS)
def test_nothing_to_show_says_so_and_offers_everything_where_there_is_something(firm: Firm, key: str) -> None:
    client = client_of(firm.ada)
    everything = 'href="?period=all"'
    for query in ("", "period=all", f"period=last_year&owner={firm.max.pk}"):
        text = page(client, key, query)
        assert 'class="empty"' in text and "<table" not in text
        assert everything not in text, "a button that changes nothing"
    with tenant_context(firm.tenant):
        lead(firm.ana, "unqualified")
        for label in ("Negotiation", "Won", "Lost"):
            deal(firm.ana, label, 100)
    assert everything in page(client, key, f"period=last_year&owner={firm.max.pk}")
    assert "<table" in page(client, key, "period=all")


@time_machine.travel(NOW)
@pytest.mark.parametrize(
    "query",
    [
        "period=rubbish",
        "owner=rubbish",
        "team=00000000-0000-0000-0000-000000000000",
        "period=custom&from=2026-13-01",
        "period=custom&from=2026-05-02&to=2026-05-01",
        "owner=me%20",
        "from=yesterday",
    ],
)
def test_an_address_that_makes_no_sense_is_answered_with_a_hint(firm_with_deals: Firm, query: str) -> None:
    assert 'class="field-error"' in page(client_of(firm_with_deals.ada), "pipeline", query)


@time_machine.travel(NOW)
def test_the_filters_stay_chosen(firm_with_deals: Firm) -> None:
    firm = firm_with_deals
    text = page(client_of(firm.ada), "close-ratio", f"period=last_month&owner={firm.ana.pk}&team={firm.east.pk}")
    for value in ("last_month", firm.ana.pk, firm.east.pk):
        assert f'<option value="{value}" selected>' in text
    assert "April 2026" in text
    assert f"csv/?period=last_month&amp;owner={firm.ana.pk}&amp;team={firm.east.pk}&amp;table=time" in text


def test_numbers_follow_the_persons_language(firm_with_deals: Firm) -> None:
    user = firm_with_deals.ada.user
    assert user
    user.language = "en-de"
    user.save(update_fields=["language"])
    text = unescape(page(client_of(firm_with_deals.ada), "close-ratio", "period=all"))
    assert "10.001" in text
    assert "10,001" not in text


@pytest.mark.parametrize("actor", ["ada", "ana"])
@pytest.mark.parametrize("key", KEYS)
def test_the_list_behind_a_number_has_as_many_rows(firm_with_deals: Firm, key: str, actor: str) -> None:
    person = getattr(firm_with_deals, actor)
    client = client_of(person)
    with tenant_context(firm_with_deals.tenant):
        cells = cells_of(ask(key, person))
    numbers = {cell.url: cell.value for cell in cells if cell.kind == "count" and cell.url}
    assert len(numbers) > 3
    for url, number in list(numbers.items())[:15]:
        listed = client.get(f"/acme{url}")
        assert listed.status_code == 200
        assert listed.context["count"].value == number, url
        assert not listed.context["listing"].problems
