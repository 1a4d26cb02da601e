"""What serves is stopped when it hangs, and says so."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from crm.local.postgres import ROLES_SQL
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.models import Lead
from tests import make
from tests.people import Firm, client_of


def setting(name: str, alias: str = "default") -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return cursor.fetchone()[0]


def test_the_serving_role_has_limits_and_the_owner_none(fresh_firm: Firm) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    assert [setting(name) for name in names] == ["30s", "10s", "1min"]
    own = connection.settings_dict["OPTIONS"]["options"]  # the embedded role has them too: only these tell
    assert own.split() == [
        *("-c", "statement_timeout=30s"),
        *("-c", "lock_timeout=10s"),
        *("-c", "idle_in_transaction_session_timeout=60s"),
    ]
    assert setting("statement_timeout", "owner") == "0"
    connections["owner"].close()
    for name in names:
        assert f"ALTER ROLE crm_app SET {name}" in ROLES_SQL.read_text(), "for other ways to connect"


@pytest.fixture
def limited(fresh_firm: Firm) -> Any:
    """Limits of a tenth of a second."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '100ms'; SET lock_timeout = '50ms'")
    yield
    connection.close()


def test_a_statement_that_takes_too_long_is_said(
    fresh_firm: Firm, limited: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(fresh_firm.ana)
    path = f"/{fresh_firm.tenant.slug}/leads/board/"
    with monkeypatch.context() as patch:
        patch.setattr("crm.pages.board.read_listing", lambda *args: sleep())
        answer = client.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "This took too long and was stopped" in answer.content.decode()
    assert "Nothing was changed" in answer.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '30s'")
    assert client.get(path).status_code == 200, "the connection can be used again"


def test_the_same_on_the_pages_outside_of_a_workspace(
    fresh_firm: Firm, limited: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.users.views.workspaces_of", lambda *args: sleep())
    answer = client_of(fresh_firm.ana).get("/workspaces/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "This took too long and was stopped" in answer.content.decode()


def sleep() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")


def test_who_waits_for_others_too_long_is_told_and_nothing_is_saved(
    fresh_firm: Firm, limited: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, last_name="Before")
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with tenant_context(Tenant.objects.get(pk=fresh_firm.tenant.pk)):
            Lead.objects.select_for_update().get(pk=lead.pk)
            held.set()
            go_on.wait(30)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(30)
    try:
        path = f"/{fresh_firm.tenant.slug}/leads/{lead.pk}/deletion/"
        answer = client_of(fresh_firm.ana).post(path)
    finally:
        go_on.set()
        other.join()
    assert answer.status_code == 503
    assert "Somebody else is changing the same records" in answer.content.decode()
    with tenant_context(fresh_firm.tenant):
        assert Lead.objects.filter(pk=lead.pk).exists()
    assert client_of(fresh_firm.ana).post(path).status_code == 303


def test_other_errors_of_the_database_are_no_matter_of_time(fresh_firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise OperationalError("the disk is full")

    client = client_of(fresh_firm.ana)
    client.raise_request_exception = False
    monkeypatch.setattr("crm.pages.board.read_listing", broken)
    assert "This took too long" not in client.get(f"/{fresh_firm.tenant.slug}/leads/board/").content.decode()
