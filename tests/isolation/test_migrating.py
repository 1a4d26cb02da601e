"""``manage.py migrate`` while pages are served: nothing is made anew that stands, and what is, never is half there."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddField, AddIndex, CreateModel, RemoveIndex, RunPython
from django.db.models import NOT_PROVIDED, Index

from crm.tenants import indexing, wall
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from crm.tenants.wall import build_wall
from leads.models import Lead
from tests import make
from tests.people import Firm, client_of


@pytest.fixture
def owner(fresh_firm: Firm) -> Iterator[Any]:
    yield connections["owner"]
    try:
        build_wall(connections["owner"])  # whatever the test made of it, and however it ended
    finally:
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


def test_indexes_and_keys_of_a_table_in_use_are_made_beside_the_work_in_it(fresh_firm: Firm, owner: Any) -> None:
    with tenant_context(fresh_firm.tenant):
        for _number in range(2):
            make.lead(fresh_firm.ana)
    run(
        owner,
        "DROP INDEX leads_lead_search_4",
        "CREATE INDEX leads_lead_search ON leads_lead (id)",
        "DROP INDEX leads_lead_owner_id_tenant",
        "ALTER TABLE leads_lead DROP CONSTRAINT leads_lead_owner_id_wall",
    )
    with pytest.raises(IntegrityError):  # stopped half way: the index is there, and serves nothing
        run(owner, "CREATE UNIQUE INDEX CONCURRENTLY leads_lead_search_4 ON leads_lead ((1))")
    ran: list[tuple[str, bool]] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        ran.append((sql, owner.in_atomic_block))
        return execute(sql, *rest)

    with owner.execute_wrapper(note):
        build_wall(owner)
    indexes = [(sql, atomic) for sql, atomic in ran if re.match("(CREATE|DROP) INDEX", sql)]
    assert [(sql.split(" ON ")[0], atomic) for sql, atomic in indexes] == [
        ('CREATE INDEX CONCURRENTLY IF NOT EXISTS "leads_lead_owner_id_tenant"', False),
        ('DROP INDEX CONCURRENTLY "leads_lead_search_4"', False),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS leads_lead_search_4", False),
        ("DROP INDEX CONCURRENTLY IF EXISTS leads_lead_search", False),
    ]
    keys = [sql for sql, _atomic in ran if "leads_lead_owner_id_wall" in sql]
    assert [sql.endswith("NOT VALID") for sql in keys] == [True, False]
    assert "VALIDATE CONSTRAINT" in keys[1]
    assert build_wall(owner) == []


EARLIER = {("imports", "0005_pieces"), ("vendors", "0002_customer_number_key")}  # of tables with few rows


def test_migrations_do_what_takes_long_outside_of_a_transaction() -> None:
    wrong = []
    for key, migration in MigrationLoader(None).disk_migrations.items():
        new = {one.name.lower() for one in migration.operations if isinstance(one, CreateModel)}
        for one in migration.operations:
            if isinstance(one, AddIndex | RemoveIndex) and one.model_name.lower() not in new:
                fits = isinstance(one, indexing.AddIndex | indexing.RemoveIndex) and not migration.atomic
            else:
                fits = not isinstance(one, RunPython) or "refilling" not in one.code.__module__ or not migration.atomic
            if not fits and "site-packages" not in apps.get_app_config(key[0]).path:
                wrong.append(key)
    assert set(wrong) == EARLIER


# The last one of each app that did not keep to it.
BEFORE = {
    "accounts": "0004",
    "activities": "0005",
    "bulk": "0005",
    "contacts": "0004",
    "imports": "0011",
    "leads": "0008",
    "opportunities": "0006",
    "pages": "0002",
    "users": "0003",
    "vendors": "0002",  # no version before knows the table
}


def test_processes_that_know_nothing_of_a_new_column_can_go_on_inserting() -> None:
    """Until they are restarted: the database fills it."""
    wrong = [
        (app, name, one.name)
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if "site-packages" not in apps.get_app_config(app).path and name[:4] > BEFORE.get(app, "0000")
        for one in migration.operations
        if isinstance(one, AddField) and not one.field.null and one.field.db_default is NOT_PROVIDED
    ]
    assert wrong == []


def test_an_index_that_was_left_half_built_is_built_once_more(fresh_firm: Firm, owner: Any) -> None:
    with tenant_context(fresh_firm.tenant):
        for _number in range(2):
            make.lead(fresh_firm.ana)
    operation = indexing.AddIndex("lead", Index(fields=["tenant", "id"], name="lead_tried"))
    with pytest.raises(IntegrityError):
        run(owner, "CREATE UNIQUE INDEX CONCURRENTLY lead_tried ON leads_lead ((1))")
    before = MigrationLoader(owner).project_state()
    after = before.clone()
    operation.state_forwards("leads", after)
    try:
        for _again in range(2):
            with owner.schema_editor(atomic=False) as editor:
                operation.database_forwards("leads", editor, before, after)
            assert indexing.has_index(owner, "lead_tried")
    finally:
        run(owner, "DROP INDEX IF EXISTS lead_tried")


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
