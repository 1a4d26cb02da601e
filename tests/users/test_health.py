"""Healthy, ready, degraded, down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from crm import events, health
from crm.bulk.models import BulkRun
from crm.events.events import WORKSPACE_CHANGED
from crm.events.models import OutboxMessage
from crm.runs.models import AtWork, RunState
from crm.tenants.context import tenant_context
from crm.tenants.wall import build_wall, marker
from tests.people import Firm


@pytest.fixture(autouse=True)
def as_if_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known of the schema, and what tests of other workspaces left undelivered is not late yet."""
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(health, "LAG_TOLERATED", 10_000)


def test_alive_asks_nobody(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.json(), len(queries)) == (200, {"status": "ok"}, 0)


def test_ready(db: None) -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": dict.fromkeys(("database", "role", "migrations", "redis", "outbox", "long_runs"), "ok"),
    }
    assert answer.headers["Cache-Control"].startswith("max-age=0")


def test_without_redis_it_is_degraded_not_down(db: None) -> None:
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert "Redis does not answer" in answer.json()["checks"]["redis"]


def test_without_database_it_is_down(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> str:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "_database", away)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert answer.json()["checks"]["database"] == "the database does not answer"
    assert answer.json()["checks"]["outbox"] == "not checked"


def test_a_role_that_sees_through_the_wall_is_not_ready(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "role_problem", lambda: "The database role “postgres” is not held back.")
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert "postgres" in answer.json()["checks"]["role"]


def test_pending_migrations_are_not_ready(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: [("0002_more", False)])
    assert Client().get("/readyz").json()["checks"]["migrations"] == "1 migrations are pending"
    monkeypatch.undo()
    assert Client().get("/readyz").status_code == 200


def test_without_what_migrate_builds_at_its_end_it_is_not_ready(fresh_firm: Firm) -> None:
    """Django's own migrations were all done, and sums of the board not there yet."""
    owner = connections["owner"]
    assert Client().get("/readyz").status_code == 200
    health._migrated = False
    try:
        MigrationRecorder(owner).record_unapplied(*marker())
        answer = Client().get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"]["migrations"].startswith("migrate has not ended")
        build_wall(owner)
        assert Client().get("/readyz").status_code == 200
    finally:
        build_wall(owner)
        owner.close()


def test_the_wall_of_other_code_is_another(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opportunities.sql.STATEMENTS", ["SELECT 1"])
    monkeypatch.setattr(health, "marker", marker.__wrapped__)
    assert Client().get("/readyz").status_code == 503
    monkeypatch.undo()
    assert marker.__wrapped__() == marker()
    assert Client().get("/readyz").status_code == 200


def test_a_late_outbox_is_told(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        event = events.record(WORKSPACE_CHANGED, record=None, actor=firm.ada)
        late = timezone.now() - timedelta(seconds=health.LAG_TOLERATED + 60)
        OutboxMessage.objects.create(event=event, handler="of-old", due_at=late)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert "waiting for 1006" in answer.json()["checks"]["outbox"]


def test_a_long_run_that_stands_still_is_told(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        late = timezone.now() - timedelta(seconds=health.LAG_TOLERATED + 60)
        run = BulkRun.objects.create(record_type="leads", action="owner", made_by=firm.ada)
        AtWork.objects.create(run_id=run.pk, seen_at=late)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert "stood still for 1006" in answer.json()["checks"]["long_runs"]


def test_the_place_of_a_run_that_has_ended_stands_still_for_nobody(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        late = timezone.now() - timedelta(seconds=health.LAG_TOLERATED + 60)
        run = BulkRun.objects.create(record_type="leads", action="owner", made_by=firm.ada, state=RunState.DONE)
        AtWork.objects.create(run_id=run.pk, seen_at=late)  # whose worker was killed before it left
    assert Client().get("/readyz").json()["checks"]["long_runs"] == "ok"
