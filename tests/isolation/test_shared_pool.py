"""Behind a pool one connection serves many workspaces in turn: what one has set must be gone when the next comes.

The pool of this test hands its one connection out by the transaction, as PgBouncer does in its mode of that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

import pytest
from django.db import connection, transaction

from crm.tenants import context
from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant
from leads.models import Lead
from tests import make
from tests.people import Firm, make_firm


def rows_seen() -> list[str]:
    """What a client of the pool that has named no workspace reads."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT last_name FROM leads_lead")
        return [name for (name,) in cursor.fetchall()]


@pytest.fixture
def two(fresh_firm: Firm) -> tuple[Tenant, Tenant]:
    """Two workspaces with a lead each, on one connection."""
    other = make_firm(f"{fresh_firm.tenant.slug}-pool", "Other")
    for firm, name in ((fresh_firm, "Mine"), (other, "Theirs")):
        with tenant_context(firm.tenant):
            make.lead(firm.ana, last_name=name)
    return fresh_firm.tenant, other.tenant


def pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


class Broken(Exception):
    pass


@contextmanager
def ended(how: str) -> Iterator[None]:
    """The ways in which a piece of work can end: done, broken, or undone by the database."""
    yield
    if how == "broken":
        raise Broken
    if how == "refused":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")


@pytest.mark.parametrize("how", ["done", "broken", "refused"])
def test_the_next_client_of_a_connection_sees_nothing(two: tuple[Tenant, Tenant], how: str) -> None:
    backend = pid()
    for tenant, name in zip(two, ("Mine", "Theirs"), strict=True):
        try:
            with tenant_context(tenant), ended(how):
                assert [lead.last_name for lead in Lead.objects.all()] == [name]
        except Exception:
            assert how != "done"
        assert rows_seen() == []
    assert pid() == backend, "all of it was one connection"


@pytest.mark.parametrize("how", ["done", "broken"])
def test_what_the_session_holds_is_not_touched(two: tuple[Tenant, Tenant], how: str) -> None:
    """SET instead of SET LOCAL would be kept, by the session and so by the pool."""
    before = str(uuid4())
    with connection.cursor() as cursor:
        cursor.execute(f"SET app.tenant = '{before}'")
    try:
        for tenant in two:
            with suppress(Broken), tenant_context(tenant), ended(how):
                assert Lead.objects.count() == 1
            with connection.cursor() as cursor:
                cursor.execute("SHOW app.tenant")
                assert cursor.fetchone()[0] == before
    finally:
        connection.close()


def test_this_would_notice_a_setting_that_stays(two: tuple[Tenant, Tenant], monkeypatch: pytest.MonkeyPatch) -> None:
    """SET instead of SET LOCAL: what was committed last stays in the session, for whoever has it next."""

    def leaking(value: str) -> None:
        if value:
            with connection.cursor() as cursor:
                cursor.execute(f"SET app.tenant = '{value}'")

    monkeypatch.setattr(context, "_set_local", leaking)
    with tenant_context(two[0]):
        pass
    assert rows_seen() == ["Mine"]
    connection.close()
