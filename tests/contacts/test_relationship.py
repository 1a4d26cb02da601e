"""People follow their account, from prospect to client and back; what a person says stays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import Account
from accounts.services import set_account_type
from contacts.models import Contact
from contacts.services import delete_contact, update_contact
from contacts.workflows import follow_accounts
from crm import events
from crm.bulk.events import STARTED
from crm.bulk.models import BulkRun
from crm.events.delivery import deliver_all
from crm.events.models import Event
from crm.imports.models import ImportRow
from crm.picklists.selectors import choice_meaning, choices
from crm.picklists.services import update_choice
from crm.tenants.context import tenant_context
from leads.conversion import ConversionPlan, blockers, convert_lead, existing, new, undo_conversion
from opportunities.models import Opportunity
from opportunities.services import delete_opportunity, move_to_stage
from tests import make
from tests.imports.steps import bring_in
from tests.people import Firm, client_of


def relationship(contact: Contact) -> str:
    fresh = Contact.objects.select_related("relationship").get(pk=contact.pk)
    return fresh.relationship.label if fresh.relationship else ""


def called(label: str) -> Any:
    return next(one for one in choices("relationship") if one.label == label)


def fresh(contact: Contact) -> Contact:
    return Contact.objects.select_related("account", "owner").get(pk=contact.pk)


def win(firm: Firm, account: Account) -> Opportunity:
    deal = make.opportunity(firm.ana, account=account, name="Big deal")
    move_to_stage(opportunity=deal, stage=make.stage("won"), actor=firm.ana)
    deliver_all()
    return deal


@pytest.fixture
def people(inside: Firm) -> tuple[Account, Contact, Contact]:
    """An account with a prospect and a partner."""
    account = make.account(inside.ana, name="Kestrel")
    prospect = make.contact(inside.ana, account=account)
    return account, prospect, make.contact(inside.ana, account=account, relationship=called("Partner"))


def test_the_win_makes_clients_and_its_end_unmakes_them(inside: Firm, people: tuple[Account, Contact, Contact]) -> None:
    account, prospect, partner = people
    elsewhere = make.contact(inside.ana, account=make.account(inside.ana))
    deal = win(inside, account)
    assert [relationship(one) for one in (prospect, partner, elsewhere)] == ["Client", "Partner", "Prospect"]
    because = fresh(prospect).relationship_because
    assert because and (because.name, because.record_id) == ("opportunity.won", deal.pk)
    delete_opportunity(Opportunity.objects.get(pk=deal.pk), actor=inside.ana)
    deliver_all()
    assert [relationship(one) for one in (prospect, partner)] == ["Prospect", "Partner"]
    assert fresh(prospect).relationship_because is None


def test_the_timeline_says_why(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Kestrel")
        contact = make.contact(firm.ana, account=account)
        win(firm, account)
    text = client_of(firm.ana).get(f"/acme/contacts/{contact.pk}/").content.decode()
    lines = text.split('<ol class="timeline">')[1].split('<li class="event')
    line = next(part for part in lines if "Relationship" in part and "Client" in part)
    assert "because" in line


@pytest.mark.parametrize("in_bulk", [False, True])
def test_what_a_person_says_stays(inside: Firm, people: tuple[Account, Contact, Contact], in_bulk: bool) -> None:
    account, prospect, _partner = people
    win(inside, account)
    run = events.record(STARTED, record=BulkRun(), actor=inside.ana) if in_bulk else None
    update_contact(fresh(prospect), actor=inside.ana, values={"relationship": called("Prospect")}, because=run)
    win(inside, account)
    for event in Event.objects.filter(record_id=account.pk, name="account.became_customer"):
        follow_accounts([event])
    assert relationship(prospect) == "Prospect"
    # A client by hand stays one without the customer.
    other = make.account(inside.ana)
    by_hand = make.contact(inside.ana, account=other, relationship=called("Client"))
    deal = win(inside, other)
    delete_opportunity(Opportunity.objects.get(pk=deal.pk), actor=inside.ana)
    deliver_all()
    assert relationship(by_hand) == "Client"


def test_who_comes_to_a_customer_is_a_client_and_who_leaves_is_none(inside: Firm) -> None:
    customer, prospect = make.account(inside.ana), make.account(inside.ana)
    win(inside, customer)
    contact, moves = make.contact(inside.ana, account=customer), make.contact(inside.ana, account=prospect)
    deliver_all()
    assert (relationship(contact), relationship(moves)) == ("Client", "Prospect")
    update_contact(fresh(moves), actor=inside.ana, values={"account": customer})
    update_contact(fresh(contact), actor=inside.ana, values={"account": prospect})
    deliver_all()
    assert (relationship(contact), relationship(moves)) == ("Prospect", "Client")


def test_people_of_a_past_customer_stay_clients(inside: Firm, people: tuple[Account, Contact, Contact]) -> None:
    account, prospect, _partner = people
    win(inside, account)
    past = choice_meaning("account_type", "past_customer")
    set_account_type(account=Account.objects.get(pk=account.pk), type=past, actor=inside.ada)
    deliver_all()
    assert relationship(prospect) == "Client"


def test_a_lead_converted_into_a_customer_and_undone(inside: Firm) -> None:
    customer = make.account(inside.ana, name="Kestrel")
    win(inside, customer)
    lead = make.lead(inside.ana, company="Kestrel")
    plan = ConversionPlan(account=existing(customer.pk), contact=new(), opportunity=new())
    conversion = convert_lead(lead_id=lead.pk, actor=inside.ana, plan=plan)
    deliver_all()
    assert relationship(conversion.contact) == "Client"
    assert blockers(conversion) == []
    undo_conversion(conversion=conversion, actor=inside.ana)
    assert not Contact.objects.filter(pk=conversion.contact.pk).exists()


def test_it_looks_at_the_meaning_and_happens_once(inside: Firm, people: tuple[Account, Contact, Contact]) -> None:
    account, prospect, _partner = people
    update_choice(choice=called("Client"), actor=inside.ada, values={"label": "Buyer"})
    gone = make.contact(inside.ana, account=account)
    delete_contact(gone, actor=inside.ana)
    win(inside, account)
    event = Event.objects.get(record_id=account.pk, name="account.became_customer")
    assert follow_accounts([event]) == follow_accounts([event]) == {}
    assert relationship(prospect) == "Buyer"
    changed = Event.objects.filter(record_id=prospect.pk, changes__has_key="relationship").exclude(
        name="contact.created"
    )
    assert changed.count() == 1
    assert Contact.all_objects.get(pk=gone.pk).relationship.label == "Prospect"


def test_a_customer_by_hand_has_clients_too(inside: Firm, people: tuple[Account, Contact, Contact]) -> None:
    account, prospect, _partner = people
    customer = choice_meaning("account_type", "customer")
    set_account_type(account=account, type=customer, actor=inside.ana)
    deliver_all()
    assert relationship(prospect) == "Client"
    assert Account.objects.get(pk=account.pk).type_since <= date.today()


def test_who_comes_by_a_file_has_the_relationship_that_the_account_tells_or_none(firm: Firm) -> None:
    """A file without such a column says nothing: nobody is made the prospect of a past customer, or of nobody."""
    with tenant_context(firm.tenant):
        kinds = {"Kestrel": "customer", "Heron": "prospect", "Merlin": "past_customer"}
        known = {
            name: make.account(firm.ada, name=name, type=make.reason("account_type", kind))
            for name, kind in kinds.items()
        }
    people = {"Bell": "Kestrel", "Fox": "Heron", "Owl": "Merlin", "Lone": "", "Said": "Merlin"}
    rows = "\n".join(f"{name},{account},{'Partner' if name == 'Said' else ''}" for name, account in people.items())
    text = f"Last name,Account,Relationship\n{rows}\n"
    tried = bring_in(firm, "contacts", text, dry_run="1")
    expected = {"Bell": "Client", "Fox": "Prospect", "Owl": "", "Lone": "", "Said": "Partner"}
    with tenant_context(firm.tenant):
        told = {
            row.name: dict((label, new) for label, _old, new in row.changes)
            for row in ImportRow.objects.filter(run=tried)
        }
        assert {name: said.get("Relationship", "") for name, said in told.items()} == expected
    bring_in(firm, "contacts", text)
    with tenant_context(firm.tenant):
        deliver_all()
        found = {one.last_name: one for one in Contact.objects.all()}
        assert {name: relationship(one) for name, one in found.items()} == expected
        because = found["Fox"].relationship_because
        assert because and because.record_id == found["Fox"].pk, "it is data with a reason"
        # What they are follows the account from then on.
        set_account_type(account=known["Heron"], type=make.reason("account_type", "past_customer"), actor=firm.ada)
        win(firm, known["Merlin"])
        assert [relationship(found[name]) for name in ("Fox", "Owl", "Said")] == ["", "Client", "Partner"]
