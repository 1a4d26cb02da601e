"""An address with a view for each verb."""

from __future__ import annotations

from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of


def test_an_address_takes_the_verbs_that_it_has_views_for(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        lead = make.lead(firm.ana)
    client, path = client_of(firm.ana), firm.url("leads:conversion", record_id=lead.pk)
    assert (client.get(path).status_code, client.head(path).status_code) == (200, 200)
    refused = client.put(path)
    assert (refused.status_code, refused["Allow"]) == (405, "GET, POST, DELETE")
