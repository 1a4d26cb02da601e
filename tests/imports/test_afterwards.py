"""Customers that come in by a file do not all become past customers in the first night without a word."""

from __future__ import annotations

from crm.tenants.context import tenant_context
from opportunities.services.lapsing import lapse_customers
from tests.imports.steps import bring_in, tenant_of
from tests.people import Firm, client_of

CUSTOMERS = """Name,Type,Contract ends on
Kestrel,Customer,2025-01-31
Merlin,Customer,2025-02-28
Osprey,Customer,2099-01-31
Heron,Prospect,2025-01-31
"""
SAID = "2 customers become past customers tonight"


def test_the_page_of_the_import_says_what_the_night_will_do(fresh_firm: Firm) -> None:
    job = bring_in(fresh_firm, "accounts", CUSTOMERS)
    assert (job.created_count, job.refused_count) == (4, 0)
    address = f"/{fresh_firm.tenant.slug}/imports/{job.pk}/"
    page = client_of(fresh_firm.ada).get(address).content.decode()
    assert SAID in page
    assert f"/{fresh_firm.tenant.slug}/setup/past-customers/" in page.split(SAID)[1].split("</div>")[0]
    with tenant_context(tenant_of(fresh_firm)):
        assert lapse_customers() == 2
    assert "become past customers tonight" not in client_of(fresh_firm.ada).get(address).content.decode()
