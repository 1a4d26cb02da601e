"""``python -m tests.chaos.neighbours FOLDER``: win deals in one workspace while another keeps the long worker busy.

A runs two bulk actions and an import of 20,000 rows each, with the workers of `make run`, and as many messages as an
import of won opportunities leaves wait in its outbox. Prints, as JSON, how long each win of B took until its account
was a customer. It brings its own PostgreSQL and Redis in FOLDER.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import psutil

from tests.chaos.programs import make_leads, serve

ROWS = 20_000
ACCOUNTS = 300  # with which that many opportunities were won
WINS = 10
PAUSE_SECONDS = 3.0
LONGEST_WAIT = 120.0


def _run(var: Path) -> dict[str, Any]:
    from crm.local.run import programs
    from tests.people import make_firm

    busy, other = make_firm("busy", "Busy"), make_firm("other", "Other")
    make_leads(busy, ROWS)
    wins = _make_wins(busy)
    deals = _make_deals(other)
    log = open(var / "programs.log", "wb")  # noqa: SIM115 (open as long as the programs)
    commands = [program.command for program in programs(var, 1) if program.name != "web"]
    running = [subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True) for command in commands]
    try:
        start = _win(other, deals[0])  # until the workers are there: three seconds of imports each
        idle = [_win(other, deal) for deal in deals[1:3]]
        _start_long_runs(busy)
        _tell(busy, wins)
        under_way = [_wait_and_win(other, deal) for deal in deals[3:]]
        memory = _memory(running)
        done, waiting = _done(busy), _waiting(busy)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=60)
        log.close()
    return {
        "start": start, "idle": idle, "under_way": under_way, "rows_done": done, "messages_left": waiting,
        "worker_mb": memory,
    }  # fmt: skip


def _make_wins(firm: Any) -> list[Any]:
    """Won opportunities of which nobody has been told yet."""
    from crm.ground.writes import insert_many
    from crm.tenants.context import tenant_context
    from opportunities.models import Opportunity
    from tests import make

    with tenant_context(firm.tenant):
        stage = make.stage("won")
        accounts = [make.account(firm.ana) for _number in range(ACCOUNTS)]
        rows = [
            Opportunity(
                name=f"Won {n}", account=accounts[n % ACCOUNTS], stage=stage, pipeline_id=stage.pipeline_id,
                currency="USD", probability=100, forecast_category=stage.forecast_category,
            )
            for n in range(ROWS)
        ]  # fmt: skip
        insert_many(Opportunity, rows)
    return rows


def _tell(firm: Any, wins: list[Any]) -> None:
    from crm.events.services import build, record_all
    from crm.tenants.context import tenant_context
    from opportunities.events import WON

    with tenant_context(firm.tenant):
        record_all(events=[build(WON, record=one, actor=firm.ana) for one in wins])


def _waiting(firm: Any) -> int:
    from crm.events.models import OutboxMessage
    from crm.tenants.context import tenant_context

    with tenant_context(firm.tenant):
        return OutboxMessage.objects.count()


def _make_deals(firm: Any) -> list[Any]:
    from crm.tenants.context import tenant_context
    from tests import make

    with tenant_context(firm.tenant):
        return [make.opportunity(firm.ana, account=make.account(firm.ana)) for _number in range(WINS + 3)]


def _start_long_runs(firm: Any) -> None:
    """Two bulk actions by two people over all leads, and an import, as their pages start them."""
    from tests.imports.steps import upload
    from tests.people import client_of

    for member, tag in ((firm.ada, "x"), (firm.max, "y")):
        client, address = client_of(member), f"/{firm.tenant.slug}/bulk/leads/new/?filters=none"
        form = {"action": "tags", "all": "1", "to-tags": tag}
        answer = client.post(address, form | {"go": "1", "shown": client.post(address, form).context["shown"]})
        assert answer.status_code == 303, answer.content.decode()
    rows = "".join(f"Row {number},r{number}@import.example\n" for number in range(ROWS))
    upload(firm, "leads", f"last_name,email\n{rows}")


def _wait_and_win(firm: Any, deal: Any) -> float:
    time.sleep(PAUSE_SECONDS)
    return _win(firm, deal)


def _win(firm: Any, deal: Any) -> float:
    """The seconds from the win to the account that is a customer."""
    from accounts.models import Account
    from crm.picklists.selectors import choice_meaning
    from crm.tenants.context import tenant_context
    from crm.tenants.models import Tenant
    from opportunities.models import Opportunity
    from opportunities.services import move_to_stage
    from tests import make

    tenant = Tenant.objects.get(pk=firm.tenant.pk)
    with tenant_context(tenant):
        mine = Opportunity.objects.get(pk=deal.pk)
        move_to_stage(opportunity=mine, stage=make.stage("won"), actor=firm.ana)
        customer = choice_meaning("account_type", "customer").pk
    started = time.monotonic()
    while time.monotonic() - started < LONGEST_WAIT:
        with tenant_context(tenant):
            if Account.objects.filter(pk=mine.account_id, type_id=customer).exists():
                break
        time.sleep(0.05)
    return round(time.monotonic() - started, 2)


def _memory(running: list[subprocess.Popen[bytes]]) -> list[int]:
    """What each worker process (the children that do the jobs) holds, in MB."""
    children = [child for process in running for child in psutil.Process(process.pid).children()]
    return sorted(child.memory_info().rss // 2**20 for child in children)


def _done(firm: Any) -> dict[str, int]:
    from crm.bulk.models import BulkRun
    from crm.imports.models import Import
    from crm.tenants.context import tenant_context

    with tenant_context(firm.tenant):
        found = {f"bulk {run.state}": run.done_count for run in BulkRun.objects.order_by("made_at")}
        return found | {f"import {job.state}": job.position for job in Import.objects.all()}


if __name__ == "__main__":
    serve(_run)
