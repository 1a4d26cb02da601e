"""The conversion page, and what others do while it is open (D3, D5)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from accounts.models import Account
from contacts.models import Contact
from crm import catalogue
from crm.bulk.models import BulkRun
from crm.records.access import get_record
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN
from crm.users.models import Membership
from crm.users.services import limit_fields
from leads.conversion import convert_lead, meanwhile
from leads.conversion.defaults import plan_for
from leads.conversion.meanwhile import wait_for_the_same
from leads.models import Lead
from tests import make
from tests.forms import Filled, form_of
from tests.imports.steps import finished, upload
from tests.people import Firm, client_of
from tests.waiting import somebody_waits


@pytest.fixture
def lead(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.lead(
            firm.ana, first_name="Olga", last_name="Old", company="Oldname SA", email="olga@old.example", phone=""
        )


def page_of(firm: Firm, lead: Any) -> Filled:
    return form_of(client_of(firm.ana), f"/acme/leads/{lead.pk}/conversion/")


def edited(firm: Firm, lead: Any, **values: Any) -> None:
    answer = form_of(client_of(firm.max), f"/acme/leads/{lead.pk}/edit/").send(**values)
    assert answer.status_code == 303


def made(firm: Firm) -> tuple[Any, Any]:
    with tenant_context(firm.tenant):
        return Account.objects.get(), Contact.objects.get()


def is_open(firm: Firm, lead: Any) -> bool:
    with tenant_context(firm.tenant):
        return Lead.objects.get(pk=lead.pk).converted_at is None


def test_what_a_colleague_has_changed_on_the_lead_comes_over(firm: Firm, lead: Any) -> None:
    """D3: the old company, the old e-mail and no phone were written."""
    mine = page_of(firm, lead)
    edited(firm, lead, company="Newname Holding", email="olga@new.example", phone="+1 212 555 0100", city="Ulm")
    assert mine.send().status_code == 303
    account, contact = made(firm)
    assert (account.name, account.city) == ("Newname Holding", "Ulm")
    assert (contact.email, contact.phone) == ("olga@new.example", "+1 212 555 0100")


def test_a_field_that_both_have_changed_is_asked(firm: Firm, lead: Any) -> None:
    mine = page_of(firm, lead)
    edited(firm, lead, company="Newname Holding", phone="+1 212 555 0100")
    answer = mine.send(**{"accounts-name": "Oldname S.A.", "contacts-job_title": "Head of things"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Max Manager" in text
    assert "Newname Holding" in text
    assert 'value="Oldname S.A."' in text
    assert 'value="Head of things"' in text
    assert is_open(firm, lead)
    asked = mine.again(answer)
    assert asked.send().status_code == 422
    assert asked.send(**{"accounts-keep-name": "mine"}).status_code == 303
    account, contact = made(firm)
    assert account.name == "Oldname S.A."
    assert (contact.job_title, contact.phone) == ("Head of things", "+1 212 555 0100")


def test_what_is_typed_stays_typed_when_nobody_meddles(firm: Firm, lead: Any) -> None:
    assert page_of(firm, lead).send(**{"accounts-name": "Typed", "accounts-phone": "1"}).status_code == 303
    account, contact = made(firm)
    assert (account.name, account.phone, contact.phone) == ("Typed", "1", "")


def test_without_a_contact_the_page_means_what_it_shows(firm: Firm, lead: Any) -> None:
    """The phone of a lead goes to the account where there is no contact: but the page has shown an empty field."""
    edited(firm, lead, phone="+1 212 555 0100")
    assert page_of(firm, lead).send(contacts="none", announced=None).status_code == 303
    with tenant_context(firm.tenant):
        assert Account.objects.get().phone == ""


@pytest.mark.parametrize("key", ["accounts", "contacts", "opportunities"])
def test_a_linked_record_that_was_deleted_meanwhile(firm: Firm, lead: Any, key: str) -> None:
    """D5: it was a page "There is nothing here", and what was typed was lost."""
    with tenant_context(firm.tenant):
        record = getattr(make, {"accounts": "account", "contacts": "contact", "opportunities": "opportunity"}[key])(
            firm.ana
        )
    mine = page_of(firm, lead)
    chosen = {key: str(record.pk), "contacts-job_title": "Head of things"}
    client_of(firm.ada).post(f"/acme/{key}/{record.pk}/deletion/")
    answer = mine.send(**chosen)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f"“{record.name}” was deleted by Ada Admin meanwhile. Choose again." in text
    assert 'value="Head of things"' in text
    assert is_open(firm, lead)
    assert mine.again(answer).send(**{key: "new"}, announced=None).status_code == 303


def test_who_may_not_see_a_record_does_not_learn_that_it_was_deleted(firm: Firm, lead: Any) -> None:
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.sam, name="Secret deal")
    mine = page_of(firm, lead)
    client_of(firm.ada).post(f"/acme/opportunities/{deal.pk}/deletion/")
    answer = mine.send(opportunities=str(deal.pk))
    assert answer.status_code == 422
    assert "Secret deal" not in answer.content.decode()
    assert "no longer shared with you" in answer.content.decode()


def test_a_linked_record_that_says_something_else_by_now_is_looked_at_again(firm: Firm, lead: Any) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Oldname SA", city="Bonn", website="old.example")
    edited(firm, lead, city="Ulm")
    mine = page_of(firm, lead)
    chosen = {"accounts-wins-city": "lead"}
    form_of(client_of(firm.max), f"/acme/accounts/{account.pk}/edit/").send(city="Berlin")
    answer = mine.send(**chosen)
    assert answer.status_code == 422
    assert "Changed meanwhile, so look which value shall count: City." in answer.content.decode()
    assert "Berlin" in answer.content.decode()
    assert mine.again(answer).send(**{"accounts-wins-city": "record"}).status_code == 303
    with tenant_context(firm.tenant):
        assert Account.objects.get().city == "Berlin"


def test_what_a_colleague_has_made_of_the_same_person_is_offered_first(firm: Firm, lead: Any) -> None:
    """Two forms that were open with nothing to link made two accounts and two contacts."""
    with tenant_context(firm.tenant):
        twin = make.lead(
            firm.max, first_name="Olga", last_name="Old", company="Oldname SA", email="olga@old.example", phone=""
        )
        other = make.lead(firm.ana, first_name="Bo", last_name="Bell", company="Bell Ltd", email="bo@bell.example")
    mine, unlike = page_of(firm, lead), page_of(firm, other)
    assert form_of(client_of(firm.max), f"/acme/leads/{twin.pk}/conversion/").send().status_code == 303
    account, contact = made(firm)
    answer = mine.send()
    assert answer.status_code == 422 and is_open(firm, lead)
    text = answer.content.decode()
    assert "Added since you opened this page, perhaps the same: “Oldname SA”." in text
    assert f'value="{account.pk}"' in text and f'value="{contact.pk}"' in text
    asked = mine.again(answer)
    chosen = asked.again(asked.send(accounts=str(account.pk), contacts=str(contact.pk)))  # says what will happen now
    assert chosen.send().status_code == 303
    assert (account, contact) == made(firm)
    assert unlike.send().status_code == 303


def test_who_wants_another_one_all_the_same_confirms_it(firm: Firm, lead: Any) -> None:
    mine = page_of(firm, lead)
    with tenant_context(firm.tenant):
        make.contact(firm.max, first_name="Olga", last_name="Old", email="olga@old.example")
    answer = mine.send()
    assert answer.status_code == 422
    assert mine.again(answer).send().status_code == 303


def test_two_leads_of_one_person_converted_at_once_come_one_after_the_other(fresh_firm: Firm) -> None:
    with tenant_context(fresh_firm.tenant):
        leads = [make.lead(fresh_firm.ana, last_name="Old", company="", email="Olga@old.example") for _ in range(2)]
    slug = fresh_firm.tenant.slug
    forms = [form_of(client_of(fresh_firm.ana), f"/{slug}/leads/{lead.pk}/conversion/") for lead in leads]
    starts = threading.Barrier(2)

    def convert(form: Filled) -> int:
        try:
            starts.wait(20)
            return form.send().status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as people:
        assert sorted(people.map(convert, forms)) == [303, 422]
    with tenant_context(fresh_firm.tenant):
        assert Contact.objects.filter(email_key="olga@old.example").count() == 1


@pytest.mark.parametrize("others", ["bulk", "together"])
def test_many_leads_converted_while_a_page_converts_one_of_the_same_person_come_before_or_after(
    fresh_firm: Firm, others: str
) -> None:
    """A run over many was under no lock: each of the two made the person."""
    with tenant_context(fresh_firm.tenant):
        mine, theirs, third = (
            make.lead(fresh_firm.ana, last_name="Old", company="", email="Olga@old.example") for _ in range(3)
        )
        done = make.lead(fresh_firm.ana, last_name="Done", company="Done AG", email="done@old.example")
        convert_lead(lead_id=done.pk, actor=fresh_firm.ana, plan=plan_for(done, fresh_firm.ana))
    client, slug = client_of(fresh_firm.ana), fresh_firm.tenant.slug
    page = form_of(client, f"/{slug}/leads/{mine.pk}/conversion/")
    ids = [str(theirs.pk), str(third.pk)]
    if others == "bulk":
        # doubtful: by then a deal of the same person may be open
        form = {"action": "convert", "id": ids, "go": "1", "to-also_doubtful": "on"}
        client.post(f"/{slug}/bulk/leads/new/", form)
        with tenant_context(fresh_firm.tenant):
            path, data = f"/{slug}/bulk/{BulkRun.objects.get().pk}/", {}
    else:
        path, data = f"/{slug}/leads/{done.pk}/together/", {"lead": ids}
    starts = threading.Barrier(2)

    def at_once(act: Callable[[], Any]) -> int:
        try:
            starts.wait(20)
            return act().status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as people:
        one, many = people.map(at_once, [page.send, lambda: client_of(fresh_firm.ana).post(path, data)])
    assert many == 303 and one in (303, 422), "422: what the others have made is offered first"
    with tenant_context(fresh_firm.tenant):
        assert Contact.objects.filter(email_key="olga@old.example").count() == 1
        assert Lead.objects.filter(pk__in=ids, converted_at=None).count() == 0


@pytest.mark.parametrize("is_known", [False, True])
def test_leads_that_arrive_converted_wait_for_who_converts_one_of_the_same_firm(
    fresh_firm: Firm, is_known: bool
) -> None:
    """They were under no lock: the file and the page each made the account. ``is_known``: the file names a lead."""
    with tenant_context(fresh_firm.tenant):
        mine = make.lead(fresh_firm.ana, last_name="Old", company="Oldname SA", email="olga@old.example")
        if is_known:
            make.lead(fresh_firm.ana, last_name="Bell", company="Oldname SA", email="bo@old.example")
    company = "" if is_known else "Oldname SA"
    job = upload(fresh_firm, "leads", f"last name,email,company,status\nBell,bo@old.example,{company},Converted\n")

    def run() -> None:
        try:
            finished(fresh_firm, job)
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as worker:
        with tenant_context(fresh_firm.tenant):
            wait_for_the_same(mine)
            done = worker.submit(run)
            while not done.done() and not somebody_waits():
                time.sleep(0.05)
            assert not done.done(), "it waits"
            convert_lead(lead_id=mine.pk, actor=fresh_firm.ana, plan=plan_for(mine, fresh_firm.ana))
        done.result(timeout=20)
    with tenant_context(fresh_firm.tenant):
        assert Account.objects.count() == 1
        assert {one.account_id for one in Lead.objects.all()} == {Account.objects.get().pk}


def test_they_wait_by_what_is_hidden_from_who_converts(firm: Firm, lead: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[set[str]] = []
    monkeypatch.setattr(meanwhile, "wait_for_turn", lambda *keys: waited.append(set(keys)))
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=firm.ana.role, key="leads", limits={"email": HIDDEN})
        ana = Membership.objects.select_related("role").get(pk=firm.ana.pk)
        shown = get_record(ana, catalogue.record_type("leads"), lead.pk)
        assert shown.email_key == ""
        wait_for_the_same(lead)
        wait_for_the_same(shown)
    assert waited[0] == waited[1] and len(waited[0]) == 2
