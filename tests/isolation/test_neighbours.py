"""Two workspaces full of rows, side by side: neither reads, changes, deletes or names a row of the other."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction

from crm.tenants.context import tenant_context
from crm.tenants.models import Tenant, TenantForeignKey, TenantModel
from crm.tenants.wall import tenant_foreign_keys, tenant_models
from tests.permissions.samples import Samples

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
MODELS = tenant_models()
KEYS = [(model, field) for model in MODELS for field in tenant_foreign_keys(model)]
# The app may add to these and not change them.
KEPT = {"events_event"}


def id_of(value: Any) -> str:
    return value.name if isinstance(value, TenantForeignKey) else value._meta.label_lower


def as_owner(sql: str, *parameters: object) -> list[tuple]:
    """By the role that no policy binds."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def as_app(sql: str, *parameters: object) -> int:
    """Return how many rows the app's role reached."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def committed(model: type[TenantModel], tenant: Tenant) -> uuid.UUID:
    """A row of ``tenant``; a table that the samples leave empty would prove nothing."""
    found = as_owner(f'SELECT id FROM "{model._meta.db_table}" WHERE tenant_id = %s ORDER BY id LIMIT 1', tenant.pk)
    assert found, f"tests/permissions/samples.py makes no row of {model._meta.label}"
    return found[0][0]


@pytest.mark.parametrize("model", MODELS, ids=id_of)
def test_rows_of_the_other_are_out_of_reach(model: type[TenantModel], samples: Samples) -> None:
    ours, theirs = samples.ours.firm.tenant, samples.theirs.firm.tenant
    table = model._meta.db_table
    row_id, own_id = committed(model, theirs), committed(model, ours)
    with tenant_context(ours):
        assert as_app(f'SELECT 1 FROM "{table}" WHERE id = %s', own_id) == 1
        assert as_app(f'SELECT 1 FROM "{table}" WHERE id = %s', row_id) == 0
        assert as_app(f'SELECT 1 FROM "{table}" WHERE tenant_id = %s', theirs.pk) == 0
        if table in KEPT:
            for change in (f'UPDATE "{table}" SET id = id', f'DELETE FROM "{table}"'):
                with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                    as_app(change)
            return
        assert as_app(f'UPDATE "{table}" SET id = id WHERE id = %s', own_id) == 1
        assert as_app(f'UPDATE "{table}" SET id = id WHERE id = %s', row_id) == 0
        assert as_app(f'DELETE FROM "{table}" WHERE id = %s', row_id) == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            as_app(f'UPDATE "{table}" SET tenant_id = %s WHERE id = %s', theirs.pk, own_id)


@pytest.mark.parametrize("model", MODELS, ids=id_of)
def test_no_row_is_written_into_the_other(model: type[TenantModel], samples: Samples) -> None:
    ours, theirs = samples.ours.firm.tenant, samples.theirs.firm.tenant
    table = model._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in model._meta.local_fields if field.column != "tenant_id")
    copy = f'INSERT INTO "{table}" (tenant_id, {columns}) SELECT %s, {columns} FROM "{table}" WHERE id = %s'
    own_id = committed(model, ours)
    with tenant_context(ours):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            as_app(copy, theirs.pk, own_id)
        # Only the tenant was wrong: the same row is stopped by nothing but its key in our own workspace.
        with pytest.raises(DatabaseError, match="duplicate key"), transaction.atomic():
            as_app(copy, ours.pk, own_id)


@pytest.mark.parametrize(("model", "field"), KEYS, ids=id_of)
def test_no_key_leads_into_the_other(model: type[TenantModel], field: TenantForeignKey, samples: Samples) -> None:
    """As the owner, whom no policy binds: the composite key alone refuses."""
    ours, theirs = samples.ours.firm.tenant, samples.theirs.firm.tenant
    target: Any = field.related_model
    change = f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s WHERE tenant_id = %s AND id = %s'
    row_id, own, foreign = committed(model, ours), committed(target, ours), committed(target, theirs)
    with transaction.atomic(using="owner"):
        as_owner("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError) as refused, transaction.atomic(using="owner"):
            as_owner(change, foreign, ours.pk, row_id)
        assert isinstance(refused.value.__cause__, psycopg.errors.ForeignKeyViolation)
        with transaction.atomic(using="owner"):
            as_owner(f'ALTER TABLE "{model._meta.db_table}" DISABLE TRIGGER USER')
            try:
                as_owner(change, own, ours.pk, row_id)
            except DatabaseError as error:  # another rule of the table, not the key
                assert not isinstance(error.__cause__, psycopg.errors.ForeignKeyViolation)
                transaction.set_rollback(True, using="owner")
        transaction.set_rollback(True, using="owner")


def test_every_query_names_the_workspace_by_itself(samples: Samples) -> None:
    """As the owner, whom no policy binds: the scoped manager alone keeps to the workspace."""
    ours, theirs = samples.ours.firm.tenant, samples.theirs.firm.tenant
    for model in MODELS:
        assert committed(model, theirs)
        with tenant_context(ours):
            found = model._base_manager.using("owner").values_list("tenant_id", flat=True).distinct()
            assert list(found) == [ours.pk], model
            assert set(model.objects.using("owner").values_list("tenant_id", flat=True)) == {ours.pk}, model
