"""D8: an opportunity of one account whose main contact belongs to another says so."""

from __future__ import annotations

from typing import Any

import pytest

from contacts.services import update_contact
from crm.tenants.context import tenant_context
from crm.users.models import Membership
from crm.users.services import create_role
from opportunities.models import Opportunity
from opportunities.services import add_contact_role
from tests import make
from tests.forms import form_of
from tests.imports.steps import bring_in, finished, told, upload
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
    assert "Cora Vance belongs to another account, not to Sam&#39;s." in page
    assert "Compare AG" not in page
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana, name="Deal", account=world["other"], contact=world["free"])
        add_contact_role(opportunity=deal, contact=world["cora"], actor=firm.ana)
    page = told(client_of(firm.sam).post(f"/acme/opportunities/{deal.pk}/contacts/{world['cora'].pk}/"))
    assert "Cora Vance belongs to another account, not to the account of the opportunity." in page
    assert "Compare" not in page


@pytest.fixture
def deal(firm: Firm, world: dict[str, Any]) -> Any:
    with tenant_context(firm.tenant):
        return make.opportunity(firm.ana, name="Deal", account=world["other"])


def main_contact(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return Opportunity.objects.get().contact


def test_the_dialog_of_parts_asks_before_somebody_becomes_the_main_one(
    firm: Firm, world: dict[str, Any], deal: Any
) -> None:
    """The first by itself, a later one by the box; who only plays a part may be of any account."""
    path = f"/acme/opportunities/{deal.pk}/contacts/"
    cora = {"contact": "Cora Vance", "contact_id": str(world["cora"].pk)}
    form = form_of(client_of(firm.ana), path)
    answer = form.send(**cora)
    assert answer.status_code == 422 and TOLD in answer.content.decode() and main_contact(firm) is None
    assert "Save it all the same" in answer.content.decode()
    fred = {"contact": "Fred Free", "contact_id": str(world["free"].pk)}
    assert form.send(**fred).status_code == 303
    assert form_of(client_of(firm.ana), path).send(**cora).status_code == 303, "a part beside the main contact"
    again = form_of(client_of(firm.ana), path)
    assert TOLD in again.send(**cora, is_primary="on").content.decode() and main_contact(firm) == world["free"]
    assert again.send(**cora, is_primary="on", anyway="1").status_code == 303
    assert main_contact(firm) == world["cora"]
    assert form_of(client_of(firm.ana), path).send(**cora, is_primary="on").status_code == 303, "is it already"


def test_making_somebody_the_main_contact_asks(firm: Firm, world: dict[str, Any], deal: Any) -> None:
    with tenant_context(firm.tenant):
        for contact in (world["free"], world["cora"]):
            add_contact_role(opportunity=deal, contact=contact, actor=firm.ana)
    ana, base = client_of(firm.ana), f"/acme/opportunities/{deal.pk}/contacts"
    answer = ana.post(f"{base}/{world['cora'].pk}/")
    assert answer.status_code == 422 and TOLD in told(answer) and main_contact(firm) == world["free"]
    assert ana.post(f"{base}/{world['cora'].pk}/", {"anyway": "1"}).status_code == 303
    assert main_contact(firm) == world["cora"]
    assert ana.post(f"{base}/{world['free'].pk}/").status_code == 303, "one without an account"


def test_the_page_says_it_of_the_main_contact_also_of_one_who_moved_later(
    firm: Firm, world: dict[str, Any], deal: Any
) -> None:
    path = f"/acme/opportunities/{deal.pk}/"
    with tenant_context(firm.tenant):
        update_contact(world["cora"], actor=firm.ana, values={"account": world["other"]})
        add_contact_role(opportunity=deal, contact=world["cora"], actor=firm.ana)
    assert TOLD not in told(client_of(firm.ana).get(path))
    with tenant_context(firm.tenant):
        update_contact(world["cora"], actor=firm.ana, values={"account": world["own"]})
    assert TOLD in told(client_of(firm.ana).get(path))
    with tenant_context(firm.tenant):
        add_contact_role(opportunity=deal, contact=world["free"], is_primary=True, actor=firm.ana)
    assert TOLD not in told(client_of(firm.ana).get(path)), "the others may be of any account"


def test_a_file_that_changes_one_says_it(firm: Firm, world: dict[str, Any], deal: Any) -> None:
    """In the dry run and in the result; a second import of it changes nothing, and says nothing."""
    text = f"id,contact\n{deal.pk},Cora Vance\n"
    dry = upload(firm, "opportunities", text, dry_run="1")
    assert TOLD in told(client_of(firm.ada).get(f"/acme/imports/{finished(firm, dry).pk}/"))
    assert main_contact(firm) is None
    done = bring_in(firm, "opportunities", text)
    assert done.updated_count == 1 and main_contact(firm) == world["cora"]
    assert TOLD in told(client_of(firm.ada).get(f"/acme/imports/{done.pk}/"))
    again = bring_in(firm, "opportunities", text)
    assert TOLD not in told(client_of(firm.ada).get(f"/acme/imports/{again.pk}/"))
