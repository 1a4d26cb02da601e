"""Conditions of which any is enough, over HTTP: in the bar, in views, on boards, in files and runs."""

from __future__ import annotations

import csv
import io
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from crm.events.delivery import deliver_all
from crm.fields.money import Money
from crm.picklists.selectors import choices, stages
from crm.picklists.services import create_choice, replace_and_delete
from crm.saved_views.models import SavedView
from crm.saved_views.selectors import views_filtering_by
from crm.tenants.context import tenant_context
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.people import Firm, client_of

LIST = "/acme/leads/"


@pytest.fixture
def ratings(firm: Firm) -> dict[str, str]:
    """Leads A (hot, Bonn), B (cold, Ulm), C (cold, Kiel); the ids of the ratings."""
    with tenant_context(firm.tenant):
        found = {one.label: one for one in choices("rating")}
        for name, rating, city in (("A", "Hot", "Bonn"), ("B", "Cold", "Ulm"), ("C", "Cold", "Kiel")):
            make.lead(firm.ana, first_name="", last_name=name, rating=found[rating], city=city)
        return {label: str(one.pk) for label, one in found.items()}


def send(client: Client, path: str, **form: Any) -> str:
    answer = client.post(path, {"_was": "", "_in": "", "_operator": "is"} | form)
    assert answer.status_code == 303, answer.context["bar"].editing.problem
    return str(answer["Location"])


def pairs(address: str) -> list[tuple[str, str]]:
    return [pair for pair in parse_qsl(urlsplit(address).query) if pair[0] not in ("sort", "view")]


def names(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200 and not answer.context["listing"].problems
    return "".join(sorted(row.record.name for row in answer.context["rows"]))


def query_of(ratings: dict[str, str]) -> str:
    return f"any1.rating={ratings['Hot']}&any1.city=Ulm"


def test_a_condition_becomes_one_of_several_by_its_form(firm: Firm, ratings: dict[str, str]) -> None:
    client, hot = client_of(firm.ana), ratings["Hot"]
    page = client.get(f"{LIST}?city=Bonn&rating={hot}&edit=rating")
    assert 'name="_or"' in page.content.decode()
    more = send(client, f"{LIST}{page.context['bar'].query}", _field="rating", _was="rating", _value=hot, _or="1")
    assert pairs(more) == [("city", "Bonn"), ("any1.rating", hot), ("edit", "any1")] and more.endswith("#filter")
    picking = client.get(more)
    assert picking.context["bar"].picking.parameter == "any1" and not picking.context["bar"].picking.is_new
    assert 'href="?city=Bonn&amp;any1.rating=' in picking.content.decode(), "the fields are links"
    link = f"{LIST}{picking.context['bar'].query}&edit=any1.source"
    form = client.get(link).context["bar"].editing
    assert (form.parameter, form.group, form.is_in_any) == ("", "any1", True)
    both = send(client, f"{LIST}{picking.context['bar'].query}", _field="company", _in="any1", _value="Ash")
    assert pairs(both) == [("city", "Bonn"), ("any1.rating", hot), ("any1.company", "Ash")]
    again = send(client, f"{LIST}?{urlsplit(both).query}", _field="company", _in="any1", _was="any1.company",
                 _value="Oak", _or="1")  # fmt: skip
    assert pairs(again)[2:] == [("any1.company", "Oak"), ("edit", "any1")]


def test_a_first_condition_of_a_new_group_and_one_of_a_nested_one(firm: Firm, ratings: dict[str, str]) -> None:
    client = client_of(firm.ana)
    page = client.get(f"{LIST}?any1.city=Ulm&edit=any2")
    assert page.context["bar"].next_group == "any2" and page.context["bar"].picking.is_new
    second = send(client, f"{LIST}?any1.city=Ulm", _field="company", _in="any2", _value="Ash")
    assert pairs(second) == [("any1.city", "Ulm"), ("any2.company", "Ash")]
    nested = "?any1.all1.employees__from=1&any1.all1.employees__to=9&any1.city=Ulm"
    form = client.get(f"{LIST}{nested}&edit=any1.all1.employees__to").context["bar"].editing
    assert (form.parameter, form.group, form.texts) == ("any1.all1.employees__to", "any1.all1", ["9", ""])
    changed = send(client, f"{LIST}{nested}", _field="employees", _in=form.group, _was=form.parameter,
                   _operator="to", _value="7")  # fmt: skip
    assert pairs(changed)[1] == ("any1.all1.employees__to", "7")
    text = unescape(client.get(f"{LIST}{nested}").context["bar"].chips[0].phrase)
    assert text == "(Employees from 1 and Employees up to 9) or City is Ulm"


def test_a_condition_and_a_group_are_removed(firm: Firm, ratings: dict[str, str]) -> None:
    client, query = client_of(firm.ana), query_of(ratings)
    page = client.get(f"{LIST}?company__empty=yes&{query}&edit=any1.city")
    assert pairs(page.context["bar"].editing.without) == [("company__empty", "yes"), ("any1.rating", ratings["Hot"])]
    [_alone, group] = page.context["bar"].chips
    assert (group.phrase, pairs(group.without)) == ("Rating is Hot or City is Ulm", [("company__empty", "yes")])
    assert pairs(client.get(f"{LIST}?any1.city=Ulm").context["bar"].chips[0].chips[0].without) == [("filters", "none")]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"_field": "city", "_value": ""}, "Choose a value, or remove the filter."),
        ({"_field": "employees", "_value": "many"}, "many"),
        ({"_field": "city", "_value": "x" * 5000}, "more filters than an address can hold"),
        ({"_field": "city", "_operator": "near", "_value": "x"}, "Choose a condition."),
    ],
)
def test_what_cannot_be_taken_into_a_group_comes_back_in_its_form(
    firm: Firm, ratings: dict[str, str], form: dict[str, str], told: str
) -> None:
    client, path = client_of(firm.ana), f"{LIST}?{query_of(ratings)}"
    answer = client.post(path, {"_was": "", "_in": "any1", "_operator": "is", "_or": "1"} | form)
    assert answer.status_code == 200 and told in answer.context["bar"].editing.problem
    assert 'name="_in" value="any1"' in answer.content.decode()
    send(client, path, **form | {"_in": "any1", "_field": "city", "_operator": "is", "_value": "Oslo"})


def test_a_view_keeps_a_group_opens_with_it_and_is_saved_to(firm: Firm, ratings: dict[str, str]) -> None:
    ada, query = client_of(firm.ada), query_of(ratings)
    saved = ada.post(f"/acme/views/leads/new/?{query}", {"name": "Worth a call", "audience": "all"})
    with tenant_context(firm.tenant):
        view = SavedView.objects.get(name="Worth a call")
    assert view.state["filters"] == [{"any": [["rating", "is", [ratings["Hot"]]], ["city", "is", ["Ulm"]]]}]
    kept = ada.get(saved["Location"])
    assert names(ada, saved["Location"]) == "AB" and not kept.context["state"].differs_from_view
    ada.post(f"/acme/views/leads/{view.pk}/default/")
    assert client_of(firm.sam).get(LIST).context["bar"].chips[0].phrase == "Rating is Hot or City is Ulm"
    views = " ".join(ada.get("/acme/views/leads/").content.decode().split())
    assert "Rating is <b><bdi>Hot</bdi></b> or City is" in views
    more = f"?view={view.pk}&{query}&any1.city=Kiel"
    changed = ada.get(f"{LIST}{more}")
    assert changed.context["state"].differs_from_view and "Save to this view" in changed.content.decode()
    asked = ada.get(f"/acme/views/leads/{view.pk}/state/{more}")
    ada.post(f"/acme/views/leads/{view.pk}/state/{more}", {"seen": asked.context["seen"]})
    assert names(ada, f"{LIST}?view={view.pk}") == "ABC"


def test_a_view_follows_what_takes_the_place_of_a_value_in_a_group(firm: Firm, ratings: dict[str, str]) -> None:
    ada = client_of(firm.ada)
    with tenant_context(firm.tenant):
        spare = create_choice(actor=firm.ada, picklist="lead_source", values={"label": "Spare"})
        web = next(one for one in choices("lead_source") if one != spare)
    query = f"any1.source={spare.pk}&any1.city=Ulm"
    ada.post(f"/acme/views/leads/new/?{query}", {"name": "Spare or Ulm", "audience": "all"})
    with tenant_context(firm.tenant):
        assert [view.name for view in views_filtering_by([str(spare.pk)])] == ["Spare or Ulm"]
        replace_and_delete(actor=firm.ada, entry=spare, replacement=web)
        deliver_all()
        kept = SavedView.objects.get(name="Spare or Ulm").state["filters"]
    assert kept == [{"any": [["source", "is", [str(web.pk)]], ["city", "is", ["Ulm"]]]}]


def test_files_and_runs_take_the_rows_of_a_group(firm: Firm, ratings: dict[str, str]) -> None:
    ada, query = client_of(firm.ada), query_of(ratings)
    text = ada.get(f"{LIST}export/?{query}&sort=name&columns=name").content.decode("utf-8-sig")
    assert [row["name"] for row in csv.DictReader(io.StringIO(text))] == ["A", "B"]
    back = f"{LIST}?{query}"
    sent = {"action": "delete", "all": "1", "back": back}
    asked = ada.post(f"/acme/bulk/leads/new/?{query}", sent)
    assert "Rating is Hot or City is Ulm" in unescape(asked.content.decode())
    form = sent | {"go": "1", "shown": asked.context["shown"]}
    done = ada.post(f"/acme/bulk/leads/new/{asked.context['query']}", form)
    assert done["Location"] == back
    with tenant_context(firm.tenant):
        assert [lead.name for lead in Lead.objects.all()] == ["C"]


def test_a_board_shows_the_columns_that_a_group_lets_through(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        first, second, *_others = stages()
        won = make.stage("won")
        for stage, name in ((first, "Ash"), (second, "Birch"), (won, "Oak")):
            make.opportunity(firm.ana, name=name, stage=stage)
    client = client_of(firm.ana)

    def board(query: str) -> tuple[dict[str, int], set[str]]:
        answer = client.get(f"/acme/opportunities/board/?{query}")
        columns = answer.context["columns"]
        for column in (one for one in columns if one.shown):
            rows = client.get(f"/acme/opportunities/{column.query}").context["count"].value
            assert rows == column.count, column.value.label
        return {one.value.label: one.count for one in columns if one.count}, {
            one.value.label for one in columns if one.shown
        }

    assert board(f"any1.stage={first.pk}&any1.stage={won.pk}") == (
        {first.label: 1, won.label: 1},
        {first.label, won.label},
    )
    counts, shown = board(f"any1.stage={first.pk}&any1.name=Oak")
    assert counts == {first.label: 1, won.label: 1}
    assert shown > {first.label, second.label, won.label}, "one that is called so may stand in each"
    assert board(f"any1.stage={first.pk}&any1.stage__not={second.pk}&stage={first.pk}")[1] == {first.label}


def test_an_amount_in_a_group_says_what_it_leaves_out(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        hot = next(one for one in choices("rating") if one.label == "Hot")
        make.opportunity(firm.ana, amount=Money(500_000, "EUR"))
        make.opportunity(firm.ana, amount=Money(500_000, "EUR"), rating=hot)
        make.opportunity(firm.ana, amount=Money(500_000, "USD"))
        assert Opportunity.objects.count() == 3
    page = client_of(firm.ana).get(f"/acme/opportunities/?any1.amount__from=1000&any1.rating={hot.pk}")
    assert page.context["count"].value == 2
    assert page.context["bar"].not_compared == ["Amount is compared in USD only. Left out: 1 record in EUR."]


def test_a_filter_form_on_a_part_of_the_page_comes_alone(firm: Firm, ratings: dict[str, str]) -> None:
    headers = {"HX-Request": "true", "HX-Target": "filters"}
    answer = client_of(firm.ana).get(f"{LIST}?{query_of(ratings)}&edit=any1", headers=headers)
    assert "<main" not in answer.content.decode() and "filter-picker" in answer.content.decode()
