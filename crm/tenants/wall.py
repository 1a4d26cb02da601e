"""The wall in the database: built by ``manage.py migrate`` after Django's own work, and safe to run again.

A table gets its grants only together with its wall: what was forgotten here cannot be read at all.
Row-level security is ENABLEd, not FORCEd: the owner's data migrations must see every row.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from crm.tenants.models import TenantForeignKey, TenantModel

APP_ROLE = "crm_app"
TENANT_SQL = "nullif(current_setting('app.tenant', true), '')::uuid"
READ_ONLY_TABLES = {"django_migrations"}


def build_wall(connection: BaseDatabaseWrapper) -> None:
    """Bring keys, policies, foreign keys, functions and grants in line with the models."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        scoped = [model for model in tenant_models() if model._meta.db_table in tables]
        existing = _constraints(cursor)
        statements: list[str] = []
        for model in scoped:
            statements += _primary_key(model, existing)
        for model in scoped:
            statements += _policy(model)
            statements += _foreign_keys(model, existing, tables)
        names = {model._meta.db_table for model in scoped}
        statements += [_grant(table) for table in sorted(tables - names)]
        statements += [statement for module in _sql_modules() for statement in module.STATEMENTS]
        for statement in statements:
            cursor.execute(statement)


def tenant_models() -> list[type[TenantModel]]:
    """Return every concrete model that belongs to a tenant."""
    return [model for model in apps.get_models() if issubclass(model, TenantModel) and model._meta.managed]


def _constraints(cursor: Any) -> dict[tuple[str, str], str]:
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace"
    )
    rows = cursor.fetchall()
    return {(table.strip('"'), name): definition for table, name, definition in rows}


def _primary_key(model: type[TenantModel], existing: dict[tuple[str, str], str]) -> Iterator[str]:
    table = model._meta.db_table
    for (its_table, name), definition in existing.items():
        wrong = definition.startswith("PRIMARY KEY") and definition != "PRIMARY KEY (tenant_id, id)"
        if its_table == table and wrong:
            yield f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}", ADD PRIMARY KEY (tenant_id, id)'


def _policy(model: type[TenantModel]) -> list[str]:
    table = model._meta.db_table
    verbs = "SELECT, INSERT" if getattr(model, "append_only", False) else "SELECT, INSERT, UPDATE, DELETE"
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS tenant ON "{table}"',
        f'CREATE POLICY tenant ON "{table}" USING (tenant_id = {TENANT_SQL}) WITH CHECK (tenant_id = {TENANT_SQL})',
        f'REVOKE ALL ON "{table}" FROM {APP_ROLE}',
        f'GRANT {verbs} ON "{table}" TO {APP_ROLE}',
    ]


def tenant_foreign_keys(model: type[models.Model]) -> list[TenantForeignKey]:
    return [field for field in model._meta.local_fields if isinstance(field, TenantForeignKey)]


def _foreign_keys(model: type[TenantModel], existing: dict[tuple[str, str], str], tables: set[str]) -> Iterator[str]:
    table = model._meta.db_table
    for field in tenant_foreign_keys(model):
        target = field.related_model._meta.db_table
        name = f"{table}_{field.column}_wall"[:63]
        if (table, name) not in existing and target in tables:
            yield (
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (tenant_id, "{field.column}")'
                f' REFERENCES "{target}" (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE'
            )
        index = f"{table}_{field.column}_tenant"[:63]
        yield f'CREATE INDEX IF NOT EXISTS "{index}" ON "{table}" (tenant_id, "{field.column}")'


def _grant(table: str) -> str:
    verbs = "SELECT" if table in READ_ONLY_TABLES else "SELECT, INSERT, UPDATE, DELETE"
    return f'GRANT {verbs} ON "{table}" TO {APP_ROLE}'


def _sql_modules() -> Iterator[Any]:
    """Yield each app's ``sql`` module: ``STATEMENTS`` that create or replace its functions and special indexes."""
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.sql"):
            module = import_module(f"{config.name}.sql")
            if hasattr(module, "STATEMENTS"):
                yield module
