"""Setup → Workflow runs: what happened by itself, and why."""

from __future__ import annotations

import pytest

from contacts.services import update_contact
from crm.catalogue.naming import rename_types
from crm.events.delivery import deliver_all
from crm.tenants.context import tenant_context
from tests import make
from tests.own_words import own_words
from tests.people import Firm, client_of


@pytest.mark.parametrize("renamed", [False, True])
def test_the_cause_names_fields_as_the_pages_do(firm: Firm, renamed: bool) -> None:
    firm.tenant.refresh_from_db()
    with tenant_context(firm.tenant):
        if renamed:
            rename_types(actor=firm.ada, names={"vendors": ("Supplier", "Suppliers")})
        contact = make.contact(firm.ana, account=make.account(firm.ana))
        update_contact(contact, actor=firm.ana, values={"account": None, "vendor": make.vendor(firm.ana)})
        deliver_all()
    page = own_words(client_of(firm.ada).get(firm.url("setup:runs")))
    assert f"{firm.ana.name} changed Account, {'Supplier' if renamed else 'Vendor'}" in page
