"""``manage.py migrate`` while pages are served: nothing is made anew that stands, and what is, never is half there."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections

from crm.tenants import wall
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.tenants.wall import build_wall
from leads.models import Lead
from tests import make
from tests.people import Firm, client_of


@pytest.fixture
def owner(fresh_firm: Firm) -> Iterator[Any]:
    yield connections["owner"]
    connections["owner"].close()


def run(owner: Any, *statements: str) -> None:
    with owner.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_a_wall_that_stands_is_left_alone(owner: Any) -> None:
    assert build_wall(owner) == []


# What somebody may have broken by hand, and in which table.
BREACHES = {
    "no policy": "DROP POLICY tenant ON leads_lead",
    "another policy": "CREATE POLICY open ON leads_lead USING (true)",
    "a wider policy": "ALTER POLICY tenant ON leads_lead USING (true)",
    "not switched on": "ALTER TABLE leads_lead DISABLE ROW LEVEL SECURITY",
    "too many grants": "GRANT TRUNCATE ON leads_lead TO crm_app",
    "too few grants": "REVOKE UPDATE ON leads_lead FROM crm_app",
    "no key": "ALTER TABLE leads_lead DROP CONSTRAINT leads_lead_owner_id_wall",
    "no index": "DROP INDEX leads_lead_owner_id_tenant -- of leads_lead",
    "a log that can be changed": "GRANT UPDATE ON events_event TO crm_app",
    "no grants": "REVOKE ALL ON django_session FROM crm_app",
}


@pytest.mark.parametrize("statement", BREACHES.values(), ids=BREACHES.keys())
def test_what_is_wrong_is_put_right_and_only_that(owner: Any, statement: str) -> None:
    [table] = [name for name in ("leads_lead", "events_event", "django_session") if f"{name} " in f"{statement} "]
    run(owner, statement)
    changed = build_wall(owner)
    assert 1 <= len(changed) <= 3
    assert all(f'"{table}"' in one for one in changed)
    assert build_wall(owner) == []


def test_readers_notice_nothing(fresh_firm: Firm, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists and pages are asked for as long as everything is made anew: always 200, with the row in it."""
    with tenant_context(fresh_firm.tenant):
        lead = make.lead(fresh_firm.ana, last_name="Findme")
    pages = [f"/{fresh_firm.tenant.slug}/leads/?filters=none", f"/{fresh_firm.tenant.slug}/leads/{lead.pk}/"]
    wrong: list[str] = []
    asked = [0]
    over = threading.Event()

    def read() -> None:
        client = client_of(fresh_firm.ana)
        while not over.is_set():
            for page in pages:
                try:
                    answer = client.get(page)
                except Exception as error:
                    wrong.append(repr(error))
                    return
                asked[0] += 1
                if answer.status_code != 200 or "Findme" not in answer.content.decode():
                    wrong.append(f"{page}: {answer.status_code}")
        connection.close()

    readers = [threading.Thread(target=read) for _number in range(2)]
    for reader in readers:
        reader.start()
    try:
        call_command("migrate", verbosity=0)
        monkeypatch.setattr(wall, "POLICY_SQL", "as if every policy were another")
        before = asked[0]
        while asked[0] < before + 20 and not wrong:
            assert len(build_wall(owner)) > 50
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert wrong == []


def test_it_waits_for_no_lock_for_long_and_tries_again(
    fresh_firm: Firm, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(wall, "LOCK_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(wall, "LOCK_TRIES", 3)
    run(owner, "DROP POLICY tenant ON leads_lead")
    reading, go_on = threading.Event(), threading.Event()

    def read_for_long() -> None:
        with tenant_context(Tenant.objects.get(pk=fresh_firm.tenant.pk)):
            Lead.objects.count()
            reading.set()
            go_on.wait(30)
        connection.close()

    reader = threading.Thread(target=read_for_long)
    reader.start()
    reading.wait(30)
    try:
        started = time.monotonic()
        with pytest.raises(OperationalError, match="lock timeout"):
            build_wall(owner)
        assert time.monotonic() - started < 20, "it gave up, and stood in nobody's way meanwhile"
        monkeypatch.setattr(wall, "LOCK_TRIES", 1000)
        threading.Timer(0.3, go_on.set).start()
        assert [one for one in build_wall(owner) if "CREATE POLICY" in one]
    finally:
        go_on.set()
        reader.join()
        build_wall(owner)
