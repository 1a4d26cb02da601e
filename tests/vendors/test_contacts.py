"""People at vendors: a contact belongs to an account or to a vendor, never to both."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from accounts.models import Account
from accounts.services import set_account_type
from accounts.vendors.models import Vendor
from contacts.models import Contact
from contacts.services import update_contact
from crm.events.delivery import deliver_all
from crm.events.models import Event
from crm.imports.models import RefusedRow
from crm.picklists.selectors import choice_meaning, choices
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests import make
from tests.forms import form_of
from tests.imports.steps import bring_in, download
from tests.own_words import own_words
from tests.people import Firm, client_of

NOT_BOTH = "Either %s, not both: empty one of them."


@pytest.fixture
def mill(firm: Firm) -> Any:
    with tenant_context(firm.tenant):
        return make.vendor(firm.ana, name="Paper Mill")


def of(contact: Any) -> tuple[str, str]:
    fresh = Contact.objects.select_related("account", "vendor").get(pk=contact.pk)
    return (fresh.account.name if fresh.account else "", fresh.vendor.name if fresh.vendor else "")


def said_of(contact: Any) -> str:
    fresh = Contact.objects.select_related("relationship").get(pk=contact.pk)
    return fresh.relationship.label if fresh.relationship else ""


def test_a_contact_is_made_from_the_vendors_page_and_stands_there(firm: Firm, mill: Vendor) -> None:
    client = client_of(firm.ana)
    page = f"/acme/vendors/{mill.pk}/"
    new = f"/acme/contacts/new/?vendor={mill.pk}"
    assert "No contacts yet." in own_words(client.get(page)) and new in own_words(client.get(page))
    assert form_of(client, new).send(last_name="Miller").status_code == 303
    assert "Miller" in own_words(client.get(page))
    listed = client.get(f"/acme/contacts/?vendor={mill.pk}&columns=name,vendor")
    assert [row.record.name for row in listed.context["rows"]] == ["Miller"] and "Paper Mill" in own_words(listed)
    assert "rows" in client.get("/acme/contacts/?vendor__empty=yes").context
    assert [row.record.name for row in client.get("/acme/contacts/?vendor__empty=yes").context["rows"]] == []


@pytest.mark.parametrize("company", ["vendor", "account"])
def test_what_a_new_contact_is_to_us_is_said_at_once(firm: Firm, mill: Vendor, company: str) -> None:
    """By the page after saving, and no workflow makes it anything else; what is chosen stays."""
    client = client_of(firm.ana)
    with tenant_context(firm.tenant):
        customer = choice_meaning("account_type", "customer")
        record = mill if company == "vendor" else make.account(firm.ana, name="Kestrel", type=customer)
        partner = next(one for one in choices("relationship") if one.label == "Partner")
    form = form_of(client, f"/acme/contacts/new/?{company}={record.pk}")
    page = own_words(client.get(form.send(last_name="Miller")["Location"]))
    follows = {"vendor": "Vendor contact", "account": "Client"}[company]
    assert follows in page.partition("Relationship")[2].partition("</dd>")[0]
    chosen = own_words(client.get(form.send(last_name="Best", relationship=str(partner.pk))["Location"]))
    assert "Partner" in chosen.partition("Relationship")[2].partition("</dd>")[0]
    with tenant_context(firm.tenant):
        deliver_all()
        found = {one.last_name: said_of(one) for one in Contact.objects.all()}
        assert found == {"Miller": follows, "Best": "Partner"}
        told = Event.objects.filter(record_type="contacts", changes__has_key="relationship", name="contact.changed")
        assert [one.because.name for one in told if one.because] == ["contact.created"], "its history says why, once"


def test_no_form_gives_a_contact_an_account_and_a_vendor(firm: Firm, mill: Vendor) -> None:
    client = client_of(firm.ana)
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Kestrel")
        hers, his = make.contact(firm.ana, vendor=mill), make.contact(firm.ana, account=account)
    chosen = {"account": {"account": "Kestrel", "account_id": str(account.pk)}}
    chosen["vendor"] = {"vendor": "Paper Mill", "vendor_id": str(mill.pk)}
    both = form_of(client, "/acme/contacts/new/").send(last_name="Both", **chosen["account"], **chosen["vendor"])
    assert both.status_code == 422 and NOT_BOTH % "vendor or account" in both.content.decode()
    in_place = client.post(f"/acme/contacts/{hers.pk}/fields/account/", chosen["account"])
    assert in_place.status_code == 422 and NOT_BOTH % "vendor or account" in in_place.content.decode()
    in_place = client.post(f"/acme/contacts/{his.pk}/fields/vendor/", chosen["vendor"])
    assert in_place.status_code == 422 and NOT_BOTH % "account or vendor" in in_place.content.decode()
    form = form_of(client, f"/acme/contacts/{hers.pk}/edit/")
    refused = form.send(**chosen["account"])
    assert refused.status_code == 422 and "account" in refused.context["form"].errors
    assert form.send(**chosen["account"], vendor="", vendor_id="").status_code == 303
    with tenant_context(firm.tenant):
        assert of(hers) == of(his) == ("Kestrel", "")


def test_what_several_rows_say_of_a_new_vendor_is_all_taken_and_of_no_account_of_its_name(firm: Firm) -> None:
    """What stood in one row alone was dropped without a word where the file has columns of accounts, too."""
    rows = (
        "last name,email,account,account website,supplier,supplier phone,supplier website\n"
        "One,one@x.example,,,Northwind,+1 416 555 0101,\n"
        "Two,two@x.example,,,Northwind,,https://northwind-paper.example\n"
        "Three,three@x.example,Northwind,https://northwind.example,,,\n"
        "Four,four@x.example,Northwind,,,,\n"
    )
    goes = {"column_3": "account.website", "column_5": "vendor.phone", "column_6": "vendor.website"}
    job = bring_in(firm, "contacts", rows, **goes)
    assert (job.created_count, job.refused_count) == (4, 0)
    with tenant_context(firm.tenant):
        vendor, account = Vendor.objects.get(name="Northwind"), Account.objects.get(name="Northwind")
        assert (vendor.phone, vendor.website) == ("+1 416 555 0101", "https://northwind-paper.example")
        assert (account.phone, account.website) == ("", "https://northwind.example")


def test_no_file_gives_a_contact_an_account_and_a_vendor(firm: Firm, mill: Vendor) -> None:
    rows = "last name,email,account,supplier\nOne,one@x.example,,Paper Mill\nTwo,two@x.example,Kestrel,Paper Mill\n"
    with tenant_context(firm.tenant):
        make.account(firm.ana, name="Kestrel")
    job = bring_in(firm, "contacts", rows)
    assert (job.created_count, job.refused_count) == (1, 1)
    assert "Two" in download(firm, job) and "not both" in download(firm, job)
    again = bring_in(firm, "contacts", "email,account\none@x.example,Kestrel\n")
    assert (again.updated_count, again.refused_count) == (0, 1)
    with tenant_context(firm.tenant):
        assert of(Contact.objects.get()) == ("", "Paper Mill")


def test_a_vendor_that_nobody_knows_is_made_by_its_name_or_left_out(firm: Firm) -> None:
    rows = "last name,supplier,site\nOne,Glass Works,glass.example\nTwo,Glass Works,\n"
    refused = bring_in(firm, "contacts", rows.replace("Works", "Mill"), unknown="refuse")
    assert (refused.created_count, refused.refused_count) == (0, 2)
    job = bring_in(firm, "contacts", rows, column_2="vendor.website")
    assert (job.created_count, job.refused_count) == (2, 0)
    with tenant_context(firm.tenant):
        vendor = Vendor.objects.get()
        assert (vendor.name, vendor.website) == ("Glass Works", "https://glass.example")
        assert Contact.objects.filter(vendor=vendor).count() == 2


def test_where_contacts_need_a_company_a_vendor_is_one(firm: Firm, mill: Vendor) -> None:
    assert client_of(firm.ada).post("/acme/setup/contact-accounts/", {"needed": "yes"}).status_code == 303
    client = client_of(firm.ana)
    refused = form_of(client, "/acme/contacts/new/").send(last_name="Alone")
    assert refused.status_code == 422 and "Choose an account or a vendor" in refused.content.decode()
    given = form_of(client, "/acme/contacts/new/").send(last_name="Miller", vendor="Paper Mill", vendor_id=mill.pk)
    assert given.status_code == 303
    emptied = client.post(f"{given['Location']}fields/vendor/", {"vendor": "", "vendor_id": ""})
    assert emptied.status_code == 422


def test_who_belongs_to_a_vendor_is_its_contact_unless_a_person_says_otherwise(inside: Firm) -> None:
    mill = make.vendor(inside.ana)
    hers, his = make.contact(inside.ana, vendor=mill), make.contact(inside.ana, vendor=mill)
    deliver_all()
    assert said_of(hers) == said_of(his) == "Vendor contact"
    account = make.account(inside.ana)
    update_contact(hers, actor=inside.ana, values={"account": account, "vendor": None})
    deliver_all()
    assert said_of(hers) == "Prospect"
    set_account_type(account=account, type=choice_meaning("account_type", "customer"), actor=inside.ana)
    deliver_all()
    update_contact(his, actor=inside.ana, values={"account": account, "vendor": None})
    deliver_all()
    assert said_of(hers) == said_of(his) == "Client"
    his = Contact.objects.select_related("account", "owner").get(pk=his.pk)
    update_contact(his, actor=inside.ana, values={"relationship": choice_meaning("relationship", "prospect")})
    update_contact(his, actor=inside.ana, values={"account": None, "vendor": mill})
    deliver_all()
    assert said_of(his) == "Prospect", "a person said so"


def test_a_conversion_leaves_the_contact_at_its_vendor_and_says_so(firm: Firm, mill: Vendor) -> None:
    with tenant_context(firm.tenant):
        contact = make.contact(firm.ana, first_name="Cora", last_name="Vance", vendor=mill, email="cora@mill.example")
        lead = make.lead(firm.ana, first_name="Cora", last_name="Vance", company="Kestrel", email="cora@mill.example")
    client = client_of(firm.ana)
    path = f"/acme/leads/{lead.pk}/conversion/"
    form = form_of(client, path)
    assert form.data["contacts"] == [str(contact.pk)]
    page = own_words(client.get(path))
    assert "Cora Vance belongs to the vendor Paper Mill and stays there, not at Kestrel." in page
    assert form.send().status_code == 303
    with tenant_context(firm.tenant):
        assert of(contact) == ("", "Paper Mill")
        converted = Lead.objects.select_related("account", "contact").get(pk=lead.pk)
        assert (converted.account.name, converted.contact) == ("Kestrel", contact)


def test_a_deleted_vendor_is_brought_back_and_its_people_are_named(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        vendor = make.vendor(firm.ana, name="Paper Mill")
        make.contact(firm.ana, last_name="Miller", vendor=vendor)
    client = client_of(firm.ana)
    asked = unescape(client.get(f"/acme/vendors/{vendor.pk}/deletion/").content.decode())
    assert f"/acme/contacts/?vendor={vendor.pk}" in asked and "Contacts (Vendor)" in asked
    assert client.post(f"/acme/vendors/{vendor.pk}/deletion/").status_code == 303
    assert client.get(f"/acme/vendors/{vendor.pk}/").status_code == 404
    assert client.post(f"/acme/vendors/{vendor.pk}/deletion/", {"_method": "DELETE"}).status_code == 303
    assert "Miller" in client.get(f"/acme/vendors/{vendor.pk}/").content.decode()


def test_two_of_one_name_at_two_vendors_are_two_people_to_whom_somebody_reports(firm: Firm) -> None:
    """One of them was taken without a word; two at one vendor are one."""
    rows = "first name,last name,supplier,reports to\nAnn,Lee,Paper Mill,\nAnn,Lee,{other},\nCy,Fox,,Ann Lee\n"
    for vendor in ("Paper Mill", "Glass Works"):
        with tenant_context(firm.tenant):
            make.vendor(firm.ana, name=vendor)
        job = bring_in(firm, "contacts", rows.format(other=vendor), dry_run="1")
        with tenant_context(firm.tenant):
            reasons = {reason for row in RefusedRow.objects.filter(run=job) for reason in row.reasons}
        asked = any("Several rows of this file are called “Ann Lee”" in reason for reason in reasons)
        assert asked == (vendor == "Glass Works"), reasons
