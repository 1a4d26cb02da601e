"""A third kind of run, that of docs/catalogue.md, has what imports and bulk actions have, and crm/runs knows nothing of
it: ``test_guides.py`` runs this in a copy with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm import catalogue, queues
from crm.picklists.selectors import choices
from crm.runs import jobs
from crm.runs.kinds import kind_of
from crm.runs.models import AtWork, RunState
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from tests.bulk.test_jobs import Killed
from tests.imports.steps import upload
from tests.people import Firm, client_of
from tests.working import work, work_alone

ROWS = 25
PROMISED = date(2026, 12, 1)
LATER = PROMISED + timedelta(days=7)


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Batches are small, and nobody but the test does the jobs; returns for which runs was rung."""
    from repairs import putting_off

    found: list[str] = []
    monkeypatch.setattr(putting_off, "BATCH", 10)
    monkeypatch.setattr(jobs, "ring", lambda task, kind, tenant_id, run_id: found.append(run_id))
    return found


@pytest.fixture
def client(fresh_firm: Firm) -> Client:
    repairs = catalogue.record_type("repairs")
    with tenant_context(fresh_firm.tenant):
        for number in range(ROWS):
            values = {"name": f"Pump {number}", "owner": fresh_firm.ana, "promised_on": PROMISED if number else None}
            repairs.create(actor=fresh_firm.ana, values=values)
        done = next(one for one in choices("repair_status") if one.meaning == "done")
        values = {"name": "Saw", "owner": fresh_firm.ana, "promised_on": PROMISED, "status": done}
        repairs.create(actor=fresh_firm.ana, values=values)
    return client_of(fresh_firm.ana)


def kind() -> Any:
    return kind_of("putting_off")


def start(firm: Firm, client: Client) -> tuple[Any, str]:
    """The run, tried by nobody yet, and its page."""
    address = client.post(f"/{firm.tenant.slug}/repairs/putting-off/", {"days": "7"})["Location"]
    with tenant_context(fresh(firm)):
        return kind().model.objects.latest("made_at"), address


def fresh(firm: Firm) -> Tenant:
    return Tenant.objects.get(pk=firm.tenant.pk)


def read(firm: Firm, run: Any) -> Any:
    with tenant_context(fresh(firm)):
        return kind().model.objects.get(pk=run.pk)


def put_off(firm: Firm) -> int:
    with tenant_context(fresh(firm)):
        return catalogue.record_type("repairs").model.objects.filter(promised_on=LATER).count()


def age(firm: Firm, run: Any) -> None:
    """Let the last sign of life be a minute ago."""
    with tenant_context(fresh(firm)):
        long_ago = timezone.now() - timedelta(minutes=1)
        AtWork.objects.update(seen_at=long_ago)
        kind().model.objects.filter(pk=run.pk).update(seen_at=long_ago)


def test_it_is_tried_done_and_tells_what_was_refused(fresh_firm: Firm, client: Client) -> None:
    run, address = start(fresh_firm, client)
    page = client.get(address).content.decode()
    assert 'hx-trigger="every 1s"' in page and "<b>0</b> of 25 rows" in page
    work(kind(), fresh_firm.tenant, run.pk)
    assert (read(fresh_firm, run).state, put_off(fresh_firm)) == (RunState.DONE, 0)
    page = client.get(address).content.decode()
    assert "<b>25</b> of 25 rows" in page and "<b>24</b> put off" in page and "<b>1</b> refused" in page
    assert "hx-trigger" not in page.split('id="run-progress"')[1]
    client.post(address)
    work(kind(), fresh_firm.tenant, run.pk)
    run = read(fresh_firm, run)
    assert (run.state, run.is_dry_run, run.changed_count, run.refused_count) == (RunState.DONE, False, 24, 1)
    assert put_off(fresh_firm) == 24
    file = client.get(f"{address}refused/").content.decode("utf-8-sig")
    assert file.splitlines() == ["name,reason", "Pump 0,No day was promised."]
    assert client_of(fresh_firm.rita).get(address).status_code == 404


@pytest.mark.parametrize("days", ["soon", "", "0", "99999999999"])
def test_days_that_cannot_be_are_refused_where_others_are_taken(days: str, fresh_firm: Firm, client: Client) -> None:
    address = f"/{fresh_firm.tenant.slug}/repairs/putting-off/"
    assert client.post(address, {"days": days}).status_code == 422
    assert client.post(address, {"days": "7"}).status_code == 303


def test_it_works_in_turns_and_waits_for_another_kind(
    fresh_firm: Firm, client: Client, rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "TURN_SECONDS", 0.0)
    run, address = start(fresh_firm, client)
    imported = upload(fresh_firm, "leads", "last_name,email\nAda,ada@x.example\n")
    assert rung == [str(run.pk)], "one of a workspace is at work"
    positions = []
    for _turn in range(4):
        work(kind(), fresh_firm.tenant, run.pk)
        positions.append(read(fresh_firm, run).position)
    assert positions == [10, 20, 25, 25]
    assert rung == [str(run.pk)] * 4 + [str(imported.pk)], "who came next is woken"
    start(fresh_firm, client)
    _second, address = start(fresh_firm, client)
    assert "Waiting for another run of your workspace" in client.get(address).content.decode()


def test_killed_it_is_found_and_goes_on(
    fresh_firm: Firm, client: Client, rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, address = start(fresh_firm, client)
    work(kind(), fresh_firm.tenant, run.pk)
    client.post(address)
    repairs, written = catalogue.record_type("repairs"), iter(range(ROWS))

    def dying(*args: Any, **options: Any) -> Any:
        if next(written) == 13:
            raise Killed
        return repairs.update(*args, **options)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("repairs.putting_off.REPAIR", replace(repairs, update=dying))
        work(kind(), fresh_firm.tenant, run.pk)
    assert (read(fresh_firm, run).state, read(fresh_firm, run).position, put_off(fresh_firm)) == ("running", 10, 9)
    rung.clear()
    jobs.sweep()
    assert str(run.pk) not in rung, "its worker may be alive"
    age(fresh_firm, run)
    jobs.sweep()
    assert str(run.pk) in rung
    work(kind(), fresh_firm.tenant, run.pk)
    assert (read(fresh_firm, run).state, put_off(fresh_firm)) == (RunState.DONE, 24)


def test_it_is_stopped(fresh_firm: Firm, client: Client) -> None:
    run, address = start(fresh_firm, client)
    assert work_alone(kind(), fresh(fresh_firm), run.pk, batches=1)
    client.post(address, {"_method": "DELETE"})
    work_alone(kind(), fresh(fresh_firm), run.pk)
    assert (read(fresh_firm, run).state, read(fresh_firm, run).position) == (RunState.CANCELLED, 10)
    waiting, address = start(fresh_firm, client)
    client.post(address, {"_method": "DELETE"})
    assert read(fresh_firm, waiting).state == RunState.CANCELLED, "no worker has begun: at once"


def test_what_stops_it_as_a_whole_is_told(fresh_firm: Firm, client: Client) -> None:
    run, address = start(fresh_firm, client)
    with tenant_context(fresh(fresh_firm)):
        fresh_firm.ana.role = fresh_firm.rita.role
        fresh_firm.ana.save(update_fields=["role"])
    work(kind(), fresh_firm.tenant, run.pk)
    assert read(fresh_firm, run).state == RunState.FAILED
    assert "Ana Owner may no longer do this." in client.get(address).content.decode()
    with tenant_context(fresh(fresh_firm)):
        assert AtWork.objects.get().run_id is None, "it keeps nobody waiting"
