"""Saved views, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from crm.saved_views.models import SavedView
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of


@pytest.fixture
def bonn(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ana, name="In Bonn", city="Bonn")
        make.account(firm.ana, name="In Ulm", city="Ulm")


def save(firm: Firm, member: Any, name: str, audience: str = "own") -> SavedView:
    answer = client_of(member).post(
        "/acme/views/accounts/new/?city=Bonn&sort=-name", {"name": name, "audience": audience}
    )
    assert answer.status_code == 303, answer.content.decode()
    with tenant_context(firm.tenant):
        return SavedView.objects.get(name=name)


def rows(member: Any, query: str = "") -> list[str]:
    return [row.record.name for row in client_of(member).get(f"/acme/accounts/{query}").context["rows"]]


def test_accounts_open_on_active_customers_with_prospects_a_click_away(firm: Firm, bonn: None) -> None:
    page = client_of(firm.ana).get("/acme/accounts/")
    assert page.context["state"].view.name == "Active customers"
    assert page.context["rows"] == []
    [prospects] = [view for view in page.context["listing"].views.tabs if view.name == "Prospective accounts"]
    assert rows(firm.ana, f"?view={prospects.pk}") == ["In Bonn", "In Ulm"]


def test_a_view_keeps_filters_and_order_for_its_owner(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn")
    assert rows(firm.ana, f"?view={view.pk}") == ["In Bonn"]
    assert client_of(firm.ana).get(f"/acme/views/accounts/{view.pk}/").status_code == 200
    assert client_of(firm.max).get(f"/acme/views/accounts/{view.pk}/").status_code == 404


def test_a_view_shared_with_the_team_reaches_the_team_only(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn", "team")
    names = lambda member: [one.name for one in client_of(member).get("/acme/accounts/").context["listing"].views.all]  # noqa: E731
    assert "Bonn" in names(firm.max)
    assert "Bonn" not in names(firm.sam)
    assert (
        client_of(firm.max).post(f"/acme/views/accounts/{view.pk}/", {"name": "Mine", "audience": "all"}).status_code
        == 404
    )
    answer = client_of(firm.ana).post(f"/acme/views/accounts/{view.pk}/", {"name": "Bonn!", "audience": "all"})
    assert answer.status_code == 303
    assert "Bonn!" in names(firm.sam)


def test_the_lists_state_is_saved_back_to_the_view(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn")
    answer = client_of(firm.ana).post(f"/acme/views/accounts/{view.pk}/?view={view.pk}&city=Ulm", {"state": "1"})
    assert answer.status_code == 303
    assert rows(firm.ana, f"?view={view.pk}") == ["In Ulm"]


def test_a_list_opens_on_what_its_reader_chose(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn", "all")
    assert client_of(firm.ana).post(f"/acme/views/accounts/{view.pk}/pin/", {"opens": "1"}).status_code == 303
    assert rows(firm.ana) == ["In Bonn"]
    assert rows(firm.sam) == []
    assert client_of(firm.sam).post(f"/acme/views/accounts/{view.pk}/default/").status_code == 404
    assert client_of(firm.ada).post(f"/acme/views/accounts/{view.pk}/default/").status_code == 303
    assert rows(firm.sam) == ["In Bonn"]


def test_a_deleted_view_is_gone_but_not_the_one_the_list_opens_on(firm: Firm, bonn: None) -> None:
    view = save(firm, firm.ana, "Bonn", "all")
    with tenant_context(firm.tenant):
        opens_on = SavedView.objects.get(name="Active customers")
    client = client_of(firm.ada)
    client.post(f"/acme/views/accounts/{opens_on.pk}/", {"_method": "DELETE"})
    client.post(f"/acme/views/accounts/{view.pk}/", {"_method": "DELETE"})
    with tenant_context(firm.tenant):
        assert SavedView.objects.filter(pk=opens_on.pk).exists()
        assert not SavedView.objects.filter(pk=view.pk).exists()
