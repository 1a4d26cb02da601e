"""Several workers, stalled and cancelled imports, and what stretches over batches."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from accounts.models import Account
from crm import queues
from crm.imports import running
from crm.imports.kind import IMPORT
from crm.imports.models import DeferredLink, Import, RefusedRow
from crm.runs import jobs
from crm.runs.models import RunState
from crm.runs.running import take_turn
from crm.runs.turns import Place
from crm.tenants.context import tenant_context
from tests.imports.steps import bring_in, download, finished, run_import, tenant_of, upload
from tests.own_words import tight
from tests.people import Firm, client_of
from tests.working import work


def firms(count: int, parent: str = "") -> str:
    return "name,parent\n" + "".join(f"Firm {number},{parent}\n" for number in range(count))


def now(firm: Firm, run: Import) -> Import:
    with tenant_context(tenant_of(firm)):
        run.refresh_from_db()
    return run


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 10)


@pytest.fixture
def in_batch(monkeypatch: pytest.MonkeyPatch, small_batches: None) -> Callable[[int, Callable[[], Any]], None]:
    """Have something done by somebody else while a batch is under way: the first is number 1."""
    taken = running._take_in
    batches: list[Any] = []

    def arrange(number: int, do: Callable[[], Any]) -> None:
        def take_in(*args: Any) -> None:
            batches.append(args)
            if len(batches) == number:
                thread = threading.Thread(target=aside, args=(do,))
                thread.start()
                thread.join(timeout=20)
                assert not thread.is_alive(), "it waits for the batch"
            taken(*args)

        monkeypatch.setattr(running, "_take_in", take_in)

    return arrange


def aside(do: Callable[[], Any]) -> None:
    try:
        do()
    finally:
        connection.close()


def test_a_second_worker_does_not_wait(fresh_firm: Firm, in_batch: Any) -> None:
    run = upload(fresh_firm, "accounts", firms(35))
    seen: list[int] = []

    def second_worker() -> None:
        work(IMPORT, fresh_firm.tenant, run.pk)
        seen.append(now(fresh_firm, run).position)

    in_batch(2, second_worker)
    work(IMPORT, fresh_firm.tenant, run.pk)
    done = now(fresh_firm, run)
    assert seen == [10], "it left at once, and did no rows"
    assert (done.state, done.created_count, done.refused_count) == (RunState.DONE, 35, 0)


def test_cancelling_does_not_wait_and_keeps_what_came_in(fresh_firm: Firm, in_batch: Any) -> None:
    run = upload(fresh_firm, "accounts", "name,parent\n" + "Child,Firm 9\n" + firms(35).partition("\n")[2])
    client = client_of(fresh_firm.ada)
    page = f"/{fresh_firm.tenant.slug}/imports/{run.pk}/"
    codes: list[int] = []
    in_batch(2, lambda: codes.append(client.post(f"{page}run/", {"_method": "DELETE"}).status_code))
    run_import(tenant_of(fresh_firm), run.pk)
    assert codes == [303]
    assert (now(fresh_firm, run).state, run.position, run.created_count) == (RunState.CANCELLED, 20, 20)
    with tenant_context(tenant_of(fresh_firm)):
        assert Account.objects.count() == 20
        assert Account.objects.get(name="Child").parent.name == "Firm 9", "what came in is whole"
        assert not DeferredLink.objects.exists()
    text = tight(client.get(page).content.decode())
    assert "Cancelled after 20 of 36 rows. What came in stays." in text


def test_cancelled_while_the_file_is_read_it_ends_after_its_first_batch(fresh_firm: Firm, in_batch: Any) -> None:
    run = upload(fresh_firm, "accounts", firms(35))
    client = client_of(fresh_firm.ada)
    page = f"/{fresh_firm.tenant.slug}/imports/{run.pk}/"
    told: list[str] = []

    def cancel() -> None:
        told.append(client.post(f"{page}run/", {"_method": "DELETE"}, follow=True).content.decode())

    in_batch(1, cancel)
    take_turn(Place(IMPORT.key, fresh_firm.tenant.pk, run.pk))
    assert "Cancelled after" not in tight(told[0]), "rows are still coming in"
    assert (now(fresh_firm, run).state, run.position, run.created_count) == (RunState.CANCELLED, 10, 10)
    assert "Cancelled after 10 of 35 rows. What came in stays." in tight(client.get(page).content.decode())


def test_cancelled_too_late_it_is_done(fresh_firm: Firm, in_batch: Any) -> None:
    run = upload(fresh_firm, "accounts", firms(20))
    client = client_of(fresh_firm.ada)
    page = f"/{fresh_firm.tenant.slug}/imports/{run.pk}/run/"
    in_batch(2, lambda: client.post(page, {"_method": "DELETE"}))
    assert finished(fresh_firm, run).created_count == 20


def test_a_long_import_lets_others_have_their_turn(
    fresh_firm: Firm, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    kicked: list[Any] = []
    run = upload(fresh_firm, "accounts", firms(35))
    monkeypatch.setattr(queues, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(jobs, "kick", lambda place: kicked.append((place.tenant_id, place.run_id)))
    positions = []
    for _turn in range(5):
        work(IMPORT, fresh_firm.tenant, run.pk)
        positions.append(now(fresh_firm, run).position)
    assert positions == [10, 20, 30, 35, 35]
    assert kicked == [(fresh_firm.tenant.pk, run.pk)] * 4
    assert (run.state, run.created_count) == (RunState.DONE, 35)


def test_an_import_outlives_a_database_that_goes_away(
    fresh_firm: Firm, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = upload(fresh_firm, "accounts", firms(35))
    taken = running._take_in

    def lost(*args: Any) -> None:
        taken(*args)
        if args[0].run.position == 20:
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(running, "_take_in", lost)
    work(IMPORT, fresh_firm.tenant, run.pk)
    assert (now(fresh_firm, run).state, run.position) == (RunState.RUNNING, 10)
    monkeypatch.setattr(running, "_take_in", taken)
    work(IMPORT, fresh_firm.tenant, run.pk)
    assert (now(fresh_firm, run).state, run.created_count) == (RunState.DONE, 35)


def test_links_to_rows_further_down_are_set_in_batches(fresh_firm: Firm, small_batches: None) -> None:
    """By name and by external id; killed on the way, it goes on, and a link that fails is said of its own row."""
    rows = "".join(f"c{number},Child {number},{'Mother' if number % 2 else 'm1'}\n" for number in range(34))
    text = f"external_id,name,parent\n{rows}x1,Torn,Worn\nx2,Worn,Torn\nm1,Mother,\n"
    run = upload(fresh_firm, "accounts", text)
    tenant = tenant_of(fresh_firm)
    for _batch in range(6):
        assert run_import(tenant, run.pk, batches=1)
    with tenant_context(tenant_of(fresh_firm)):
        assert Account.objects.filter(parent__name="Mother").count() == 20
        assert DeferredLink.objects.count() == 16
    done = finished(fresh_firm, run)
    assert (done.created_count, done.refused_count) == (37, 0)
    with tenant_context(tenant_of(fresh_firm)):
        assert Account.objects.filter(parent__name="Mother").count() == 34
        assert not DeferredLink.objects.exists()
        said = {row.number: (row.cells[1], row.came_in, row.reasons) for row in RefusedRow.objects.all()}
    reason = "The row came in. Note: Parent account: An account cannot stand below itself."
    assert said == {37: ("Worn", True, [reason])}


def test_remarks_are_a_file_of_their_own(fresh_firm: Firm) -> None:
    """Who imports the mended refusals does not bring those in again that came in already."""
    run = bring_in(fresh_firm, "accounts", "name,parent\nTorn,Twin\nTwin,\nTwin,\n,Twin\n", existing="create")
    assert (run.created_count, run.refused_count) == (3, 1)
    refused = download(fresh_firm, run)
    assert "Torn" not in refused and len(refused.splitlines()) == 2
    client = client_of(fresh_firm.ada)
    page = client.get(f"/{fresh_firm.tenant.slug}/imports/{run.pk}/").content.decode()
    assert "Download 1 refused row" in page and "?remarks=1" in page
    remarks = client.get(f"/{fresh_firm.tenant.slug}/imports/{run.pk}/refused/?remarks=1").content.decode()
    assert "Torn" in remarks and len(remarks.splitlines()) == 3, "and the second Twin, which may be the first"


@pytest.mark.parametrize("kill_after", [None, 2])
def test_a_dry_run_counts_an_external_id_once_however_far_apart(
    fresh_firm: Firm, small_batches: None, kill_after: int | None
) -> None:
    bring_in(fresh_firm, "accounts", "external_id,name,city\nold,Old,Ulm\n")
    filler = "".join(f"f{number},Firm {number},\n" for number in range(12))
    text = (
        f"external_id,name,city\nnew,New,Bonn\nold,Old,Kiel\n,No id,\n{filler}new,New,Bonn\nold,Old,Kiel\n"
        f",No id,\n{filler.replace('f', 'g')}new,New,Berlin\nold,Old,Ulm\n"
    )
    run = upload(fresh_firm, "accounts", text, dry_run="1")
    for _batch in range(kill_after or 0):
        run_import(tenant_of(fresh_firm), run.pk, batches=1)
    tried = finished(fresh_firm, run)
    counts = (tried.created_count, tried.updated_count, tried.unchanged_count, tried.folded_count)
    page = f"/{fresh_firm.tenant.slug}/imports/{run.pk}/run/"
    assert client_of(fresh_firm.ada).post(page, {"import": "1", "tried": f"{tried.tried_at}"}).status_code == 303
    real = finished(fresh_firm, run)
    assert counts == (real.created_count, real.updated_count, real.unchanged_count, real.folded_count)
    assert counts == (26, 0, 1, 5), "the old one is in Ulm before and after"
