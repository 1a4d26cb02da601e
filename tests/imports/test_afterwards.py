"""Customers that come in by a file do not all become past customers in the first night without a word."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Account
from crm.events.delivery import deliver_all
from crm.imports import outcome, running
from crm.tenants.clock import today
from crm.tenants.context import tenant_context
from opportunities.services.lapsing import lapse_customers
from tests.imports.steps import bring_in, tenant_of, told
from tests.people import Firm, client_of

CUSTOMERS = """Name,Type,Contract ends on
Kestrel,Customer,2025-01-31
Merlin,Customer,2025-02-28
Osprey,Customer,2099-01-31
Heron,Prospect,2025-01-31
"""
SAID = "2 customers become past customers tonight"


def test_the_page_of_the_import_says_what_the_night_will_do(fresh_firm: Firm) -> None:
    tried = bring_in(fresh_firm, "accounts", CUSTOMERS, dry_run="1")
    said = told(client_of(fresh_firm.ada).get(f"/{fresh_firm.tenant.slug}/imports/{tried.pk}/"))
    assert "2 customers of this file become past customers tonight" in said and "for long: Kestrel, Merlin" in said
    with tenant_context(tenant_of(fresh_firm)):
        tried.added |= {"+customers": ["Kestrel"]}  # where an earlier version kept it
        tried.save()
    assert "+customers" not in told(client_of(fresh_firm.ada).get(f"/{fresh_firm.tenant.slug}/imports/{tried.pk}/"))
    run = bring_in(fresh_firm, "accounts", CUSTOMERS)
    assert (run.created_count, run.refused_count) == (4, 0)
    address = f"/{fresh_firm.tenant.slug}/imports/{run.pk}/"
    page = client_of(fresh_firm.ada).get(address).content.decode()
    assert SAID in page
    assert f"/{fresh_firm.tenant.slug}/setup/past-customers/" in page.split(SAID)[1].split("</div>")[0]
    with tenant_context(tenant_of(fresh_firm)):
        assert lapse_customers() == 2
    assert "become past customers tonight" not in client_of(fresh_firm.ada).get(address).content.decode()


def test_an_account_counts_once_however_many_batches_win_there(
    fresh_firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the names that are kept it was counted anew with each batch of a dry run, which makes it anew."""
    monkeypatch.setattr(running, "BATCH", 4)
    monkeypatch.setattr(outcome, "MOST_ADDED", 1)
    bring_in(fresh_firm, "accounts", "Name,Type\nOwl,Prospect\n")
    deals = [f"Deal {number},{name},Won,2026-01-02" for number in range(3) for name in ("Owl", "Elk", "Fox")]
    tried = bring_in(fresh_firm, "opportunities", "\n".join(["Name,Account,Stage,Closed", *deals]) + "\n", dry_run="1")
    said = told(client_of(fresh_firm.ada).get(f"/{fresh_firm.tenant.slug}/imports/{tried.pk}/"))
    assert "3 accounts become customers, since something was won there: " in said


def test_a_win_of_long_ago_wakes_no_past_customer(fresh_firm: Firm) -> None:
    """Said by a file or a person, it holds until something is won after that; who enters an old win has not won it."""
    firm = fresh_firm
    bring_in(firm, "accounts", "Name,Type\nOwl,Past customer\nElk,Prospect\n")
    with tenant_context(tenant_of(firm)):
        day = f"{today()}"
    deals = "Name,Account,Stage,Closed\nOld,Owl,Won,2011-06-30\nUndated,Owl,Won,\nOld too,Elk,Won,2011-06-30\n"
    tried = bring_in(firm, "opportunities", deals, dry_run="1")
    said = told(client_of(firm.ada).get(f"/{firm.tenant.slug}/imports/{tried.pk}/"))
    assert "1 account becomes a customer, since something was won there: Elk" in said
    assert "1 customer of this file becomes a past customer tonight" in said and "for long: Elk" in said
    with tenant_context(tenant_of(firm)):
        assert {one.type.meaning for one in Account.objects.all()} == {"past_customer", "prospect"}, "tried only"
    bring_in(firm, "opportunities", deals)
    with tenant_context(tenant_of(firm)):
        deliver_all()
        found = {one.name: one for one in Account.objects.all()}
        assert (found["Owl"].type.meaning, found["Elk"].type.meaning) == ("past_customer", "customer")
        assert found["Elk"].type_since == date(2011, 6, 30)
    shown = client_of(firm.ada).get(f"/{firm.tenant.slug}/accounts/{found['Elk'].pk}/").content.decode()
    assert "on Jun 30, 2011 (imported by Ada Admin)" in shown
    bring_in(firm, "opportunities", f"Name,Account,Stage,Closed\nNew,Owl,Won,{day}\n")
    with tenant_context(tenant_of(firm)):
        deliver_all()
        owl = Account.objects.get(name="Owl")
        assert (owl.type.meaning, f"{owl.type_since}") == ("customer", day), "since the new win, not since the old one"
