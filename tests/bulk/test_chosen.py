"""What the dialog has shown is what is done, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse

from crm import catalogue
from crm.bulk import running
from crm.bulk.models import BulkFinding, BulkRun
from crm.picklists.selectors import choices
from crm.queries.condition import Condition
from crm.queries.query import Query
from crm.saved_views.services import save_view
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests import make
from tests.forms import Filled
from tests.people import Firm, client_of

NEW = "/acme/bulk/leads/new/"


@pytest.fixture
def view(firm: Firm) -> str:
    """The query of a view of Ada's that shows two of three leads."""
    with tenant_context(firm.tenant):
        for name, city in (("Ash", "Bonn"), ("Birch", "Bonn"), ("Cedar", "Ulm")):
            make.lead(firm.ana, last_name=name, city=city)
        query = Query(catalogue.record_type("leads"), (Condition("city", "is", ("Bonn",)),))
        return f"?view={save_view(actor=firm.ada, query=query, name='In Bonn', audience='all').pk}"


def dialog(firm: Firm, query: str, action: str, **chosen: Any) -> Filled:
    """The dialog of the action, as it stands in Max' browser."""
    data = {"action": action, "back": f"/acme/leads/{query}", **(chosen or {"all": "1"})}
    bar = Filled(client_of(firm.max), f"{NEW}{query}", {})
    answer = bar.client.post(bar.address, data)
    assert answer.status_code == 200
    address = next(part for part in answer.content.decode().split('"') if part.startswith(NEW))
    return Filled(bar.client, unescape(address), bar.again(answer).data)


def leads(firm: Firm, **having: Any) -> set[str]:
    with tenant_context(firm.tenant):
        return set(Lead.objects.filter(**having).values_list("last_name", flat=True))


def lead(firm: Firm, name: str) -> Lead:
    with tenant_context(firm.tenant):
        return Lead.objects.get(last_name=name)


def words(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


def delete_view(firm: Firm, query: str) -> None:
    view_id = query.partition("=")[2]
    assert client_of(firm.ada).post(f"/acme/views/leads/{view_id}/deletion/").status_code == 303


def change_view(firm: Firm, query: str) -> None:
    view_id = query.partition("=")[2]
    address = f"/acme/views/leads/{view_id}/state/{query}&filters=none"
    assert client_of(firm.ada).post(address).status_code == 303


@pytest.mark.parametrize("meanwhile", [delete_view, change_view])
def test_a_view_that_is_deleted_or_changed_meanwhile_widens_nothing(
    firm: Firm, view: str, meanwhile: Callable[[Firm, str], None]
) -> None:
    """The field of 278 leads was set where 1 was confirmed."""
    with tenant_context(firm.tenant):
        hot = choices("rating")[0]
    asked = dialog(firm, view, "set:rating")
    meanwhile(firm, view)
    assert asked.send(go="1", **{"to-rating": str(hot.pk)}).status_code == 303
    assert leads(firm, rating=hot) == {"Ash", "Birch"}


def test_rows_that_came_in_or_left_meanwhile_are_told_and_asked_again(firm: Firm, view: str) -> None:
    """A fourth lead was deleted where three were confirmed."""
    asked = dialog(firm, view, "tags")
    with tenant_context(firm.tenant):
        make.lead(firm.ana, last_name="Date", city="Bonn")
    answer = asked.send(go="1", **{"to-tags": "Fair, Autumn"})
    assert answer.status_code == 422
    page = words(answer)
    assert "Tag 3 leads" in page and "the rows have changed: 2 then, 3 now. Check and confirm again." in page
    assert "Fair, Autumn" in page, "what was typed stays"
    client_of(firm.ana).post(f"/acme/leads/{lead(firm, 'Ash').pk}/fields/city/", {"city": "Ulm"})
    with tenant_context(firm.tenant):
        make.lead(firm.ana, last_name="Elm", city="Bonn")
        assert not BulkRun.objects.exists()
    asked = asked.again(answer)
    answer = asked.send(go="1")
    assert answer.status_code == 422 and "some rows have left the list and others have come in" in words(answer)
    assert asked.again(answer).send(go="1").status_code == 303
    with tenant_context(firm.tenant):
        assert BulkRun.objects.get().counts == {"changed": 3}
        assert "Ash" not in {
            one.last_name for one in Lead.objects.all() if catalogue.record_type("leads").spec("tags").value(one)
        }


def test_all_rows_are_not_taken_without_having_been_shown(firm: Firm, view: str) -> None:
    form = {"action": "delete", "all": "1", "go": "1"}
    answer = client_of(firm.max).post(f"{NEW}{view}", form)
    assert answer.status_code == 422 and "Check which rows are meant" in words(answer)
    asked = dialog(firm, view, "delete")
    with tenant_context(firm.tenant):
        make.lead(firm.ana, last_name="Date", city="Bonn")
    assert asked.send(go="1").status_code == 422
    assert leads(firm) == {"Ash", "Birch", "Cedar", "Date"}
    assert dialog(firm, view, "delete").send(go="1").status_code == 303
    assert leads(firm) == {"Cedar"}


@pytest.mark.parametrize("piece", [1_000, 1])
def test_what_the_list_no_longer_shows_when_its_turn_comes_is_refused_by_name(
    firm: Firm, view: str, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    """It was passed over, and what came in behind it was taken along; of 20,001 rows each that came in."""
    monkeypatch.setattr("crm.bulk.services.AT_ONCE", 0)
    monkeypatch.setattr("crm.bulk.rows.PIECE", piece)
    asked = dialog(firm, view, "delete")
    asked.send(go="1")
    client_of(firm.ana).post(f"/acme/leads/{lead(firm, 'Ash').pk}/fields/city/", {"city": "Ulm"})
    client_of(firm.ana).post(f"/acme/leads/{lead(firm, 'Birch').pk}/deletion/")
    client_of(firm.ana).post(f"/acme/leads/{lead(firm, 'Cedar').pk}/fields/city/", {"city": "Bonn"})
    with tenant_context(firm.tenant):
        make.lead(firm.ana, last_name="Date", city="Bonn")
        run = BulkRun.objects.select_related("made_by__role", "event").get()
        while running.work_on(run, running.Memory()):
            pass
        assert (run.total, run.done_count, run.refused_count) == (2, 0, 2)
        told = {one.name: one.reasons[0] for one in BulkFinding.objects.all()}
    assert leads(firm) == {"Ash", "Cedar", "Date"}
    assert "no longer shows it" in told["Lena Ash"] and told["Lena Birch"] == "It has been deleted meanwhile."


def test_a_ticked_row_that_was_deleted_meanwhile_is_named(firm: Firm, view: str) -> None:
    """Of 50 that were chosen the dialog spoke of 49, without a word."""
    ids = {name: str(lead(firm, name).pk) for name in ("Ash", "Birch", "Cedar")}
    gone = "Deleted since you chose the rows: Lena "
    client_of(firm.ana).post(f"/acme/leads/{ids['Ash']}/deletion/")
    asked = dialog(firm, view, "tags", id=list(ids.values()))
    assert asked.data["id"] == sorted((ids["Birch"], ids["Cedar"]))
    client_of(firm.ana).post(f"/acme/leads/{ids['Birch']}/deletion/")
    answer = asked.send(go="1", **{"to-tags": "Fair"})
    assert answer.status_code == 422
    assert f"{gone}Birch." in words(answer) and "2 then, 1 now" in words(answer) and "Tag 1 lead" in words(answer)
    client_of(firm.ana).post(f"/acme/leads/{ids['Cedar']}/deletion/")
    answer = asked.again(answer).client.post(NEW, {"action": "tags", "id": ids["Cedar"]}, follow=True)
    assert f"{gone}Cedar." in words(answer)


def test_what_was_set_to_the_same_again_by_somebody_is_not_taken_back(firm: Firm, view: str) -> None:
    with tenant_context(firm.tenant):
        hot, cold = choices("rating")[0], choices("rating")[-1]
    dialog(firm, view, "set:rating").send(go="1", **{"to-rating": str(hot.pk)})
    address = f"/acme/leads/{lead(firm, 'Ash').pk}/fields/rating/"
    for choice in (cold, hot):
        assert client_of(firm.ana).post(address, {"rating": str(choice.pk)}).status_code < 400
    with tenant_context(firm.tenant):
        run = BulkRun.objects.get()
    answer = client_of(firm.max).post(f"/acme/bulk/{run.pk}/", {"_method": "DELETE"}, follow=True)
    assert f"Ana Owner has changed it to “{hot.label}” meanwhile." in words(answer)
    client_of(firm.max).post(answer.redirect_chain[-1][0], {"shown": answer.context["question"].mark})
    assert leads(firm, rating=hot) == {"Ash"} and leads(firm, rating=None) == {"Birch", "Cedar"}


def move_all(firm: Firm) -> str:
    for name in ("Ash", "Birch"):
        client_of(firm.ana).post(f"/acme/leads/{lead(firm, name).pk}/fields/city/", {"city": "Ulm"})
    return ""


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (move_all, "The list shows no rows any more."),
        (lambda firm: "&rating=nonsense", "was left out"),
    ],
    ids=["no row is left", "a filter is gone"],
)
def test_where_nothing_can_be_done_any_more_what_was_typed_is_given_back(
    firm: Firm, view: str, meanwhile: Callable[[Firm], str], why: str
) -> None:
    asked = dialog(firm, view, "tags")
    asked = replace(asked, address=asked.address + meanwhile(firm))
    answer = asked.send(go="1", **{"to-tags": "Fair, Autumn"})
    assert answer.status_code == 422
    assert asked.again(answer).data["to-tags"] == ["Fair, Autumn"]
    assert why in words(answer).partition("<main")[2]
    with tenant_context(firm.tenant):
        assert not BulkRun.objects.exists()


def test_too_many_ticked_rows_are_refused_with_what_was_typed(
    firm: Firm, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = dialog(firm, view, "tags", id=[str(lead(firm, name).pk) for name in ("Ash", "Birch")])
    monkeypatch.setattr("crm.bulk.views.MOST_IDS", 1)
    answer = asked.send(go="1", **{"to-tags": "Fair"})
    assert answer.status_code == 422 and "At most 1 rows at once" in words(answer)
    again = asked.again(answer).data
    assert (again["to-tags"], again["id"]) == (["Fair"], asked.data["id"]) and "all" not in again


@pytest.mark.parametrize("few", [1_000, 1])
def test_who_confirms_the_rows_anew_has_seen_what_others_set_meanwhile(
    firm: Firm, view: str, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """A row that came into the list by a colleague's change, and was confirmed, was refused for that change."""
    monkeypatch.setattr("crm.bulk.meanwhile.FEW", few)
    with tenant_context(firm.tenant):
        hot, cold = choices("rating")[0], choices("rating")[-1]
    asked = dialog(firm, view, "set:rating")
    cedar = f"/acme/leads/{lead(firm, 'Cedar').pk}/fields"
    client_of(firm.ana).post(f"{cedar}/rating/", {"rating": str(cold.pk)})
    client_of(firm.ana).post(f"{cedar}/city/", {"city": "Bonn"})
    answer = asked.send(go="1", **{"to-rating": str(hot.pk)})
    assert answer.status_code == 422 and "2 then, 3 now" in words(answer)
    assert f"Lena Cedar: Ana Owner has set Rating to “{cold.label}”" in words(answer)
    client_of(firm.ana).post(f"/acme/leads/{lead(firm, 'Ash').pk}/fields/rating/", {"rating": str(cold.pk)})
    assert asked.again(answer).send(go="1").status_code == 303
    assert leads(firm, rating=hot) == {"Birch", "Cedar"}, "what came after that is refused"
