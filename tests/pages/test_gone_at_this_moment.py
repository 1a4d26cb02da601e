"""What names a record is written while somebody deletes it: it waits, sees that, and gives back what was typed."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections

from accounts.services import delete_account
from contacts.models import Contact
from contacts.services import delete_contact, restore_contact
from crm import catalogue
from crm.activities.models import Activity
from crm.activities.services import create_activity, move_task
from crm.mailing_lists.services import create_list, put_on_lists
from crm.tenants.context import tenant_context
from opportunities.models import Opportunity, OpportunityContact
from opportunities.services import add_contact_role, update_opportunity
from tests import make
from tests.forms import Filled, form_of
from tests.people import Firm, client_of

GONE = "“Vanishing” was deleted by Ada Admin"


@pytest.fixture
def there(fresh_firm: Firm) -> dict[str, Any]:
    """One of each, all of one account; the account, and a contact, are called Vanishing."""
    with tenant_context(fresh_firm.tenant):
        account = make.account(fresh_firm.ada, name="Vanishing")
        contact = make.contact(fresh_firm.ada, first_name="", last_name="Vanishing", account=None)
        other = make.contact(fresh_firm.ada, last_name="Stays", account=make.account(fresh_firm.ada, name="Stays"))
        deal = make.opportunity(fresh_firm.ada, name="Deal", account=other.account)
    return {"firm": fresh_firm, "accounts": account, "contacts": contact, "other": other, "deal": deal}


def send_while_it_is_deleted(there: dict[str, Any], key: str, form: Filled, **typed: Any) -> Any:
    """Send ``form`` when the deletion of the record is done, and not yet to be seen; it commits while that waits."""
    firm = there["firm"]

    def send() -> Any:
        try:
            return form.send(**typed)
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as other:
        with tenant_context(firm.tenant):
            record = catalogue.record_type(key).model.objects.get(pk=there[key].pk)
            catalogue.record_type(key).delete(record, actor=firm.ada)
            answer = other.submit(send)
            for _each in range(200):
                if answer.done() or _somebody_waits():
                    break
                time.sleep(0.02)
        return answer.result(20)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
        return cursor.fetchone() is not None


def counts(there: dict[str, Any]) -> list[int]:
    with tenant_context(there["firm"].tenant):
        types = [one.model.all_objects for one in catalogue.record_types()]
        return [rows.count() for rows in (*types, Activity.objects, OpportunityContact.objects)]


def form(there: dict[str, Any], path: str, like: str = "") -> Filled:
    slug = there["firm"].tenant.slug
    found = form_of(client_of(there["firm"].ada), f"/{slug}/{path}", like=f"/{slug}/{like}" if like else "")
    return found


CASES = {
    "a contact": ("accounts", "contacts/new/", {"last_name": "New", "account": "Vanishing", "account_id": "id"}),
    "an opportunity": ("accounts", "opportunities/new/", {"name": "New", "account": "Vanishing", "account_id": "id"}),
    "an opportunity of a contact": (
        "contacts",
        "opportunities/new/",
        {"name": "New", "contact": "Vanishing", "contact_id": "id"},
    ),
    "a parent account": ("accounts", "accounts/new/", {"name": "New", "parent": "Vanishing", "parent_id": "id"}),
    "another account": ("accounts", "contacts/{other}/edit/", {"account": "Vanishing", "account_id": "id"}),
    "in place": ("accounts", "opportunities/{deal}/fields/account/", {"account": "Vanishing", "account_id": "id"}),
    "who one reports to": (
        "contacts",
        "contacts/{other}/edit/",
        {"reports_to": "Vanishing", "reports_to_id": "id"},
    ),
    "a role": ("contacts", "opportunities/{deal}/contacts/", {"contact": "Vanishing", "contact_id": "id"}),
    "a task": (
        "accounts",
        "activities/new/?kind=task",
        {"kind": "task", "body": "Call", "about": "Vanishing", "about_id": "accounts:id"},
    ),
}


def test_what_names_a_record_that_is_deleted_at_this_moment_is_refused(there: dict[str, Any]) -> None:
    """It landed on the deleted account without a word."""
    ids = {name: str(one.pk) for name, one in there.items() if name != "firm"}
    for case, (key, path, values) in CASES.items():
        typed = {name: text.replace("id", ids[key]) if name.endswith("_id") else text for name, text in values.items()}
        mine = form(there, path.format(**ids))
        before = counts(there)
        answer = send_while_it_is_deleted(there, key, mine, anyway="1", **typed)
        assert answer.status_code == 422, case
        assert GONE in unescape(answer.content.decode()), case
        assert counts(there) == before, case
        again = mine.again(answer)
        assert {name: again.data[name] for name in typed} == {name: [text] for name, text in typed.items()}, case
        with tenant_context(there["firm"].tenant):
            record_type = catalogue.record_type(key)
            gone = record_type.model.all_objects.get(pk=there[key].pk)
            for model in (Contact, Opportunity) if key == "accounts" else (Opportunity,):
                assert not model.objects.filter(**{record_type.noun: gone}).exists(), case
            record_type.restore(gone, actor=there["firm"].ada)


def test_a_note_on_a_record_that_is_deleted_at_this_moment_is_given_back(there: dict[str, Any]) -> None:
    mine = form(there, f"accounts/{there['accounts'].pk}/", like="activities/new/")
    answer = send_while_it_is_deleted(there, "accounts", mine, kind="note", body="They moved to Bonn")
    page = unescape(answer.content.decode())
    assert answer.status_code == 409 and "Ada Admin deleted it" in page and "They moved to Bonn" in page
    with tenant_context(there["firm"].tenant):
        assert not Activity.objects.exists()


def test_nothing_is_put_on_what_was_deleted_since_it_was_read(inside: Firm) -> None:
    ada = inside.ada
    contact, deal = make.contact(ada, last_name="Vanishing", first_name="", account=None), make.opportunity(ada)
    task = create_activity(kind="task", records=[deal], actor=ada, subject="Call")
    news = create_list(actor=ada, name="News")
    acts: list[Callable[[], Any]] = [
        lambda: create_activity(kind="note", records=[deal, contact], actor=ada, body="Met"),
        lambda: move_task(task=task, record=contact, actor=ada),
        lambda: put_on_lists(record=contact, lists=[news], actor=ada),
        lambda: add_contact_role(opportunity=deal, contact=contact, actor=ada),
        lambda: update_opportunity(deal, actor=ada, values={"contact": contact}),
    ]
    delete_contact(Contact.objects.get(pk=contact.pk), actor=ada)
    for act in acts:
        with pytest.raises(ValidationError, match=GONE):
            act()
    restore_contact(Contact.all_objects.get(pk=contact.pk), actor=ada)
    for act in acts:
        act()


def test_an_opportunity_of_a_contact_does_not_land_on_the_account_that_was_deleted(inside: Firm) -> None:
    account = make.account(inside.ada)
    contact = make.contact(inside.ada, account=account)
    assert make.opportunity(inside.ada, contact=contact).account == account
    delete_account(account, actor=inside.ada)
    fresh = Contact.objects.get(pk=contact.pk)
    assert make.opportunity(inside.ada, contact=fresh).account is None
