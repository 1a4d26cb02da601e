"""Two deliverers at once, on real commits."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import timezone

from crm.events import delivery, handlers, on, record, selectors
from crm.events.jobs import deliver_tenant, sweep
from crm.events.models import Event, HandlerRun, OutboxMessage
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from tests.events.happenings import HAPPENED
from tests.people import Firm

MESSAGES = 20


@pytest.fixture
def counted() -> Iterator[list[str]]:
    """A handler of "test.happened" that notes each call, and meets the other deliverer inside the first one."""
    calls: list[str] = []
    together = threading.Barrier(2)
    here = threading.local()

    def count(event: Event) -> str:
        if not hasattr(here, "met"):
            here.met = True
            together.wait(timeout=10)
        calls.append(str(event.pk))
        return "counted"

    on(HAPPENED, key="test-counted")(count)
    yield calls
    handlers.forget("test-counted")


def test_two_deliverers_share_the_work(fresh_firm: Firm, counted: list[str], quiet_bell: list[object]) -> None:
    with tenant_context(fresh_firm.tenant):
        for _number in range(MESSAGES):
            record(HAPPENED, record=None, actor=fresh_firm.ana)

    def deliver() -> None:
        deliver_tenant(str(fresh_firm.tenant.pk))
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(counted) == len(set(counted)) == MESSAGES
    with tenant_context(fresh_firm.tenant):
        assert HandlerRun.objects.filter(outcome="counted").count() == MESSAGES
        assert not OutboxMessage.objects.exists()
    assert quiet_bell == [fresh_firm.tenant.pk]


def test_the_sweep_finds_workspaces_across_the_wall(
    fresh_firm: Firm, quiet_bell: list[object], django_db_blocker: object
) -> None:
    on(HAPPENED, key="test-swept")(lambda event: "")
    try:
        with tenant_context(fresh_firm.tenant):
            record(HAPPENED, record=None, actor=fresh_firm.ana)
            OutboxMessage.objects.update(due_at=timezone.now() - timezone.timedelta(hours=2))
        assert fresh_firm.tenant.pk in selectors.tenants_due(500)
        assert selectors.outbox_lag_seconds() >= 7200
        quiet_bell.clear()
        sweep()
        assert fresh_firm.tenant.pk in quiet_bell
        deliver_tenant(str(fresh_firm.tenant.pk))
        assert fresh_firm.tenant.pk not in selectors.tenants_due(500)
    finally:
        handlers.forget("test-swept")


def test_a_job_for_a_workspace_that_is_gone_does_nothing(fresh_firm: Firm) -> None:
    deliver_tenant("00000000-0000-7000-8000-000000000000")
    assert Tenant.objects.filter(pk=fresh_firm.tenant.pk).exists()


def test_a_message_in_other_hands_is_skipped(fresh_firm: Firm, quiet_bell: list[object]) -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(event: Event) -> str:
        entered.set()
        leave.wait(timeout=10)
        return "slow"

    on(HAPPENED, key="test-slow")(slow)
    try:
        with tenant_context(fresh_firm.tenant):
            record(HAPPENED, record=None, actor=fresh_firm.ana)
        first = threading.Thread(target=lambda: (deliver_tenant(str(fresh_firm.tenant.pk)), connection.close()))
        first.start()
        assert entered.wait(timeout=10)
        assert not delivery.deliver_due(tenant=fresh_firm.tenant)
        leave.set()
        first.join(timeout=10)
        with tenant_context(fresh_firm.tenant):
            assert [run.outcome for run in HandlerRun.objects.all()] == ["slow"]
    finally:
        leave.set()
        handlers.forget("test-slow")
