"""By pipeline and by product, and up to today: each number is that of the rows that it leads to."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client

from crm.ground.text import sort_key
from crm.picklists.models import Pipeline, Stage
from crm.picklists.selectors import pipelines
from crm.picklists.services import create_pipeline
from crm.tenants.context import tenant_context
from crm.tenants.memo import forget
from crm.users.models import Membership, User
from reports.products import products_offered
from reports.shipped import REPORTS
from tests.own_words import tight
from tests.people import Firm, client_of
from tests.reports.reading import ask, cells_of, figure, labels, line, rows_behind, table
from tests.reports.rows import deal, lead, reason
from tests.reports.test_links import own_only

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)
OPPORTUNITIES = ("pipeline", "close-ratio")
WITH_LEADS = ("failures", "funnel")


def renewal(firm: Firm, pipeline: Pipeline, meaning: str, **values: Any) -> Any:
    """An opportunity in the first stage of ``pipeline`` that means so."""
    label = {"open": "Negotiation", "won": "Won", "lost": "Lost"}[meaning]
    found = deal(firm.ana, label, 500, **values)
    found.pipeline, found.stage = pipeline, Stage.objects.filter(pipeline=pipeline, meaning=meaning).first()
    found.save(update_fields=["pipeline", "stage"])
    return found


@pytest.fixture
def two(inside: Firm) -> Pipeline:
    """Renewals beside Sales, with opportunities in each."""
    renewals = create_pipeline(actor=inside.ada, name="Renewals")
    forget()
    for meaning in ("open", "won", "lost", "lost"):
        values = {"loss_reason": reason("vetting")} if meaning == "lost" else {}
        lead(inside.ana, "converted", opportunity=renewal(inside, renewals, meaning, **values))
    for label in ("Negotiation", "Negotiation", "Won", "Won", "Lost"):
        lead(inside.ana, "converted", opportunity=deal(inside.ana, label, 100))
    lead(inside.ana, "unqualified", status_since=NOW)
    return renewals


def check_every_link(key: str, actor: Membership, query: str) -> int:
    counted = [cell for cell in cells_of(ask(key, actor, query)) if cell.kind == "count" and cell.url]
    assert [cell.value for cell in counted] == [rows_behind(cell.url, actor) for cell in counted], key
    return len(counted)


@time_machine.travel(NOW)
def test_every_report_of_opportunities_can_be_of_one_pipeline(inside: Firm, two: Pipeline) -> None:
    query = f"period=all&pipeline={two.pk}"
    for key in OPPORTUNITIES + WITH_LEADS:
        assert check_every_link(key, inside.ada, query) > 3
        assert check_every_link(key, inside.ada, "period=all") > 3
    assert figure(ask("pipeline", inside.ada, query), "Open opportunities").cell.value == 1
    assert figure(ask("pipeline", inside.ada), "Open opportunities").cell.value == 3
    assert line(table(ask("close-ratio", inside.ada, query), "owner"), "All")["Lost"] == 2
    assert figure(ask("failures", inside.ada, query), "Lost to vetting").cell.value == 2
    funnel = line(table(ask("funnel", inside.ada, query), "source"), "All")
    assert (funnel["Leads"], funnel["With an opportunity"], funnel["Won"]) == (10, 4, 1)
    stages = labels(table(ask("pipeline", inside.ada, query), "stage"))
    assert stages and set(stages) <= {one.label for one in Stage.objects.filter(pipeline=two)}


@time_machine.travel(NOW)
def test_stages_of_one_name_have_their_own_rows_and_colours(inside: Firm, two: Pipeline) -> None:
    """Those of the second pipeline had the colours of the first one's."""
    for stage in Stage.objects.filter(pipeline=two, meaning="open"):
        in_stage(inside, two, stage)
    rows = labels(table(ask("pipeline", inside.ada, "period=all"), "stage"))
    assert {"Sales: Qualifying", "Renewals: Qualifying"} <= set(rows)
    legend = legend_by_owner(inside)
    assert list(legend) == [name for name in rows if name != "All"]
    assert len(set(legend.values())) == len(legend) > 6
    third = create_pipeline(actor=inside.ada, name="Upgrades")
    forget()
    for stage in Stage.objects.filter(pipeline=third, meaning="open"):
        in_stage(inside, third, stage)
    legend = legend_by_owner(inside)
    assert len(legend) == len(set(legend.values())) == 13
    assert re.fullmatch(r"\d+ more stages?", list(legend)[-1])


def in_stage(firm: Firm, pipeline: Pipeline, stage: Stage) -> None:
    found = renewal(firm, pipeline, "open")
    type(found).objects.filter(pk=found.pk).update(stage=stage)


def legend_by_owner(firm: Firm) -> dict[str, str]:
    """The colours of the stages, by name."""
    charts = [chart for row in ask("pipeline", firm.ada, "period=all").charts for chart in row]
    legend = next(chart.legend for chart in charts if "by owner" in chart.title)
    found = dict(legend)
    assert len(found) == len(legend)
    return found


@time_machine.travel(NOW)
def test_the_pipeline_is_offered_where_there_are_two(firm: Firm) -> None:
    client = client_of(firm.ada)
    assert 'name="pipeline"' not in client.get("/acme/reports/pipeline/").content.decode()
    with tenant_context(firm.tenant):
        other = create_pipeline(actor=firm.ada, name="Renewals")
        assert len(pipelines()) == 2
        deal(firm.ana, "Won", 100)
        deal(firm.ana, "Negotiation", 100)
    for key in OPPORTUNITIES + WITH_LEADS:
        text = page(client, f"/acme/reports/{key}/?period=all&pipeline={other.pk}")
        assert f'<option value="{other.pk}" selected>Renewals</option>' in text
        assert ("leads are counted whatever became of them" in text) == (key in WITH_LEADS)
    assert 'name="pipeline"' not in page(client, "/acme/reports/accounts-by-type/")
    assert 'id="pipeline-error"' in page(client, "/acme/reports/pipeline/?pipeline=nonsense")


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return tight(answer.content.decode())


def sold(firm: Firm, owner: Membership, product: str, label: str = "Won", number: int = 1) -> None:
    for _number in range(number):
        deal(owner, label, 100, product=product)


@time_machine.travel(NOW)
def test_products_are_those_that_occur_most_frequent_first_in_any_case(inside: Firm) -> None:
    sold(inside, inside.ana, "Pump, large", number=3)
    sold(inside, inside.ana, "valve", number=1)
    sold(inside, inside.sam, "Valve", number=1)
    sold(inside, inside.sam, "Hose", "Negotiation", number=1)
    sold(inside, inside.ana, "", number=5)
    assert products_offered(inside.ada, [])[0] == "Pump, large"
    assert [sort_key(one) for one in products_offered(inside.ada, [])] == [
        sort_key(one) for one in ("Pump, large", "Valve", "Hose")
    ]
    assert set(products_offered(own_only(inside, inside.sam), [])) == {"Valve", "Hose"}
    query = "period=all&product=VALVE&product=Pump,+large"
    for key in OPPORTUNITIES:
        check_every_link(key, inside.ada, query)
    assert figure(ask("close-ratio", inside.ada, query), "Won").cell.value == 5
    assert figure(ask("close-ratio", inside.ada, "period=all&product=valve"), "Won").cell.value == 2
    assert figure(ask("pipeline", inside.ada, "product=hose"), "Open opportunities").cell.value == 1
    assert figure(ask("pipeline", inside.ada, "product=valve"), "Open opportunities").cell.value == 0


@time_machine.travel(NOW)
def test_products_are_ticked_on_the_page(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        sold(firm, firm.ana, "Pump <b>")
        sold(firm, firm.ana, "Valve")
    text = page(client_of(firm.ada), "/acme/reports/close-ratio/?period=all&product=valve")
    assert '<input type="checkbox" name="product" value="valve" checked>' in text
    assert 'value="Pump &lt;b&gt;">' in text and "<b>" not in text.split('id="products"')[1].split("</div>")[0]
    assert "product=valve" in text


@time_machine.travel(NOW)
def test_a_running_period_counts_up_to_today_and_says_so(inside: Firm) -> None:
    for day in (1, 13, 14, 31):
        deal(inside.ana, "Won", 100, closed_on=date(2026, 5, day))
    answer = ask("close-ratio", inside.ada, "period=this_month")
    won = figure(answer, "Won")
    assert won.cell.value == 2
    assert line(table(answer, "time"), "May 2026")["Won"] == 2
    check_every_link("close-ratio", inside.ada, "period=this_month")
    check_every_link("accounts-by-type", inside.ada, "period=this_month")
    assert figure(ask("close-ratio", inside.ada, "period=all"), "Won").cell.value == 4
    asked = "period=custom&from=2026-05-14&to=2026-05-31"  # days to come, asked for by name
    assert figure(ask("close-ratio", inside.ada, asked), "Won").cell.value == 2
    client = client_of(inside.ada)
    said = "counted up to today, May 13, 2026"
    assert said in page(client, "/acme/reports/close-ratio/?period=this_month")
    assert said not in page(client, "/acme/reports/close-ratio/?period=last_month")
    assert said not in page(client, "/acme/reports/pipeline/?period=this_month")  # about days to come


@time_machine.travel(NOW)
def test_days_are_read_as_the_person_writes_them(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        deal(firm.ana, "Won", 100, closed_on=date(2026, 4, 3))
    client = client_of(firm.ada)
    text = page(client, "/acme/reports/close-ratio/?period=custom&from=4/3/2026&to=4/3/2026")
    assert 'name="from" value="2026-04-03"' in text
    with tenant_context(firm.tenant):
        User.objects.filter(pk=firm.ada.user_id).update(language="en-de")
    for days, iso in (("from=3.4.2026&to=4.4.2026", "2026-04-03"), ("from=2026-04-03", "2026-04-03")):
        text = page(client, f"/acme/reports/close-ratio/?period=custom&{days}")
        assert f'name="from" value="{iso}"' in text and "field-error" not in text
    assert "field-error" in page(client, "/acme/reports/close-ratio/?period=custom&from=31.4.2026")


@time_machine.travel(NOW)
@pytest.mark.parametrize("letter", ["x", "ü"], ids=["plain", "quoted in addresses"])
def test_as_many_products_can_be_chosen_as_can_be_linked(inside: Firm, letter: str) -> None:
    """Those beyond what the address of the rows holds made the list leave all of them out."""
    names = [f"Pump {number} {letter * 170}" for number in range(40)]
    for name in names:
        deal(inside.ana, "Negotiation", 100, product=name)
    deal(inside.ana, "Negotiation", 100, product="Valve")
    query = urlencode({"period": "all", "product": names}, doseq=True)
    form = REPORTS["pipeline"].form(QueryDict(query), inside.ada)
    chosen = form.filters().products
    assert 1 < len(chosen) < 40 and list(chosen) == names[: len(chosen)]
    words = f"A report takes 50 products at most, fewer with long names: {40 - len(chosen)} more were left out."
    assert form.errors["product"] == [words]
    assert check_every_link("pipeline", inside.ada, query) > 3
    assert figure(ask("pipeline", inside.ada, query), "Open opportunities").cell.value == len(chosen)
