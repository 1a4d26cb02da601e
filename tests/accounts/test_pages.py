"""The pages that only accounts have, and what an account's page shows."""

from __future__ import annotations

from typing import Any

import pytest

from crm.picklists.selectors import choice_meaning
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of


@pytest.fixture
def account(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.account(firm.ana, name="Kestrel")


def type_id(firm: Firm, meaning: str) -> str:
    with tenant_context(firm.tenant):
        return str(choice_meaning("account_type", meaning).pk)


def kind(firm: Firm, account: Any) -> tuple[str, bool]:
    with tenant_context(firm.tenant):
        account.refresh_from_db()
        return account.type.meaning, account.type_kept


def test_setting_the_type_and_keeping_it(firm: Firm, account: Any) -> None:
    client = client_of(firm.ana)
    address = f"/acme/accounts/{account.pk}/type/"
    assert "What is Kestrel?" in client.get(address).content.decode()
    answer = client.post(address, {"type": type_id(firm, "other"), "keep": "on"})
    assert (answer.status_code, answer["Location"]) == (303, f"/acme/accounts/{account.pk}/")
    assert kind(firm, account) == ("other", True)
    page = client.get(f"/acme/accounts/{account.pk}/").content.decode()
    assert "set by Ana Owner on" in page and "kept until somebody changes it" in page


def test_an_unknown_type_is_refused(firm: Firm, account: Any) -> None:
    answer = client_of(firm.ana).post(f"/acme/accounts/{account.pk}/type/", {"type": str(account.pk)})
    assert answer.status_code == 422
    assert kind(firm, account) == ("prospect", False)


def test_who_may_not_edit_finds_nothing(firm: Firm, account: Any) -> None:
    address = f"/acme/accounts/{account.pk}/type/"
    values = {"type": type_id(firm, "customer")}
    assert client_of(firm.rita).post(address, values).status_code == 404
    assert client_of(firm.rita).get(address).status_code == 404
    assert kind(firm, account) == ("prospect", False)
    assert client_of(firm.ana).post(address, values).status_code == 303
    assert kind(firm, account) == ("customer", False)


def test_the_page_lists_open_won_and_lost_opportunities(firm: Firm, account: Any) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.ana, account=account, name="Still open")
        make.opportunity(firm.ana, account=account, name="Already won", stage=make.stage("won"))
        make.opportunity(firm.ana, account=account, name="Sadly lost", stage=make.stage("lost"))
        make.opportunity(firm.ana, name="Of another account")
    page = client_of(firm.ana).get(f"/acme/accounts/{account.pk}/").content.decode()
    assert "Still open" in page and "Already won" in page and "Sadly lost" in page
    assert "Of another account" not in page
    assert f"/acme/opportunities/new/?account={account.pk}" in page


def test_the_list_opens_on_active_customers_and_prospects_are_one_click_away(firm: Firm, account: Any) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ana, name="Osprey", type=choice_meaning("account_type", "customer"))
    client = client_of(firm.ana)
    answer = client.get("/acme/accounts/")
    assert [row.record.name for row in answer.context["rows"]] == ["Osprey"]
    prospects = next(view for view in answer.context["listing"].views.tabs if view.name == "Prospective accounts")
    rows = client.get(f"/acme/accounts/?view={prospects.pk}").context["rows"]
    assert [row.record.name for row in rows] == ["Kestrel"]
