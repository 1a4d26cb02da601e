"""What was under way when the product was updated."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

from django.apps import apps
from django.db import connection

from crm.bulk.models import BulkFinding, BulkMemory, BulkRun
from crm.ground.ids import uuid7
from crm.runs.models import RunState
from tests.people import Firm

begin_again = import_module("crm.bulk.migrations.0008_open_runs_begin_again").begin_again


def half_done(firm: Firm, **more: object) -> BulkRun:
    options = {"state": RunState.RUNNING, "cursor": uuid7(), "done_count": 5, "counts": {"changed": 5}} | more
    run = BulkRun.objects.create(record_type="leads", action="owner", made_by=firm.ana, total=9, **options)
    BulkMemory.objects.create(run=run, data=["made", "in the words of before"])
    BulkFinding.objects.create(run=run, record_id=uuid7(), name="Kestrel", reasons=["No."])
    return run


def test_what_is_done_otherwise_since_begins_again_and_nothing_else_does(inside: Firm) -> None:
    done = half_done(inside, state=RunState.DONE)
    going_on = half_done(inside)
    again = [half_done(inside, undoes=done), half_done(inside, is_dry_run=True)]
    begin_again(apps, SimpleNamespace(connection=connection))
    for run in again:
        run.refresh_from_db()
        assert (run.cursor, run.done_count, run.counts, run.is_open) == (None, 0, {}, True)
    for run in (done, going_on):
        run.refresh_from_db()
        assert (run.done_count, run.cursor is None) == (5, False)
    kept = {done.pk, going_on.pk}
    assert {*BulkMemory.objects.values_list("run_id", flat=True)} == kept
    assert {*BulkFinding.objects.values_list("run_id", flat=True)} == kept
