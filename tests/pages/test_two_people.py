"""Two people at one record: other fields stay, the same field is asked."""

from __future__ import annotations

from typing import Any

import pytest

from crm.tenants.context import tenant_context
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of


@pytest.fixture
def account(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.account(firm.ana, name="Birch & Co", city="Bonn", description="One\nTwo", phone="+49 228 1")


def edit(account: Any) -> str:
    return f"/acme/accounts/{account.pk}/edit/"


def now(firm: Firm, record: Any) -> Any:
    with tenant_context(firm.tenant):
        record.refresh_from_db()
    return record


def test_changes_of_two_people_to_different_fields_both_stand(firm: Firm, account: Any) -> None:
    mine = form_of(client_of(firm.ana), edit(account))
    theirs = form_of(client_of(firm.max), edit(account))
    assert theirs.send(name="Birch AG", description="Three").status_code == 303
    answer = mine.send(city="Ulm")
    assert answer.status_code == 303
    saved = now(firm, account)
    assert (saved.name, saved.city, saved.description) == ("Birch AG", "Ulm", "Three")
    assert "Changed by others meanwhile: Name, Description." in mine.client.get(answer["Location"]).content.decode()


def test_the_same_field_is_asked_with_both_values_and_nothing_is_written(firm: Firm, account: Any) -> None:
    mine = form_of(client_of(firm.ana), edit(account))
    form_of(client_of(firm.max), edit(account)).send(city="Berlin")
    answer = mine.send(city="Ulm", phone="+49 731 2")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else changed this meanwhile" in page
    assert "Max Manager" in page
    assert "Berlin" in page
    assert 'value="Ulm"' in page
    assert 'value="+49 731 2"' in page
    assert now(firm, account).city == "Berlin"
    assert account.phone == "+49 228 1"


@pytest.mark.parametrize(("choice", "city"), [("mine", "Ulm"), ("theirs", "Berlin")])
def test_what_was_chosen_counts(firm: Firm, account: Any, choice: str, city: str) -> None:
    mine = form_of(client_of(firm.ana), edit(account))
    form_of(client_of(firm.max), edit(account)).send(city="Berlin")
    asked = mine.again(mine.send(city="Ulm", phone="+49 731 2"))
    assert asked.send().status_code == 422, "without a choice it is asked again"
    assert asked.send(**{"keep-city": choice}).status_code == 303
    saved = now(firm, account)
    assert (saved.city, saved.phone) == (city, "+49 731 2")


def test_a_third_person_between_is_asked_again(firm: Firm, account: Any) -> None:
    mine = form_of(client_of(firm.ana), edit(account))
    form_of(client_of(firm.max), edit(account)).send(city="Berlin")
    asked = mine.again(mine.send(city="Ulm"))
    form_of(client_of(firm.ada), edit(account)).send(city="Bremen")
    for choice in ("mine", "theirs"):
        answer = asked.send(**{"keep-city": choice})
        assert answer.status_code == 422
        assert "Bremen" in answer.content.decode()
    assert now(firm, account).city == "Bremen"


def test_the_same_value_from_both_is_no_conflict(firm: Firm, account: Any) -> None:
    mine = form_of(client_of(firm.ana), edit(account))
    form_of(client_of(firm.max), edit(account)).send(city="Berlin")
    assert mine.send(city="Berlin ").status_code == 303


def test_every_kind_of_field_that_nobody_touched_stays_as_it_is(firm: Firm, account: Any) -> None:
    """Also what a control cannot show to the last digit: a moment's seconds, a deleted parent, an inactive choice."""
    with tenant_context(firm.tenant):
        parent = make.account(firm.ana, name="Mother")
        child = make.account(firm.sam, parent=parent, tags=("VIP", "a b"))
        lead = make.lead(firm.ana, description="x\r\n\r\ny ")
        contact = make.contact(firm.ana, account=parent)
        deal = make.opportunity(firm.ana, account=parent)
    client_of(firm.ada).post(f"/acme/accounts/{parent.pk}/deletion/")
    client_of(firm.ada).post(f"/acme/setup/people/{firm.sam.pk}/deactivation/")
    for record in (child, lead, contact, deal):
        before = now(firm, record).__dict__.copy()
        form = form_of(client_of(firm.ada), f"/acme/{record._meta.app_label}/{record.pk}/edit/")
        answer = form.send()
        assert answer.status_code == 303, answer.context["form"].errors
        after = now(firm, record).__dict__
        ignored = {"_state", "updated_at"}
        assert {k: v for k, v in after.items() if k not in ignored} == {
            k: v for k, v in before.items() if k not in ignored
        }


def test_in_place_the_same_field_is_asked(firm: Firm, account: Any) -> None:
    address = f"/acme/accounts/{account.pk}/fields/city/"
    mine = form_of(client_of(firm.ana), address, fragment=True)
    form_of(client_of(firm.max), address).send(city="Berlin")
    answer = mine.send(city="Ulm")
    assert answer.status_code == 422
    assert "Berlin" in answer.content.decode()
    asked = mine.again(answer)
    assert asked.send(**{"keep-city": "mine"}).status_code == 200
    assert now(firm, account).city == "Ulm"


def test_a_renamed_link_that_nobody_touched_is_no_error(firm: Firm, account: Any) -> None:
    with tenant_context(firm.tenant):
        contact = make.contact(firm.ana, account=account)
    address = f"/acme/contacts/{contact.pk}/edit/"
    mine = form_of(client_of(firm.ana), address)
    form_of(client_of(firm.max), edit(account)).send(name="Beech")
    assert mine.send(job_title="Head").status_code == 303
    assert now(firm, contact).account_id == account.pk


def test_a_form_without_fingerprints_is_taken_at_its_word(firm: Firm, account: Any) -> None:
    """What a script of one's own posts."""
    form_of(client_of(firm.max), edit(account)).send(city="Berlin")
    client_of(firm.ana).post(f"/acme/accounts/{account.pk}/fields/city/", {"city": "Ulm"})
    assert now(firm, account).city == "Ulm"
