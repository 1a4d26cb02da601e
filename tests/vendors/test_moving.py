"""Accounts that were vendors all along are moved, one or many, with all that belongs to them, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from accounts.models import Account
from accounts.vendors.models import Vendor
from accounts.vendors.services import update_vendor
from contacts.models import Contact
from crm.activities.services import create_activity
from crm.bulk.models import BulkRun
from crm.catalogue import record_type
from crm.fields.custom.services import create_field
from crm.fields.money import Money
from crm.picklists.selectors import choices
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.users.selectors import roles
from crm.users.services import limit_fields, update_member
from tests import make
from tests.own_words import own_words
from tests.people import Firm, client_of

LISTS = "/acme/bulk/accounts/new/"


def mill(firm: Firm, **values: Any) -> Account:
    """An account of the type Vendor."""
    kind = next(one for one in choices("account_type") if one.label == "Vendor")
    return make.account(firm.ana, **{"name": "Paper Mill", "type": kind} | values)


def move(firm: Firm, account: Account, member: Any = None) -> Any:
    return client_of(member or firm.ana).post(f"/acme/vendors/moving/{account.pk}/", follow=True)


def vendor_of(account: Account) -> Vendor:
    return Vendor.objects.select_related("industry", "owner").get(moved_from=account.pk)


def own_field(firm: Firm, key: str, kind: str, label: str, **more: Any) -> Any:
    create_field(actor=firm.ada, record_type=key, kind=kind, label=label, **more)
    return next(one for one in record_type(key).specs_now() if one.label == label)


def test_all_that_an_account_has_follows_it(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        industry = choices("industry")[2]
        account = mill(
            firm, industry=industry, website="https://mill.example", tags=("VIP",), external_id="A-7",
            employees=40, annual_revenue=Money(500_000_00, "USD"), description="Good paper.",
        )  # fmt: skip
        Account.objects.filter(pk=account.pk).update(created_at=datetime(2024, 5, 3, tzinfo=UTC))
        person = make.contact(firm.sam, last_name="Miller", account=account)
        create_activity(kind="note", records=[account], actor=firm.ana, body="They deliver on Fridays")
        make.file(account, firm.ana, name="contract.pdf")
    asked = own_words(client_of(firm.ana).get(f"/acme/vendors/moving/{account.pk}/"))
    assert "1 contact follows" in asked and "In the description: Employees, Annual revenue" in asked
    answer = move(firm, account)
    page = own_words(answer)
    with tenant_context(firm.tenant):
        vendor = vendor_of(account)
        assert answer.redirect_chain == [(f"/acme/vendors/{vendor.pk}/", 303)]
        assert (vendor.name, vendor.industry, vendor.owner, vendor.website) == (
            "Paper Mill", industry, firm.ana, "https://mill.example"
        )  # fmt: skip
        assert (vendor.external_id, vendor.created_at.year) == ("A-7", 2024)
        assert vendor.description.startswith("Good paper.\n\nEmployees: 40\nAnnual revenue: $500,000")
        assert "Type" not in vendor.description
        hers = Contact.objects.select_related("vendor").get(pk=person.pk)
        assert (hers.account_id, hers.vendor) == (None, vendor)
    for told in ("VIP", "They deliver on Fridays", "contract.pdf", "Miller", "Paper Mill is a vendor now."):
        assert told in page, told
    client = client_of(firm.ana)
    assert client.get(f"/acme/accounts/{account.pk}/")["Location"] == f"/acme/vendors/{vendor.pk}/"
    assert "Paper Mill" not in own_words(client.get("/acme/accounts/?filters=none"))
    assert move(firm, account).redirect_chain == [(f"/acme/vendors/{vendor.pk}/", 303)], "sent twice"


def test_own_fields_of_one_name_follow_and_others_are_described(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        there = {
            "Rating": own_field(firm, "accounts", "choice", "Rating", choices=("A", "B", "Z")),
            "Terms": own_field(firm, "accounts", "text", "Terms"),
            "Score": own_field(firm, "accounts", "number", "Score"),
        }
        rating = own_field(firm, "vendors", "choice", "rating", choices=("b", "c"))
        terms = own_field(firm, "vendors", "text", "Terms")
        own_field(firm, "vendors", "text", "Score")
        letters = {one.label: one for one in choices(there["Rating"].kind.picklist)}

        def account(letter: str) -> Account:
            values = {"Rating": letters[letter], "Terms": "30 days", "Score": 7}
            return mill(firm, **{there[label].name: value for label, value in values.items()})

        fits, fits_not = account("B"), account("Z")
    move(firm, fits)
    move(firm, fits_not)
    with tenant_context(firm.tenant):
        one, other = vendor_of(fits), vendor_of(fits_not)
        assert rating.value(one).label == "b" and terms.value(one) == terms.value(other) == "30 days"
        assert "Score: 7" in one.description and "Rating" not in one.description
        assert rating.value(other) is None and "Rating: Z" in other.description


def test_what_would_be_left_behind_keeps_the_account(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account, parent = mill(firm), mill(firm, name="Holding")
        deal = make.opportunity(firm.ana, account=account, name="Scrap paper")
        child = mill(firm, name="Daughter", parent=parent)
    client = client_of(firm.ana)
    for held, other, what in ((account, deal, "Opportunities (Account)"), (parent, child, "Accounts (Parent account)")):
        asked = own_words(client.get(f"/acme/vendors/moving/{held.pk}/"))
        assert "It stays an account as long as these belong to it:" in asked and what in asked
        assert f'/{other.pk}/"' in asked and other.name in asked and "<button" not in asked.partition("</h1>")[2]
        refused = client.post(f"/acme/vendors/moving/{held.pk}/")
        assert refused.status_code == 422
    with tenant_context(firm.tenant):
        assert not Vendor.objects.exists() and Account.objects.filter(pk=account.pk).exists()
    assert move(firm, child).status_code == 200
    assert move(firm, parent).status_code == 200, "nothing stands below it any more"
    with tenant_context(firm.tenant):
        assert "Parent account: Holding" in vendor_of(child).description


def test_what_is_hidden_from_a_role_is_not_told_by_the_description(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = mill(firm, employees=40)
        rep = next(one for one in roles() if one.key == "rep")
        limit_fields(actor=firm.ada, role=rep, key="accounts", limits={"employees": "hidden"})
    for member in (firm.ana, firm.ada):
        refused = client_of(member).post(f"/acme/vendors/moving/{account.pk}/")
        assert refused.status_code == 422
        assert "The role “Rep”, from which “Employees” of accounts are hidden" in unescape(refused.content.decode())
    with tenant_context(firm.tenant):
        limit_fields(actor=firm.ada, role=rep, key="vendors", limits={"description": "hidden"})
    assert move(firm, account).status_code == 200
    with tenant_context(firm.tenant):
        assert "Employees: 40" in vendor_of(account).description


def test_what_does_not_come_along_keeps_no_account_though_it_is_hidden(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = mill(firm)
        assert account.type_since
        rep = next(one for one in roles() if one.key == "rep")
        limit_fields(actor=firm.ada, role=rep, key="accounts", limits={"type_since": "hidden"})
    asked = own_words(client_of(firm.ana).get(f"/acme/vendors/moving/{account.pk}/"))
    assert "are hidden" not in asked
    assert move(firm, account).status_code == 200
    with tenant_context(firm.tenant):
        assert vendor_of(account).description == ""


def test_it_is_moved_back_with_what_came_meanwhile(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = mill(firm)
        first = make.contact(firm.ana, account=account)
    move(firm, account)
    with tenant_context(firm.tenant):
        vendor = vendor_of(account)
        second = make.contact(firm.ana, vendor=vendor)
        create_activity(kind="note", records=[vendor], actor=firm.ana, body="They deliver on Mondays")
    client = client_of(firm.ana)
    back = f"/acme/vendors/{vendor.pk}/moving-back/"
    assert back in client.get(f"/acme/vendors/{vendor.pk}/").content.decode()
    answer = client.post(back, {"_method": "DELETE"}, follow=True)
    assert answer.redirect_chain == [(f"/acme/accounts/{account.pk}/", 303)]
    assert "They deliver on Mondays" in own_words(answer) and "is an account again" in own_words(answer)
    with tenant_context(firm.tenant):
        people = Contact.objects.filter(account=account, vendor=None)
        assert set(people.values_list("pk", flat=True)) == {first.pk, second.pk}
        assert not Vendor.objects.exists()
    assert client.get(f"/acme/vendors/{vendor.pk}/")["Location"] == f"/acme/accounts/{account.pk}/"


def test_a_vendor_that_was_changed_stays_one_until_that_is_set_back(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = mill(firm)
    move(firm, account)
    with tenant_context(firm.tenant):
        vendor = vendor_of(account)
    client = client_of(firm.ana)
    assert client.post(f"/acme/vendors/{vendor.pk}/fields/email/", {"email": "a@mill.example"}).status_code == 303
    back = f"/acme/vendors/{vendor.pk}/moving-back/"
    refused = client.post(back, {"_method": "DELETE"}, follow=True)
    assert "It was changed as a vendor, and the account would know nothing of that: E-mail." in own_words(refused)
    with tenant_context(firm.tenant):
        assert Vendor.objects.filter(pk=vendor.pk).exists() and not Account.objects.filter(pk=account.pk).exists()
    assert client.post(f"/acme/vendors/{vendor.pk}/fields/email/", {"email": ""}).status_code == 303
    with tenant_context(firm.tenant):
        update_vendor(vendor_of(account), actor=firm.ada, values={"owner": firm.max})
        role, team = firm.ana.role, firm.ana.team
        update_member(actor=firm.ada, member=firm.ana, role=role, team=team, is_active=True, name="Ana Renamed")
        update_vendor(vendor_of(account), actor=firm.ada, values={"owner": firm.ana})
    assert "is an account again" in own_words(client.post(back, {"_method": "DELETE"}, follow=True))


def test_a_vendor_was_made_by_who_made_the_account(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = mill(firm)
    assert client_of(firm.ada).post(f"/acme/vendors/moving/{account.pk}/", follow=True).status_code == 200
    with tenant_context(firm.tenant):
        vendor = vendor_of(account)
        assert (vendor.created_by, vendor.created_at) == (firm.ana, account.created_at)


def test_who_may_not_see_the_vendor_is_led_nowhere(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = mill(firm)
        rep = next(one for one in roles() if one.key == "read_only")
        rep.access = {**rep.access, "vendors": dict.fromkeys(("view", "create", "edit", "delete"), "none")}
        rep.save(update_fields=["access"])
    move(firm, account)
    assert client_of(firm.sam).get(f"/acme/accounts/{account.pk}/").status_code == 303
    assert client_of(firm.rita).get(f"/acme/accounts/{account.pk}/").status_code == 404


@pytest.fixture
def three(firm: Firm) -> list[Account]:
    """Two that can be moved, one with an opportunity."""
    with tenant_context(firm.tenant):
        found = [mill(firm, name=name, employees=5) for name in ("Ash", "Birch", "Cedar")]
        make.contact(firm.ana, account=found[0])
        make.vendor(firm.ana, name="Birch")
        make.opportunity(firm.ana, account=found[2], name="Scrap")
        return found


def latest() -> BulkRun:
    return BulkRun.objects.latest("made_at")


def test_many_are_looked_at_moved_and_moved_back(firm: Firm, three: list[Account]) -> None:
    client, tenant = client_of(firm.ana), Tenant.objects.get(pk=firm.tenant.pk)
    sent = {"action": "move_to_vendors", "id": [str(one.pk) for one in three], "go": "1"}
    assert client.post(LISTS, sent).status_code == 303
    with tenant_context(tenant):
        run = latest()
        assert run.is_dry_run and (run.done_count, run.refused_count, run.doubt_count) == (2, 1, 1)
        assert Vendor.objects.count() == 1, "only tried"
    page = own_words(client.get(f"/acme/bulk/{run.pk}/"))
    for told in ("1 contact follows", "Employees", "Opportunities (Account): Scrap.", "Perhaps there already: Birch"):
        assert told in page, told
    assert client.post(f"/acme/bulk/{run.pk}/").status_code == 303
    with tenant_context(tenant):
        run = latest()
        assert not run.is_dry_run and (run.done_count, run.refused_count) == (2, 1)
        assert set(Vendor.objects.exclude(moved_from=None).values_list("name", flat=True)) == {"Ash", "Birch"}
        assert Contact.objects.get().vendor == vendor_of(three[0])
    result = client.get(f"/acme/bulk/{run.pk}/").content.decode()
    with tenant_context(tenant):
        assert all(f"/acme/vendors/{vendor_of(one).pk}/" in result for one in three[:2])
    undone = client.post(f"/acme/bulk/{run.pk}/", {"_method": "DELETE"}, follow=True)
    assert "2 accounts moved back from the vendors" in own_words(undone)
    with tenant_context(tenant):
        assert Account.objects.filter(pk__in=[one.pk for one in three]).count() == 3
        assert Contact.objects.get().account == three[0] and Vendor.objects.count() == 1
