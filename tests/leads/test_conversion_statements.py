"""What one conversion by its page asks of the database. Every statement of the request counts, but BEGIN and COMMIT:
those that read and write the session, read the person and the workspace, set tenant and act, and the savepoints."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.tenants.context import tenant_context
from leads.models import Lead
from opportunities.models import Opportunity
from tests import make
from tests.leads.browser_form import form_values
from tests.people import Firm, client_of

NEW = 13
LINKED = 27  # the account and the person are locked, read as they stand and told of the lead


def converted(firm: Firm, lead: Lead, **changed: str) -> list[str]:
    """The statements by which the form, sent as it stands but for ``changed``, is done."""
    client, path = client_of(firm.ana), f"/acme/leads/{lead.pk}/conversion/"
    form = form_values(client.get(path).content.decode(), "convert-page") | changed
    with CaptureQueriesContext(connection) as caught:
        assert client.post(path, form).status_code == 303
    statements = [query["sql"] for query in caught]
    begin = next(sql for sql in statements if sql.startswith("SAVEPOINT"))  # the test has a transaction around it
    return [sql for sql in statements if sql not in (begin, f"RELEASE {begin}")]


def test_a_conversion_into_new_records(firm: Firm) -> None:
    """One that may be somebody who is there: the database is asked who."""
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Kestrel Holding")
        make.contact(firm.ana, first_name="Lena", last_name="West", account=account)
        lead = make.lead(firm.ana, first_name="Lena", last_name="West", company="Kestrel", email="w@kestrel.example")
    statements = converted(firm, lead)
    with tenant_context(firm.tenant):
        lead.refresh_from_db()
        assert Opportunity.objects.get().account == lead.account != account
    assert len(statements) <= NEW, "\n".join(statements)


def test_a_conversion_into_records_that_exist(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Kestrel", website="kestrel.example")
        person = make.contact(firm.ana, last_name="West", email="w@kestrel.example", account=account)
        lead = make.lead(firm.ana, last_name="West", company="Kestrel", email="w@kestrel.example")
    statements = converted(firm, lead)
    with tenant_context(firm.tenant):
        lead.refresh_from_db()
        assert (lead.account, lead.contact) == (account, person)
    assert len(statements) <= LINKED, "\n".join(statements)
