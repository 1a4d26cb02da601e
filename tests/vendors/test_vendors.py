"""Vendors, a type of record of their own, over HTTP."""

from __future__ import annotations

from accounts.vendors.models import Vendor
from crm.tenants.context import tenant_context
from tests import make
from tests.forms import form_of
from tests.imports.steps import bring_in
from tests.own_words import own_words
from tests.people import Firm, client_of


def test_vendors_have_all_that_a_type_of_record_has(firm: Firm) -> None:
    """A place in the bar and in "New", a list with views, a form, a page, a field in place, a history, a file."""
    client = client_of(firm.ana)
    page = client.get("/acme/vendors/")
    html = page.content.decode()
    assert 'href="/acme/vendors/"' in client.get("/acme/").content.decode(), "in the bar of every page"
    assert 'href="/acme/vendors/new/"' in html and "A vendor is a company you buy from." in html
    assert [view.name for view in page.context["listing"].views.all][:2] == ["All vendors", "My vendors"]
    form = form_of(client, "/acme/vendors/new/")
    made = form.send(name="Paper Mill", website="papermill.example", email="desk@papermill.example")
    assert made.status_code == 303
    address = made["Location"]
    assert "desk@papermill.example" in client.get(address).content.decode()
    assert client.post(f"{address}fields/customer_number/", {"customer_number": "K-17"}).status_code == 303
    assert "Customer number" in own_words(client.get(f"{address}history/"))
    file = client.get("/acme/vendors/export/?filters=none&columns=name,customer_number").content.decode("utf-8-sig")
    assert file.splitlines()[0] == "id,name,customer_number" and file.splitlines()[1].endswith(",Paper Mill,K-17")
    found = client.get("/acme/search/?q=desk@papermill.example").content.decode()
    assert address in found and "Paper Mill" in found
    assert client_of(firm.rita).get("/acme/vendors/new/").status_code == 404


def test_a_firm_that_may_be_there_is_told_of(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        there = make.vendor(firm.ana, name="Paper Mill GmbH", website="https://papermill.example")
    client = client_of(firm.ana)
    told = form_of(client, "/acme/vendors/new/").send(name="Paper Mill", website="https://www.papermill.example")
    assert told.status_code == 422 and "This vendor may be there already." in told.content.decode()
    assert f"/acme/vendors/{there.pk}/" in told.content.decode()
    other = form_of(client, "/acme/vendors/new/").send(name="Glass Works", website="https://glass.example")
    assert other.status_code == 303


def test_a_file_of_another_system_brings_vendors_in_and_knows_them_again(firm: Firm) -> None:
    file = "Supplier name,Website,Our customer number,Supplier owner\nPaper Mill,papermill.example,K-17,Ana Owner\n"
    job = bring_in(firm, "vendors", file)
    assert (job.created_count, job.refused_count) == (1, 0)
    with tenant_context(firm.tenant):
        vendor = Vendor.objects.get()
        assert (vendor.website, vendor.customer_number) == ("https://papermill.example", "K-17")
        assert vendor.owner == firm.ana
    again = bring_in(firm, "vendors", file.replace("K-17", "K-18"))
    assert (again.created_count, again.updated_count) == (0, 1)
    with tenant_context(firm.tenant):
        assert Vendor.objects.get().customer_number == "K-18"
