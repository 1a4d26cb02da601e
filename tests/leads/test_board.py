"""The board of leads by status, over HTTP."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from crm.fields.money import Money
from crm.picklists.models import Choice
from crm.picklists.selectors import choice_meaning, choices
from crm.tenants.context import tenant_context
from leads.conversion import convert_lead, plan_for
from leads.fields import OPEN_MEANINGS
from leads.models import Lead
from leads.panels import load_status_bar
from leads.services import meaning_of, set_lead_status
from tests import make
from tests.pages.test_listing import questions
from tests.people import Firm, client_of

BOARD = "/acme/leads/board/"
DROPPED = {"HTTP_HX_REQUEST": "true"}
IN_DIALOG = {**DROPPED, "HTTP_HX_TARGET": "dialog"}


@pytest.fixture
def leads(firm: Firm) -> list[Lead]:
    with tenant_context(firm.tenant):
        made = [make.lead(firm.ana, last_name=f"Lead {number}") for number in range(3)]
        made.append(make.lead(firm.ana, last_name="Priced", estimated_value=Money(5_000_00, "USD")))
        return made


def columns(firm: Firm, query: str = "?filters=none", member: Any = None) -> dict[str, Any]:
    answer = client_of(member or firm.ana).get(f"{BOARD}{query}")
    assert answer.status_code == 200
    return {column.value.meaning: column for column in answer.context["columns"]}


def status(firm: Firm, meaning: str) -> Choice:
    with tenant_context(firm.tenant):
        return choice_meaning("lead_status", meaning)


def drop(firm: Firm, lead: Lead, meaning: str, member: Any = None) -> HttpResponse:
    path = f"/acme/leads/{lead.pk}/status/?filters=none&board=1"
    return client_of(member or firm.ana).post(path, {"status": str(status(firm, meaning).pk)}, **DROPPED)


def meaning_now(firm: Firm, lead: Lead) -> str:
    with tenant_context(firm.tenant):
        return meaning_of(Lead.objects.get(pk=lead.pk))


def test_every_status_is_a_column_with_its_count_and_the_guessed_values(firm: Firm, leads: list[Lead]) -> None:
    found = columns(firm)
    with tenant_context(firm.tenant):
        assert [column.value for column in found.values()] == choices("lead_status")
    assert (found["new"].count, found["new"].sums) == (4, {"USD": 500_000})
    assert {key for key, column in found.items() if column.asks} == {"converted", "unqualified"}
    assert not columns(firm, "")["converted"].shown, "the list opens on open leads"


def test_a_dropped_card_moves_the_lead_and_answers_with_both_heads(firm: Firm, leads: list[Lead]) -> None:
    answer = drop(firm, leads[0], "qualified")
    page = answer.content.decode()
    assert answer.status_code == 200
    for meaning in ("new", "qualified"):
        assert f"board-head-{status(firm, meaning).pk}" in page
    assert meaning_now(firm, leads[0]) == "qualified"
    assert columns(firm)["qualified"].count == 1


def test_dropped_on_converted_it_leads_to_the_conversion_page(firm: Firm, leads: list[Lead]) -> None:
    path = f"/acme/leads/{leads[0].pk}/status/?status={status(firm, 'converted').pk}&board=1"
    answer = client_of(firm.ana).get(path, **IN_DIALOG)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/acme/leads/{leads[0].pk}/conversion/")
    assert client_of(firm.ana).get(path)["Location"] == f"/acme/leads/{leads[0].pk}/conversion/"
    assert meaning_now(firm, leads[0]) == "new"


def test_dropped_on_unqualified_it_asks_why_and_comes_back_to_the_board(firm: Firm, leads: list[Lead]) -> None:
    client = client_of(firm.ana)
    path = f"/acme/leads/{leads[0].pk}/status/?status={status(firm, 'unqualified').pk}&board=1&back=/acme/leads/board/"
    page = client.get(path, **IN_DIALOG).content.decode()
    assert f'action="/acme/leads/{leads[0].pk}/closing/"' in page and "<html" not in page
    assert 'name="back" value="/acme/leads/board/"' in page
    with tenant_context(firm.tenant):
        reason = choices("unqualified_reason")[0]
    data = {"unqualified_reason": str(reason.pk), "back": BOARD}
    answer = client.post(f"/acme/leads/{leads[0].pk}/closing/", data, **IN_DIALOG)
    assert answer["HX-Redirect"] == f"{BOARD}#card-{leads[0].pk}"
    assert meaning_now(firm, leads[0]) == "unqualified"
    assert drop(firm, leads[0], "working").status_code == 200
    assert meaning_now(firm, leads[0]) == "working"


def test_without_javascript_one_chooses_from_the_statuses(firm: Firm, leads: list[Lead]) -> None:
    client = client_of(firm.ana)
    path = f"/acme/leads/{leads[0].pk}/status/?back=/acme/leads/board/"
    page = client.get(path).content.decode()
    offered = re.findall(r"<button[^>]*>\s*(.*?)\s*</button>", page, re.S)
    assert "Qualified" in offered and "Converted…" in offered and "New" not in offered
    data = {"status": str(status(firm, "qualified").pk), "back": BOARD}
    answer = client.post(path, data)
    assert (answer.status_code, answer["Location"]) == (303, f"{BOARD}#card-{leads[0].pk}")
    assert meaning_now(firm, leads[0]) == "qualified"
    answer = client.post(path, {"status": str(status(firm, "unqualified").pk), "back": BOARD})
    assert answer["Location"] == f"/acme/leads/{leads[0].pk}/closing/?back=%2Facme%2Fleads%2Fboard%2F"
    foreign = client.post(path, {"status": str(status(firm, "new").pk), "back": "https://else.example/"})
    assert foreign["Location"] == f"/acme/leads/{leads[0].pk}/"


def test_a_converted_lead_stands_still(firm: Firm, leads: list[Lead]) -> None:
    with tenant_context(firm.tenant):
        convert_lead(lead_id=leads[0].pk, actor=firm.ana, plan=plan_for(leads[0], firm.ana))
    found = columns(firm)
    assert [bool(card.stays) for card in found["converted"].cards] == [True]
    assert not any(card.stays for card in found["new"].cards)
    answer = drop(firm, leads[0], "new")
    assert (answer.status_code, answer["Content-Type"]) == (409, "text/plain; charset=utf-8")
    assert "read-only" in answer.content.decode()


def test_cards_of_others_are_not_moved(firm: Firm, leads: list[Lead]) -> None:
    assert all(card.stays for card in columns(firm, member=firm.rita)["new"].cards)
    assert drop(firm, leads[0], "qualified", firm.rita).status_code == 404
    assert drop(firm, leads[0], "qualified", firm.max).status_code == 200


def test_the_board_needs_as_many_queries_for_one_lead_as_for_many(firm: Firm, leads: list[Lead]) -> None:
    client = client_of(firm.max)
    client.get(f"{BOARD}?filters=none")
    with CaptureQueriesContext(
        connection,
    ) as many:
        client.get(f"{BOARD}?filters=none")
    with CaptureQueriesContext(connection) as one:
        client.get(f"{BOARD}?name=Lena Priced")
    assert len(questions(many)) == len(questions(one)) <= 13


def test_only_statuses_that_a_lead_had_are_ticked(inside: Firm) -> None:
    first, skipped, third = [one for one in choices("lead_status") if one.meaning in OPEN_MEANINGS][:3]
    lead = make.lead(inside.ana)
    for status, ticked in ((third, [first]), (skipped, [first]), (third, [first, skipped])):
        set_lead_status(lead=lead, status=status, actor=inside.ana)
        assert [step.status for step in load_status_bar(inside.ana, lead)["steps"] if step.is_done] == ticked
