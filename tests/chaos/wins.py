"""``python -m tests.chaos.wins FOLDER``: win deals while worker and Redis are killed; print what came of it as JSON.

It brings its own PostgreSQL and Redis in FOLDER, so that nobody else's are touched.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.chaos.programs import Programs, serve

ROUNDS = 10
WINS_PER_ROUND = 100
ACCOUNTS_WITH_TWO_DEALS = 50
REDIS_KILLS = (3, 7)  # rounds
REDIS_AWAY_SECONDS = 3.0
THREADS = 3
LONGEST_WAIT = 120


def _run(var: Path) -> dict[str, Any]:
    from crm.events.jobs import warm
    from tests.people import make_firm

    warm()
    firm = make_firm("chaos", "Chaos")
    deals = _make_deals(firm)
    programs = Programs(var)
    try:
        counts = _rounds(firm, deals, programs)
        left = _wait_for_empty_outbox(firm)
    finally:
        programs.stop()
    return {"wins": len(deals), **counts, "left_in_outbox": left, **_findings(firm)}


def _make_deals(firm: Any) -> list[Any]:
    from crm.tenants.context import tenant_context
    from tests import make

    accounts = ROUNDS * WINS_PER_ROUND - ACCOUNTS_WITH_TWO_DEALS
    deals = []
    with tenant_context(firm.tenant):
        for number in range(accounts):
            account = make.account(firm.ana)
            for _deal in range(2 if number < ACCOUNTS_WITH_TWO_DEALS else 1):
                deals.append(make.opportunity(firm.ana, account=account))
    return deals


def _rounds(firm: Any, deals: list[Any], programs: Any) -> dict[str, Any]:
    """In each round win a batch, and kill the worker while it is delivering that."""
    in_the_middle = 0
    for number in range(ROUNDS):
        if number in REDIS_KILLS:
            programs.kill_redis()
        batch = deals[number * WINS_PER_ROUND : (number + 1) * WINS_PER_ROUND]
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda deal: _win(firm, deal), batch))
        if number in REDIS_KILLS:
            time.sleep(REDIS_AWAY_SECONDS)
            programs.start_redis()
        in_the_middle += _wait_for_the_middle(firm)
        programs.kill_worker()
    return {
        "worker_kills": ROUNDS,
        "redis_kills": len(REDIS_KILLS),
        "kills_in_the_middle": in_the_middle,
    }


def _win(firm: Any, deal: Any) -> None:
    """Win as a request does: in one transaction, and kick the worker on commit."""
    from django.db import connection

    from crm.tenants.context import tenant_context
    from crm.tenants.models import Tenant
    from opportunities.models import Opportunity
    from opportunities.services import move_to_stage
    from tests import make

    try:
        with tenant_context(Tenant.objects.get(pk=firm.tenant.pk)):
            mine = Opportunity.objects.get(pk=deal.pk)
            move_to_stage(opportunity=mine, stage=make.stage("won"), actor=firm.ana)
    finally:
        connection.close()


def _waiting(firm: Any) -> int:
    from crm.events.models import OutboxMessage
    from crm.tenants.context import tenant_context

    with tenant_context(firm.tenant):
        return OutboxMessage.objects.count()


def _wait_for_the_middle(firm: Any) -> bool:
    """Wait until the worker has begun and not finished to deliver; False when it was too quick."""
    deadline = time.monotonic() + LONGEST_WAIT
    before = _waiting(firm)
    while time.monotonic() < deadline:
        now = _waiting(firm)
        if 0 < now < before:
            return True
        if now == 0:
            return False
        time.sleep(0.002)
    return False


def _wait_for_empty_outbox(firm: Any) -> int:
    deadline = time.monotonic() + LONGEST_WAIT
    while (left := _waiting(firm)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left


def _findings(firm: Any) -> dict[str, int]:
    """Compare each account with the log: lost = no customer, doubled = became one twice, half = the two disagree."""
    from django.db.models import Count

    from accounts.models import Account
    from crm.events.models import Event, HandlerRun
    from crm.picklists.selectors import choice_meaning
    from crm.tenants.context import tenant_context

    with tenant_context(firm.tenant):
        customer = choice_meaning("account_type", "customer")
        customers = set(Account.objects.filter(type=customer).values_list("pk", flat=True))
        became = dict(
            Event.objects.filter(name="account.became_customer").values_list("record_id").annotate(Count("pk"))
        )
        runs = dict(HandlerRun.objects.filter(succeeded=True).values_list("event_id").annotate(Count("pk")))
        wins = set(Event.objects.filter(name="opportunity.won").values_list("pk", flat=True))
        return {
            "lost": Account.objects.exclude(pk__in=customers).count() + len(wins - runs.keys()),
            "doubled": sum(count > 1 for count in became.values()) + sum(count > 1 for count in runs.values()),
            "half": len(customers ^ became.keys()) + Account.objects.filter(type=customer, type_because=None).count(),
        }


if __name__ == "__main__":
    serve(_run)
