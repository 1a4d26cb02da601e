"""Large runs: a worker does them; killed in the middle they go on, and everybody can stop them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as ThreadEvent
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.bulk import actions, running, services
from crm.bulk import rows as bulk_rows
from crm.bulk.kind import BULK
from crm.bulk.models import BulkFinding, BulkRows, BulkRun
from crm.events.models import Event
from crm.picklists.selectors import choices
from crm.picklists.services import replace_and_delete
from crm.runs import jobs
from crm.runs import services as run_services
from crm.runs.models import AtWork, RunState
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.models import Lead
from tests import make
from tests.people import Firm, client_of
from tests.waiting import while_another
from tests.working import work, work_alone

ROWS = 25


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Everything is large, and batches are small. Returns what was rung."""
    rung: list[Any] = []
    monkeypatch.setattr(services, "AT_ONCE", 5)
    monkeypatch.setattr(running, "BATCH", 10)
    monkeypatch.setattr(bulk_rows, "PIECE", 20)
    monkeypatch.setattr(jobs, "kick", lambda place: rung.append((place.tenant_id, place.run_id)))
    return rung


@pytest.fixture
def rows(fresh_firm: Firm) -> list[Lead]:
    with tenant_context(fresh_firm.tenant):
        return [make.lead(fresh_firm.ana) for _number in range(ROWS)]


def start(firm: Firm, action: str = "owner", **data: str) -> BulkRun:
    """Ask for all rows that Ana owns: rows that are done leave the view while it is gone through."""
    path = f"/{firm.tenant.slug}/bulk/leads/new/?owner={firm.ana.pk}"
    values = {"to-owner": str(firm.max.pk)} | data
    client, form = client_of(firm.ana), {"action": action, "all": "1", **values}
    shown = client.post(path, form).context["shown"]
    answer = client.post(path, form | {"go": "1", "shown": shown})
    assert answer.status_code == 303
    with tenant_context(fresh(firm)):
        run = BulkRun.objects.latest("made_at")
    assert answer["Location"] == f"/{firm.tenant.slug}/bulk/{run.pk}/"
    return run


def fresh(firm: Firm) -> Tenant:
    return Tenant.objects.get(pk=firm.tenant.pk)


def read(firm: Firm, run: BulkRun) -> BulkRun:
    with tenant_context(fresh(firm)):
        return BulkRun.objects.get(pk=run.pk)


def owners(firm: Firm) -> list[Any]:
    with tenant_context(fresh(firm)):
        return list(Lead.objects.order_by("pk").values_list("owner_id", flat=True))


class Killed(BaseException):
    """What ends a worker without any clearing up."""


def kill_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Die while row ``number`` is written."""
    written = iter(range(10_000))
    write = actions.write

    def dying(*args: Any, **options: Any) -> Any:
        if next(written) == number:
            raise Killed
        return write(*args, **options)

    monkeypatch.setattr(actions, "write", dying)


def test_a_worker_does_it_and_the_page_shows_how_far_it_is(
    fresh_firm: Firm, rows: list[Lead], small: list[Any]
) -> None:
    run = start(fresh_firm)
    assert small == [(fresh_firm.tenant.pk, run.pk)]
    assert set(owners(fresh_firm)) == {fresh_firm.ana.pk}
    with CaptureQueriesContext(connection) as asked:
        page = client_of(fresh_firm.ana).get(f"/{fresh_firm.tenant.slug}/bulk/{run.pk}/").content.decode()
    assert 'hx-trigger="every 1s"' in page and "<b>0</b> of 25 rows" in page
    assert not [one for one in asked.captured_queries if "bulkrows" in str(one["sql"])], "may be a million, each second"
    work(BULK, fresh_firm.tenant, run.pk)
    assert set(owners(fresh_firm)) == {fresh_firm.max.pk}
    run = read(fresh_firm, run)
    assert (run.state, run.done_count, run.counts) == (RunState.DONE, ROWS, {"changed": ROWS})
    with tenant_context(fresh(fresh_firm)):
        assert not BulkRows.objects.exists(), "nobody asks for them any more"
    page = client_of(fresh_firm.ana).get(f"/{fresh_firm.tenant.slug}/bulk/{run.pk}/").content.decode()
    assert "hx-trigger" not in page.split('id="run-progress"')[1]
    assert "<b>25</b> of 25 rows" in page


def test_killed_in_the_middle_it_goes_on_where_it_was(
    fresh_firm: Firm, rows: list[Lead], monkeypatch: pytest.MonkeyPatch, small: list[Any]
) -> None:
    run = start(fresh_firm)
    with monkeypatch.context() as patch:
        kill_at(patch, 13)
        with pytest.raises(Killed):
            work_alone(BULK, fresh(fresh_firm), run.pk)
    run = read(fresh_firm, run)
    assert (run.state, run.done_count) == (RunState.RUNNING, 10)
    assert owners(fresh_firm) == [fresh_firm.max.pk] * 10 + [fresh_firm.ana.pk] * 15
    small.clear()
    jobs.sweep()
    assert (fresh_firm.tenant.pk, run.pk) not in small, "its worker may be alive"
    with tenant_context(fresh(fresh_firm)):
        BulkRun.objects.filter(pk=run.pk).update(seen_at=timezone.now() - timedelta(minutes=1))
    jobs.sweep()
    assert (fresh_firm.tenant.pk, run.pk) not in small, "who is at it shows signs of life"
    with tenant_context(fresh(fresh_firm)):
        AtWork.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    jobs.sweep()
    assert (fresh_firm.tenant.pk, run.pk) in small
    work(BULK, fresh_firm.tenant, run.pk)
    run = read(fresh_firm, run)
    assert (run.state, run.done_count) == (RunState.DONE, ROWS)
    with tenant_context(fresh(fresh_firm)):
        assert Event.objects.filter(because=run.event_id, name="lead.changed").count() == ROWS


def test_a_worker_words_moments_by_the_clock_of_the_person(
    fresh_firm: Firm, rows: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh_firm.tenant.time_zone = "Europe/Berlin"
    fresh_firm.tenant.save(update_fields=["time_zone"])
    run = start(fresh_firm)
    clocks: list[str] = []
    monkeypatch.setattr(running, "work_on", lambda *_run, **_more: clocks.append(timezone.get_current_timezone_name()))
    work_alone(BULK, fresh(fresh_firm), run.pk)
    assert clocks == ["Europe/Berlin"]


def test_stopped_it_keeps_what_was_done(fresh_firm: Firm, rows: list[Lead], monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(fresh_firm)
    with monkeypatch.context() as patch:
        kill_at(patch, 13)
        with pytest.raises(Killed):
            work_alone(BULK, fresh(fresh_firm), run.pk)
    client_of(fresh_firm.ana).post(f"/{fresh_firm.tenant.slug}/bulk/{run.pk}/", {"_method": "DELETE"})
    with tenant_context(fresh(fresh_firm)):
        BulkRun.objects.filter(pk=run.pk).update(seen_at=timezone.now() - timedelta(minutes=1))
    work(BULK, fresh_firm.tenant, run.pk)
    assert read(fresh_firm, run).state == RunState.CANCELLED
    assert owners(fresh_firm) == [fresh_firm.max.pk] * 10 + [fresh_firm.ana.pk] * 15


def test_a_person_has_so_many_runs_waiting(fresh_firm: Firm, rows: list[Lead], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_services, "MOST_WAITING", 1)
    run, client = start(fresh_firm), client_of(fresh_firm.ana)
    path = f"/{fresh_firm.tenant.slug}/bulk/leads/new/?owner={fresh_firm.ana.pk}"
    form = {"action": "owner", "all": "1", "to-owner": str(fresh_firm.max.pk), "go": "1", "shown": str(len(rows))}
    form["shown"] = client.post(path, {name: text for name, text in form.items() if name != "go"}).context["shown"]
    answer = client.post(path, form)
    assert answer.status_code == 422
    assert "You have 1 runs that wait or are at work." in answer.content.decode()
    few = {"action": "owner", "to-owner": str(fresh_firm.max.pk), "go": "1", "id": [str(rows[0].pk)]}
    assert client.post(path, few).status_code == 303, "what is done at once waits for nobody"
    client.delete(f"/{fresh_firm.tenant.slug}/bulk/{run.pk}/")
    assert client.post(path, form | {"shown": client.post(path, form).context["shown"]}).status_code == 303


def test_a_large_deletion_is_taken_back_by_a_large_run(fresh_firm: Firm, rows: list[Lead]) -> None:
    run = start(fresh_firm, "delete")
    work(BULK, fresh_firm.tenant, run.pk)
    assert owners(fresh_firm) == []
    client = client_of(fresh_firm.ana)
    for _time in range(2):
        client.post(f"/{fresh_firm.tenant.slug}/bulk/{run.pk}/", {"_method": "DELETE"})
    with tenant_context(fresh(fresh_firm)):
        undoing = BulkRun.objects.get(undoes=run)
    work(BULK, fresh_firm.tenant, undoing.pk)
    assert len(owners(fresh_firm)) == ROWS
    assert read(fresh_firm, undoing).counts == {"restored": ROWS}
    answer = client.post(f"/{fresh_firm.tenant.slug}/bulk/{run.pk}/", {"_method": "DELETE"})
    assert answer.status_code == 303, "pressed once more when it is done, it leads to the one that did"
    with tenant_context(fresh(fresh_firm)):
        assert BulkRun.objects.filter(undoes=run).count() == 1


def test_who_lost_the_right_meanwhile_does_nothing_more(fresh_firm: Firm, rows: list[Lead]) -> None:
    run = start(fresh_firm)
    with tenant_context(fresh(fresh_firm)):
        fresh_firm.ana.role = fresh_firm.rita.role
        fresh_firm.ana.save(update_fields=["role"])
    work(BULK, fresh_firm.tenant, run.pk)
    run = read(fresh_firm, run)
    assert (run.state, run.done_count) == (RunState.FAILED, 0)
    assert "Ana Owner may no longer do this." in run.problem
    assert set(owners(fresh_firm)) == {fresh_firm.ana.pk}


def test_who_was_shut_out_meanwhile_does_nothing_more(fresh_firm: Firm, rows: list[Lead]) -> None:
    run = start(fresh_firm)
    with tenant_context(fresh(fresh_firm)):
        fresh_firm.ana.is_active = False
        fresh_firm.ana.save(update_fields=["is_active"])
    work(BULK, fresh_firm.tenant, run.pk)
    run = read(fresh_firm, run)
    assert (run.state, run.done_count) == (RunState.FAILED, 0)
    assert "Ana Owner may no longer do this." in run.problem
    assert set(owners(fresh_firm)) == {fresh_firm.ana.pk}


def test_a_choice_that_is_gone_by_then_stops_it(fresh_firm: Firm, rows: list[Lead]) -> None:
    run = start(fresh_firm)
    with tenant_context(fresh(fresh_firm)):
        fresh_firm.max.is_active = False
        fresh_firm.max.save(update_fields=["is_active"])
    work(BULK, fresh_firm.tenant, run.pk)
    assert read(fresh_firm, run).state == RunState.FAILED
    assert set(owners(fresh_firm)) == {fresh_firm.ana.pk}


def test_an_older_run_that_kept_no_rows_stops_and_says_so(fresh_firm: Firm, rows: list[Lead]) -> None:
    run = start(fresh_firm)
    with tenant_context(fresh(fresh_firm)):
        BulkRows.objects.all().delete()
    work(BULK, fresh_firm.tenant, run.pk)
    run = read(fresh_firm, run)
    assert run.state == RunState.FAILED and "no longer known which rows were chosen" in run.problem
    assert set(owners(fresh_firm)) == {fresh_firm.ana.pk}


@pytest.mark.parametrize("broken", [["gone", "is", ["x"]], ["created_at", "from", ["no day"]]], ids=["field", "value"])
def test_a_filter_that_is_gone_by_then_widens_nothing(fresh_firm: Firm, rows: list[Lead], broken: list[Any]) -> None:
    run = start(fresh_firm)
    with tenant_context(fresh(fresh_firm)):
        BulkRun.objects.filter(pk=run.pk).update(view={"filters": [broken], "columns": [], "sort": ""})
    work(BULK, fresh_firm.tenant, run.pk)
    assert read(fresh_firm, run).state == RunState.FAILED
    assert set(owners(fresh_firm)) == {fresh_firm.ana.pk}


def test_a_row_that_the_database_refuses_keeps_no_other_back(
    fresh_firm: Firm, rows: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = actions.write

    def failing(record_type: Any, record: Any, /, **options: Any) -> Any:
        if record.pk == rows[3].pk:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return write(record_type, record, **options)

    run = start(fresh_firm)
    monkeypatch.setattr(actions, "write", failing)
    work(BULK, fresh_firm.tenant, run.pk)
    run = read(fresh_firm, run)
    assert (run.state, run.done_count, run.refused_count) == (RunState.DONE, ROWS - 1, 1)
    with tenant_context(fresh(fresh_firm)):
        assert [finding.record_id for finding in BulkFinding.objects.all()] == [rows[3].pk]


def test_a_row_that_somebody_is_just_giving_away_is_waited_for_and_refused(fresh_firm: Firm, rows: list[Lead]) -> None:
    run = start(fresh_firm)

    def give_away() -> None:
        Lead.objects.filter(pk=rows[3].pk).update(owner=fresh_firm.sam, team=fresh_firm.west)

    with while_another(fresh_firm.tenant.pk, give_away):
        work(BULK, fresh_firm.tenant, run.pk)
    run = read(fresh_firm, run)
    assert (run.state, run.done_count, run.refused_count) == (RunState.DONE, ROWS - 1, 1)
    with tenant_context(fresh(fresh_firm)):
        assert [finding.record_id for finding in BulkFinding.objects.all()] == [rows[3].pk]
        assert Lead.objects.get(pk=rows[3].pk).owner_id == fresh_firm.sam.pk


def test_a_page_leaves_rows_that_somebody_holds_to_a_worker(
    fresh_firm: Firm, rows: list[Lead], small: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waited with them until the database ended the request."""
    monkeypatch.setattr(services, "AT_ONCE", ROWS)
    monkeypatch.setattr(running, "PATIENCE", "50ms")
    held, answered = ThreadEvent(), ThreadEvent()

    def hold() -> None:
        try:
            with tenant_context(fresh(fresh_firm)):
                Lead.objects.filter(pk=rows[3].pk).update(city="Ulm")
                held.set()
                answered.wait(20)
        finally:
            connection.close()

    other = Thread(target=hold)
    other.start()
    assert held.wait(20)
    run = start(fresh_firm)
    answered.set()
    other.join(30)
    assert (run.state, run.done_count) == (RunState.QUEUED, 0)
    assert [str(run_id) for _tenant, run_id in small] == [str(run.pk)]
    work(BULK, fresh_firm.tenant, run.pk)
    assert read(fresh_firm, run).done_count == ROWS


def test_a_word_deleted_in_the_middle_of_a_run_is_named(rows: list[Lead], fresh_firm: Firm) -> None:
    """Its rows were refused with "The database refused to write it."."""
    firm = fresh_firm
    with tenant_context(fresh(firm)):
        word, other = [one for one in choices("lead_source") if not one.is_default][:2]
    run = start(firm, "set:source", **{"to-source": str(word.pk)})
    tenant, update = fresh(firm), running._do_row
    done: list[Any] = []

    def do_row(*args: Any) -> None:
        done.append(args)
        if len(done) == 1:
            with ThreadPoolExecutor() as others:
                others.submit(delete).result(20)
        update(*args)

    def delete() -> None:
        with tenant_context(fresh(firm)):
            replace_and_delete(entry=word, replacement=other, actor=firm.ada)
        connection.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "_do_row", do_row)
        work_alone(BULK, tenant, run.pk)
    run = read(firm, run)
    assert run.state == RunState.FAILED
    assert f"“{word.label}” was deleted meanwhile" in run.problem
    with tenant_context(fresh(firm)):
        reasons = set(map(str, BulkFinding.objects.values_list("reasons", flat=True)))
    assert reasons == {"['The value to set was deleted meanwhile.']"}
