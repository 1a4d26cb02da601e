"""The wall in the database, read off ``pg_catalog``: a new table without its wall fails here."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import UniqueConstraint

from crm.tenants.context import current_tenant_id, tenant_context
from crm.tenants.models import TenantModel
from crm.tenants.role import role_problem
from crm.tenants.wall import tenant_foreign_keys, tenant_models
from tests import make
from tests.people import Firm

MODELS = tenant_models()
# Tables that belong to no tenant, each with the reason.
GLOBAL_TABLES = {
    "account_emailaddress": "sign-in, by person",
    "account_emailconfirmation": "sign-in, by person",
    "auth_group": "Django's own, unused",
    "auth_group_permissions": "Django's own, unused",
    "auth_permission": "Django's own, unused",
    "django_content_type": "Django's own",
    "django_migrations": "Django's own, read-only for the app",
    "django_session": "sign-in, by person",
    "tenants_setupversion": "numbers, read before there is a tenant; read-only for the app",
    "tenants_tenant": "what a request reads before it has a tenant",
    "users_user": "people are one in all workspaces",
    "usersessions_usersession": "sign-in, by person",
}


def rows(sql: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def id_of(model: type[TenantModel]) -> str:
    return model._meta.label_lower


def test_every_table_has_a_wall_or_a_reason(db: None) -> None:
    tables = {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
    }
    walled = {model._meta.db_table for model in MODELS}
    assert tables - walled == set(GLOBAL_TABLES) & tables
    assert walled <= tables


def test_the_app_role_is_held_back(db: None) -> None:
    assert rows("SELECT current_user") == [("crm_app",)]
    assert role_problem() == ""


def started_as(alias: str) -> subprocess.CompletedProcess[str]:
    """Start what gunicorn starts, in the database role of ``alias``."""
    database = settings.DATABASES[alias] | connections[alias].settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    command = [sys.executable, "-c", "import crm.wsgi"]
    return subprocess.run(
        command,
        check=False,
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
    )


def test_a_server_does_not_start_in_a_role_that_sees_through_the_wall(db: None) -> None:
    refused = started_as("owner")
    assert refused.returncode != 0 and "is not held back by row-level security" in refused.stderr
    assert started_as("default").returncode == 0


@pytest.mark.parametrize("model", MODELS, ids=id_of)
def test_a_tenant_table_is_secured(model: type[TenantModel], db: None) -> None:
    table = model._meta.db_table
    [(secured,)] = rows("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", table)
    assert secured
    [(using, check)] = rows("SELECT qual, with_check FROM pg_policies WHERE tablename = %s", table)
    assert "app.tenant" in using
    assert "app.tenant" in check
    constraints = [
        text
        for (text,) in rows("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass", table)
    ]
    assert "PRIMARY KEY (tenant_id, id)" in constraints
    for field in tenant_foreign_keys(model):
        wanted = (
            f"FOREIGN KEY (tenant_id, {field.column}) REFERENCES {field.related_model._meta.db_table}(tenant_id, id)"
        )
        assert any(text.startswith(wanted) for text in constraints), field


@pytest.mark.parametrize("model", MODELS, ids=id_of)
def test_unique_constraints_and_indexes_start_with_the_tenant(model: type[TenantModel], db: None) -> None:
    allowed = {"membership_of_user"}  # finds a person's workspaces, in a SECURITY DEFINER function
    found = rows(
        "SELECT c.relname, i.indisunique, a.attname, am.amname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_am am ON am.oid = c.relam"
        " LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE i.indrelid = %s::regclass",
        model._meta.db_table,
    )
    for name, _unique, first, method in found:
        assert first == "tenant_id" or name in allowed or method == "gin", name


def test_every_unique_key_of_a_model_stands_in_the_database(db: None) -> None:
    for model in MODELS:
        for key in (one for one in model._meta.constraints if isinstance(one, UniqueConstraint)):
            columns = [model._meta.get_field(name).column for name in key.fields]
            found = rows(
                "SELECT i.indisunique, i.indpred IS NOT NULL, array_agg(a.attname::text ORDER BY k.place)"
                " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                " CROSS JOIN unnest(i.indkey::int[]) WITH ORDINALITY AS k(attnum, place)"
                " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum"
                " WHERE c.relname = %s GROUP BY i.indisunique, i.indpred IS NOT NULL",
                key.name,
            )
            assert found == [(True, key.condition is not None, columns)], key.name


@pytest.mark.parametrize("setting", [None, "", "garbage", str(uuid.uuid4())], ids=["none", "empty", "garbage", "other"])
@pytest.mark.parametrize("model", MODELS, ids=id_of)
def test_without_the_tenant_nothing_can_be_read(model: type[TenantModel], setting: str | None, firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.opportunity(firm.ana)
    with transaction.atomic():
        if setting is not None:
            rows(f"SET LOCAL app.tenant = '{setting}'")
        if setting == "garbage":
            with pytest.raises(DatabaseError), transaction.atomic():
                rows(f'SELECT count(*) FROM "{model._meta.db_table}"')
        else:
            assert rows(f'SELECT count(*) FROM "{model._meta.db_table}"') == [(0,)]


def test_a_row_cannot_be_written_for_another_tenant(firm: Firm, other_firm: Firm) -> None:
    from crm.users.models import Team

    with tenant_context(firm.tenant):
        Team.objects.create(name="ours")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Team.objects.create(name="theirs", tenant=other_firm.tenant)
        assert current_tenant_id() == firm.tenant.pk


def test_the_database_refuses_a_foreign_key_across_tenants(fresh_firm: Firm) -> None:
    """As the owner, whom row-level security does not bind: the composite key alone refuses."""
    with tenant_context(fresh_firm.tenant):
        account = make.account(fresh_firm.ana)
    from crm.tenants.models import Tenant

    other = Tenant.objects.get(slug="globex")
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("SELECT id FROM users_membership WHERE tenant_id = %s LIMIT 1", [other.pk])
        [theirs] = cursor.fetchone()
        cursor.execute("UPDATE accounts_account SET owner_id = %s WHERE id = %s", [fresh_firm.max.pk, account.pk])
        assert cursor.rowcount == 1
        with pytest.raises(DatabaseError) as caught:
            cursor.execute("UPDATE accounts_account SET owner_id = %s WHERE id = %s", [theirs, account.pk])
    assert isinstance(caught.value.__cause__, psycopg.errors.ForeignKeyViolation)


def test_events_cannot_be_changed_or_deleted(firm: Firm) -> None:
    from crm.events.models import Event

    with tenant_context(firm.tenant):
        make.account(firm.ana)
        assert Event.objects.exists()
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Event.objects.update(name="forged")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            rows("DELETE FROM events_event")


def test_every_model_of_ours_is_scoped_or_global() -> None:
    for model in apps.get_models():
        if model.__module__.split(".")[0] in ("crm", "accounts", "contacts", "opportunities", "leads", "reports"):
            assert issubclass(model, TenantModel) or model._meta.db_table in GLOBAL_TABLES, model
