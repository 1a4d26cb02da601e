"""A link is a fact of both its records: no role can be kept from it at one end."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from crm import catalogue
from crm.fields import kinds
from crm.tenants.context import tenant_context
from crm.users.access import HIDDEN, READ_ONLY
from crm.users.models import Role
from tests import make
from tests.forms import form_of
from tests.people import Firm, client_of

LINKS = {
    "leads": {"account", "contact", "opportunity"},
    "accounts": {"parent"},
    "contacts": {"account", "vendor", "reports_to"},
    "opportunities": {"account", "contact"},
    "vendors": set(),
}


@pytest.mark.parametrize("limit", [HIDDEN, READ_ONLY])
@pytest.mark.parametrize("key", LINKS)
def test_the_page_of_a_role_s_fields_offers_no_link(firm: Firm, key: str, limit: str) -> None:
    with tenant_context(firm.tenant):
        here = {one.name for one in catalogue.record_type(key).fields if isinstance(one.kind, kinds.Lookup)}
        assert here == LINKS[key]
    client, path = client_of(firm.ada), firm.url("setup:role_fields", id=str(firm.ana.role_id), type=key)
    form = form_of(client, path)
    assert "description" in form.data and not here & form.data.keys()
    assert form.send(description=limit, **dict.fromkeys(here, limit)).status_code == 303
    with tenant_context(firm.tenant):
        assert Role.objects.get(pk=firm.ana.role_id).fields == {key: {"description": limit}}


def test_limits_on_links_that_were_kept_are_dropped(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        account = make.account(firm.ana, name="Zanzibar Works")
        one = make.contact(firm.ana, first_name="Bea", last_name="Two", account=account, phone="+1 416 555 0101")
        fields = {"contacts": {"account": HIDDEN, "phone": HIDDEN}, "leads": {"contact": READ_ONLY}}
        Role.objects.filter(pk=firm.ana.role_id).update(fields=fields)
        Role.objects.filter(pk=firm.max.role_id).update(fields={"leads": {"email": READ_ONLY}})
        with connection.cursor() as cursor:
            cursor.execute(import_module("crm.users.migrations.0007_links_are_seen").DROP)
        kept = dict(Role.objects.filter(pk__in=[firm.ana.role_id, firm.max.role_id]).values_list("pk", "fields"))
        assert kept == {
            firm.ana.role_id: {"contacts": {"phone": HIDDEN}},
            firm.max.role_id: {"leads": {"email": READ_ONLY}},
        }
    page = client_of(firm.ana).get(f"/acme/contacts/{one.pk}/").content.decode()
    assert "Zanzibar Works" in page and "0101" not in page
