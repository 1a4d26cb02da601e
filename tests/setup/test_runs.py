"""Setup → Workflow runs: what happened by itself, and why."""

from __future__ import annotations

import re

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


def test_a_run_is_a_row_with_its_cause_as_a_link(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        deal = make.opportunity(firm.ana, name="Sensors", stage=make.stage("won"))
        deliver_all()
    page = client_of(firm.ada).get(firm.url("setup:runs")).content.decode()
    row = next(one for one in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if "Customers" in one)
    cells = re.findall(r"<td ([^>]*)>(.*?)</td>", row, re.DOTALL)
    assert [css for css, _cell in cells] == [
        'class="is-muted"',
        'class="is-wrap"',
        'class="is-muted"',
        'class="is-wrap"',
        "",
    ]
    _at, because, workflow, outcome, state = (cell for _css, cell in cells)
    assert because.startswith(f'<a class="link" href="/acme/opportunities/{deal.pk}/">Opportunity</a>: Ana')
    assert outcome and "tone-success" in state and "Done" in state and workflow
