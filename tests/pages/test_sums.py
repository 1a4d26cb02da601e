"""A list's sums: one for each currency, never across them."""

from __future__ import annotations

import re

from crm.fields.money import Money
from crm.tenants.context import tenant_context
from tests import make
from tests.people import Firm, client_of


def test_currencies_are_kept_apart(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        for minor, currency in ((100_00, "USD"), (50_00, "USD"), (70_00, "EUR"), (900, "JPY")):
            make.opportunity(firm.ana, amount=Money(minor, currency))
    page = client_of(firm.ana).get("/acme/opportunities/?filters=none&count=exact")
    foot = page.content.decode().split('<footer class="list-footer">')[1].split("<nav")[0]
    assert sorted(re.findall(r"<span>Amount <b>(.*?)</b>", foot)) == sorted(["$150", "€70", "¥900"])
