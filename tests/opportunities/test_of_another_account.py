"""D8: an opportunity of one account whose main contact belongs to another says so."""

from __future__ import annotations

from typing import Any

import pytest

from crm.tenants.context import tenant_context
from crm.users.models import Membership
from crm.users.services import create_role
from opportunities.models import Opportunity
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of

TOLD = "Cora Vance belongs to the account Compare AG, not to Compare Holding AG."


@pytest.fixture
def world(firm: Firm) -> dict[str, Any]:
    with tenant_context(firm.tenant):
        own, other = make.account(firm.ana, name="Compare AG"), make.account(firm.ana, name="Compare Holding AG")
        cora = make.contact(firm.ana, first_name="Cora", last_name="Vance", account=own)
        free = make.contact(firm.ana, first_name="Fred", last_name="Free")
    return {"own": own, "other": other, "cora": cora, "free": free}


def sent(world: dict[str, Any], account: str, contact: str) -> dict[str, str]:
    names = {"account": world[account], "contact": world[contact]}
    return {key: one.name for key, one in names.items()} | {f"{key}_id": str(one.pk) for key, one in names.items()}


def test_a_new_one_is_made_only_after_a_second_thought(firm: Firm, world: dict[str, Any]) -> None:
    form = {"name": "Deal", **sent(world, "other", "cora")}

    def send(**more: str) -> Any:
        return form_of(client_of(firm.ana), "/acme/opportunities/new/").send(**form | more)

    answer = send()
    assert answer.status_code == 422 and TOLD in answer.content.decode()
    assert send(anyway="1").status_code == 303
    assert send(**sent(world, "own", "cora")).status_code == 303
    assert send(**sent(world, "other", "free")).status_code == 303
    with tenant_context(firm.tenant):
        assert Opportunity.objects.count() == 3


def test_an_edit_says_it_too(firm: Firm, world: dict[str, Any]) -> None:
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana, name="Deal", account=world["other"])
    page = form_of(client_of(firm.ana), f"/acme/opportunities/{deal.pk}/edit/")
    chosen = {"contact": "Cora Vance", "contact_id": str(world["cora"].pk)}
    answer = page.send(**chosen)
    assert answer.status_code == 422 and TOLD in answer.content.decode()
    assert "Save it all the same" in answer.content.decode()
    assert page.send(**chosen, anyway="1").status_code == 303
    with tenant_context(firm.tenant):
        assert Opportunity.objects.get().contact == world["cora"]
    again = form_of(client_of(firm.ana), f"/acme/opportunities/{deal.pk}/edit/")
    assert again.send(name="Renamed").status_code == 303, "what was gone on with is not asked again"


def test_in_place_it_is_told(firm: Firm, world: dict[str, Any]) -> None:
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana, name="Deal", account=world["other"])
    path = f"/acme/opportunities/{deal.pk}/fields/contact/"
    ana = client_of(firm.ana)
    answer = form_of(ana, path).send(contact="Cora Vance", contact_id=str(world["cora"].pk))
    assert TOLD in ana.get(answer["Location"]).content.decode()


def test_an_account_out_of_sight_is_not_named(firm: Firm, world: dict[str, Any]) -> None:
    with tenant_context(firm.tenant):
        verbs = {"view": "all", "create": "all", "edit": "all", "delete": "none"}
        access = {"accounts": verbs | {"view": "own"}, "contacts": verbs, "opportunities": verbs}
        role = create_role(actor=firm.ada, name="Scout", access=access)
        Membership.objects.filter(pk=firm.sam.pk).update(role=role)
        mine = make.account(firm.sam, name="Sam's")
    form = {"name": "Deal", **sent(world | {"mine": mine}, "mine", "cora")}
    page = form_of(client_of(firm.sam), "/acme/opportunities/new/").send(**form).content.decode()
    assert "Cora Vance belongs to another account, not to Sam&#x27;s." in page
    assert "Compare AG" not in page
