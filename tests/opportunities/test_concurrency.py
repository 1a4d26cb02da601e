"""Several at once, on real commits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.models import Account
from crm.events.jobs import deliver_tenant
from crm.events.models import Event
from crm.picklists.selectors import choice_meaning
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from opportunities.models import Opportunity, StageVisit
from opportunities.services import create_opportunity, move_to_stage
from tests import make
from tests.people import Firm

THREADS = 4


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.events.jobs.kick", lambda tenant_id: True)


def at_once(firm: Firm, *actions: Callable[[], Any]) -> None:
    """Run each action inside the workspace, in its own thread and transaction, all started together."""
    together = threading.Barrier(len(actions))
    failures: list[BaseException] = []

    def run(action: Callable[[], Any]) -> None:
        try:
            together.wait(timeout=10)
            with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
                action()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failures, failures


def deliver_together(firm: Firm) -> None:
    def deliver() -> None:
        deliver_tenant(str(firm.tenant.pk))
        connection.close()

    threads = [threading.Thread(target=deliver) for _number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


def test_the_same_move_twice_at_once_is_one(fresh_firm: Firm) -> None:
    with tenant_context(fresh_firm.tenant):
        deal = make.opportunity(fresh_firm.ana)

    def win() -> None:
        mine = Opportunity.objects.get(pk=deal.pk)
        move_to_stage(opportunity=mine, stage=make.stage("won"), actor=fresh_firm.ana)

    at_once(fresh_firm, *[win] * THREADS)
    with tenant_context(fresh_firm.tenant):
        assert Event.objects.filter(name="opportunity.won").count() == 1
        assert StageVisit.objects.filter(opportunity=deal).count() == 2


def test_many_wins_of_one_account_make_it_a_customer_once(fresh_firm: Firm) -> None:
    with tenant_context(fresh_firm.tenant):
        account = make.account(fresh_firm.ana)
        deals = [make.opportunity(fresh_firm.ana, account=account) for _number in range(12)]
        for deal in deals:
            move_to_stage(opportunity=deal, stage=make.stage("won"), actor=fresh_firm.ana)
    deliver_together(fresh_firm)
    with tenant_context(fresh_firm.tenant):
        account.refresh_from_db()
        assert account.type.meaning == "customer"
        assert Event.objects.filter(name="account.became_customer").count() == 1


def test_a_new_deal_beside_the_count_of_lost_ones_is_not_missed(fresh_firm: Firm) -> None:
    for _round in range(5):
        with tenant_context(Tenant.objects.get(pk=fresh_firm.tenant.pk)):
            account = make.account(fresh_firm.ana)
            deal = make.opportunity(fresh_firm.ana, account=account)
            reason = choice_meaning("loss_reason", "sales")
            move_to_stage(opportunity=deal, stage=make.stage("lost"), actor=fresh_firm.ana, loss_reason=reason)

        def create(account: Account = account) -> None:
            values = {"name": "New", "account": Account.objects.get(pk=account.pk)}
            create_opportunity(actor=fresh_firm.ana, values=values)

        at_once(fresh_firm, create, lambda: deliver_tenant(str(fresh_firm.tenant.pk)))
        deliver_tenant(str(fresh_firm.tenant.pk))
        with tenant_context(fresh_firm.tenant):
            account.refresh_from_db()
            assert not account.lost_only
