"""Long runs take turns: no workspace keeps the others waiting, and of each workspace one run is at work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from psycopg.errors import AdminShutdown, QueryCanceled

from crm import queues
from crm.bulk import running, services
from crm.bulk.kind import BULK
from crm.bulk.models import BulkMemory, BulkRun
from crm.imports.kind import IMPORT
from crm.runs import jobs, turns
from crm.runs.kinds import RunKind
from crm.runs.models import AtWork, RunState
from crm.runs.running import take_turn, work_on
from crm.runs.steps import make_new
from crm.runs.turns import Place, Turn
from crm.tenants.context import tenant_context
from leads.models import Lead
from tests import make
from tests.bulk.test_jobs import fresh, read, start
from tests.imports.steps import upload
from tests.people import Firm, client_of

ROWS = 25


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything is large and batches are small; nobody but the test does the jobs, whose ids are returned."""
    found: list[str] = []
    monkeypatch.setattr(services, "AT_ONCE", 5)
    monkeypatch.setattr(running, "BATCH", 10)
    monkeypatch.setattr(running, "TRIED", 10)
    monkeypatch.setattr(jobs, "ring", lambda task, kind, tenant_id, run_id: found.append(run_id))
    return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The seconds, to be set: each batch takes eight of them."""
    now = [1000.0]
    keep = running._keep

    def slow(*args: Any) -> None:
        now[0] += 8.0
        keep(*args)

    monkeypatch.setattr(queues, "clock", lambda: now[0])
    monkeypatch.setattr(running, "_keep", slow)
    yield now


@pytest.fixture
def rows(fresh_firm: Firm) -> list[Lead]:
    with tenant_context(fresh_firm.tenant):
        return [make.lead(fresh_firm.ana) for _number in range(ROWS)]


def work(firm: Firm, run_id: UUID, kind: RunKind = BULK) -> None:
    jobs.work(kind.key, str(firm.tenant.pk), str(run_id))


def begin(firm: Firm, run: BulkRun) -> Turn | None:
    return turns.begin(fresh(firm), Place(BULK.key, firm.tenant.pk, run.pk))


def age(firm: Firm, seconds: float) -> None:
    """Let the last sign of life be that long ago."""
    with tenant_context(fresh(firm)):
        AtWork.objects.update(seen_at=timezone.now() - timedelta(seconds=seconds))


def test_a_turn_ends_after_its_seconds(
    fresh_firm: Firm, rows: list[Lead], rung: list[str], clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "TURN_SECONDS", 15.0)
    run = start(fresh_firm)
    work(fresh_firm, run.pk)
    assert (read(fresh_firm, run).state, read(fresh_firm, run).done_count) == (RunState.RUNNING, 20)
    assert rung == [str(run.pk)] * 2, "once when it was asked for, once for the rest"
    work(fresh_firm, run.pk)
    assert (read(fresh_firm, run).state, read(fresh_firm, run).done_count) == (RunState.DONE, ROWS)
    assert len(rung) == 2


def test_no_turn_is_longer_than_half_a_minute() -> None:
    assert queues.TURN_SECONDS <= 30


def test_a_second_run_waits_says_so_and_follows(fresh_firm: Firm, rows: list[Lead], rung: list[str]) -> None:
    first = start(fresh_firm)
    second = start(fresh_firm, "tags", **{"to-tags": "x"})
    imported = upload(fresh_firm, "leads", "last_name,email\n" + "".join(f"Ada{n},a{n}@x.example\n" for n in range(5)))
    pages = [f"/{fresh_firm.tenant.slug}/{path}/" for path in (f"bulk/{second.pk}", f"imports/{imported.pk}")]
    client = client_of(fresh_firm.ada)
    for page in pages:
        assert "Waiting for another run of your workspace" in client.get(page).content.decode()
    assert "Waiting for another" not in client.get(f"/{fresh_firm.tenant.slug}/bulk/{first.pk}/").content.decode()
    work(fresh_firm, second.pk)
    work(fresh_firm, imported.pk, IMPORT)
    assert read(fresh_firm, second).done_count == 0
    with tenant_context(fresh(fresh_firm)):
        imported.refresh_from_db()
    assert imported.state == RunState.QUEUED
    rung.clear()
    work(fresh_firm, first.pk)
    assert rung == [str(second.pk)], "who came next is woken"
    assert "Waiting for another" not in client.get(pages[0]).content.decode()
    work(fresh_firm, second.pk)
    assert rung == [str(second.pk), str(imported.pk)]
    work(fresh_firm, imported.pk, IMPORT)
    with tenant_context(fresh(fresh_firm)):
        imported.refresh_from_db()
        assert AtWork.objects.get().run_id is None
    assert (imported.state, imported.created_count) == (RunState.DONE, 5)


def test_only_one_worker_is_at_a_run(fresh_firm: Firm, rows: list[Lead]) -> None:
    run = start(fresh_firm)
    turn = begin(fresh_firm, run)
    assert turn is not None
    assert begin(fresh_firm, run) is None
    turn.end(more=True)
    assert begin(fresh_firm, run) is not None


@pytest.mark.parametrize("same", [True, False])
def test_a_killed_worker_blocks_nobody_for_ever(fresh_firm: Firm, rows: list[Lead], same: bool) -> None:
    """Neither the run that it was at, nor the others of the workspace."""
    first = start(fresh_firm)
    second = start(fresh_firm, "tags", **{"to-tags": "x"})
    assert begin(fresh_firm, first) is not None  # and never seen again
    next_one = first if same else second
    work(fresh_firm, next_one.pk)
    assert read(fresh_firm, next_one).done_count == 0, "it may be alive"
    age(fresh_firm, 31)
    work(fresh_firm, next_one.pk)
    assert read(fresh_firm, next_one).state == RunState.DONE


def test_who_lost_the_place_writes_nothing_more(fresh_firm: Firm, rows: list[Lead]) -> None:
    run = start(fresh_firm)
    slow = begin(fresh_firm, run)
    assert slow is not None
    age(fresh_firm, 31)
    quick = begin(fresh_firm, run)
    assert quick is not None
    assert work_on(BULK, run.pk, slow) is False
    assert read(fresh_firm, run).done_count == 0
    slow.end(more=False)
    assert work_on(BULK, run.pk, quick) is False
    assert read(fresh_firm, run).done_count == ROWS


def test_the_database_away_for_a_moment_costs_a_pause(
    fresh_firm: Firm, rows: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(fresh_firm)
    with monkeypatch.context() as patch:

        def lost(*args: Any) -> None:
            raise OperationalError("server closed the connection unexpectedly")

        patch.setattr(running, "_keep", lost)
        work(fresh_firm, run.pk)
    assert read(fresh_firm, run).state == RunState.RUNNING
    age(fresh_firm, 31)
    work(fresh_firm, run.pk)
    assert read(fresh_firm, run).state == RunState.DONE


def test_stopped_before_it_began_it_waits_for_nobody(fresh_firm: Firm, rows: list[Lead], rung: list[str]) -> None:
    first, second = start(fresh_firm), start(fresh_firm, "tags", **{"to-tags": "x"})
    client = client_of(fresh_firm.ana)
    for run in (second, first):
        client.post(f"/{fresh_firm.tenant.slug}/bulk/{run.pk}/", {"_method": "DELETE"})
        assert read(fresh_firm, run).state == RunState.CANCELLED
    imported = upload(fresh_firm, "leads", "last_name,email\nAda,ada@x.example\n")
    third = start(fresh_firm)
    client_of(fresh_firm.ada).post(f"/{fresh_firm.tenant.slug}/imports/{imported.pk}/run/", {"_method": "DELETE"})
    with tenant_context(fresh(fresh_firm)):
        imported.refresh_from_db()
        assert imported.state == RunState.CANCELLED
        assert AtWork.objects.get().run_id == third.pk
    work(fresh_firm, third.pk)
    assert read(fresh_firm, third).done_count == ROWS


def test_ten_runs_of_one_workspace_do_not_starve_another(
    fresh_firm: Firm, rows: list[Lead], rung: list[str], other: Firm
) -> None:
    """One worker does what was rung for, in that order."""
    many = [start(fresh_firm, "tags", **{"to-tags": f"t{number}"}) for number in range(10)]
    one = start(other)
    firm_of = {str(run.pk): fresh_firm for run in many} | {str(one.pk): other}
    order = []
    while rung:
        run_id = rung.pop(0)
        work(firm_of[run_id], UUID(run_id))
        order.append(run_id)
    assert order.index(str(one.pk)) == 1, "right after the first turn of the busy one"
    assert order == [str(run.pk) for run in (many[0], one, *many[1:])]
    assert all(read(fresh_firm, run).state == RunState.DONE for run in many)


@pytest.fixture
def other(fresh_firm: Firm, django_db_blocker: Any) -> Firm:
    from tests.people import make_firm

    with django_db_blocker.unblock():
        firm = make_firm(f"{fresh_firm.tenant.slug}-b", "Neighbours")
        with tenant_context(firm.tenant):
            for _number in range(ROWS):
                make.lead(firm.ana)
    return firm


def test_a_dry_run_goes_on_in_another_process_with_what_it_had_in_mind(
    fresh_firm: Firm, clock: list[float], rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """25 leads of two companies: matched across the turns, each company is made once."""
    with tenant_context(fresh_firm.tenant):
        for number in range(ROWS):
            company = ("Kestrel", "Heron")[number % 2]
            website = f"https://{company.lower()}.example"
            make.lead(fresh_firm.ana, last_name=f"P{number}", company=company, website=website)
    run = start(fresh_firm, "convert")
    monkeypatch.setattr(queues, "TURN_SECONDS", 1.0)
    for turn in range(3):
        clock[0] += 100
        with tenant_context(fresh(fresh_firm)):
            assert BulkMemory.objects.count() == turn
        turn_of = begin(fresh_firm, run)
        assert turn_of is not None
        turn_of.end(more=work_on(BULK, run.pk, turn_of))
    work(fresh_firm, run.pk)
    run = read(fresh_firm, run)
    assert (run.state, run.done_count) == (RunState.DONE, ROWS)
    assert run.counts["accounts.new"] == 2
    assert run.counts["accounts.shared"] == ROWS - 2
    with tenant_context(fresh(fresh_firm)):
        assert not BulkMemory.objects.exists()
        assert BulkRun.objects.get().is_dry_run


def test_stopped_in_its_first_batch_it_ends_after_that(
    fresh_firm: Firm, rows: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, keep, client = start(fresh_firm), running._keep, client_of(fresh_firm.ana)
    seen: list[str] = []

    def cancel() -> None:
        client.post(f"/{fresh_firm.tenant.slug}/bulk/{run.pk}/", {"_method": "DELETE"})
        seen.append(read(fresh_firm, run).state)
        connection.close()

    def cancelled(*args: Any) -> None:
        if not seen:
            thread = threading.Thread(target=cancel)
            thread.start()
            thread.join(timeout=20)
            assert not thread.is_alive(), "it waits for the batch"
        keep(*args)

    monkeypatch.setattr(running, "_keep", cancelled)
    take_turn(Place(BULK.key, fresh_firm.tenant.pk, run.pk))
    run = read(fresh_firm, run)
    assert seen == [RunState.RUNNING], "nobody is told that it has ended while rows are still written"
    assert (run.state, run.position) == (RunState.CANCELLED, 10)


def test_a_run_queued_while_another_leaves_is_rung_for(
    fresh_firm: Firm, rows: list[Lead], rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(turns, "_row", lambda: None)  # who is leaving holds it, and has looked who is next
        run = start(fresh_firm)
    assert rung == [str(run.pk)]


@pytest.mark.parametrize(("cause", "state"), [(QueryCanceled, RunState.FAILED), (AdminShutdown, RunState.RUNNING)])
def test_what_takes_too_long_is_the_end_of_a_run_and_a_database_that_is_away_is_not(
    fresh_firm: Firm, rows: list[Lead], monkeypatch: pytest.MonkeyPatch, cause: type[Exception], state: RunState
) -> None:
    run = start(fresh_firm)

    def lost(*_args: Any) -> None:
        raise OperationalError("canceling statement due to statement timeout") from cause()

    monkeypatch.setattr(running, "_keep", lost)
    take_turn(Place(BULK.key, fresh_firm.tenant.pk, run.pk))
    assert (read(fresh_firm, run).state, read(fresh_firm, run).position) == (state, 0)


def test_what_was_tried_hours_ago_stands_in_line_from_when_it_is_started(inside: Firm) -> None:
    """It came before all who had been waiting: their line is by ``seen_at``."""
    run = BulkRun(seen_at=timezone.now() - timedelta(hours=3))
    make_new(BULK, run)
    assert timezone.now() - run.seen_at < timedelta(minutes=1)
