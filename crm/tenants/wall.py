"""The wall in the database: built by ``manage.py migrate`` after Django's own work, and safe to run again.

A table gets its grants only together with its wall: what was forgotten here cannot be read at all.
Row-level security is ENABLEd, not FORCEd: the owner's data migrations must see every row.

What the catalog shows to be right is left alone, and what is not is put right in one transaction for each table: pages
that are served meanwhile find either the old or the new, and never a table without its policy or its grants. Of a table
that has rows, indexes are built and foreign keys are proven beside the work of others (``indexing.py``).
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db import OperationalError, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from crm.tenants.indexing import has_index, without_hurry
from crm.tenants.models import TenantForeignKey, TenantModel

APP_ROLE = "crm_app"
TENANT_SQL = "nullif(current_setting('app.tenant', true), '')::uuid"
# As PostgreSQL tells the policy that is made of it. Should it tell it otherwise one day, policies are made anew.
POLICY_SQL = "(tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)"
READ_ONLY_TABLES = {"django_migrations", "tenants_setupversion"}
# Who waits for a table's lock keeps everybody waiting who comes after, so nobody waits for long; then once more.
LOCK_TIMEOUT = "2s"
LOCK_TRIES = 30
LOCK_PAUSE_SECONDS = 1.0
_IN_THE_WAY = ("55P03", "40P01")  # a lock that was not had in time, a deadlock
_INDEX = re.compile(r'(?P<verb>CREATE|DROP) INDEX CONCURRENTLY IF (NOT )?EXISTS "?(?P<name>\w+)"?')


@dataclass(frozen=True)
class Catalog:
    """What stands in the database, by table."""

    tables: set[str]
    filled: set[str]
    constraints: dict[tuple[str, str], str]
    indexes: set[str]
    secured: set[str]
    policies: dict[str, list[tuple[str, str, str, str]]]
    grants: dict[str, set[str]]


def build_wall(connection: BaseDatabaseWrapper) -> list[str]:
    """Bring keys, policies, foreign keys, functions and grants in line with the models; return what was changed."""
    changed: list[str] = []
    with connection.cursor() as cursor:
        found = _catalog(cursor)
    scoped = [model for model in tenant_models() if model._meta.db_table in found.tables]
    steps = [list(_primary_key(model, found.constraints)) for model in scoped]
    steps += [[*_policy(model, found), *_foreign_keys(model, found)] for model in scoped]
    names = {model._meta.db_table for model in scoped}
    steps += [list(_grant(table, found)) for table in sorted(found.tables - names)]
    steps += [list(_proofs(model, found)) for model in scoped]
    for step in filter(None, steps):
        _run(connection, step)
        changed += step
    for module in _sql_modules():
        for step in _steps(module):
            _run(connection, [one for one in step if not _is_done(one, found)])
    recorder = MigrationRecorder(connection)
    if marker() not in recorder.applied_migrations():
        recorder.record_applied(*marker())
    return changed


@cache
def marker() -> tuple[str, str]:
    """How ``django_migrations`` names the wall that this code is for, once it is built. Code of before, whose own was
    built once, goes on being served while the next one takes its place."""
    tables = {model._meta.db_table for model in apps.get_models()}
    nothing = Catalog(tables, set(), {}, set(), set(), {}, {})
    found = [sql for table in tables for sql in _grant(table, nothing)]
    found += [sql for model in tenant_models() for sql in (*_policy(model, nothing), *_foreign_keys(model, nothing))]
    found += [sql for module in _sql_modules() for step in _steps(module) for sql in step]
    return "wall", hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()


def patiently(do: Callable[[], object]) -> None:
    """Call ``do`` again as long as it does not get a lock in time."""
    for left in reversed(range(LOCK_TRIES)):
        try:
            do()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in _IN_THE_WAY or not left:
                raise
            time.sleep(LOCK_PAUSE_SECONDS)
        else:
            return


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    """Run ``statements`` in their order, in one transaction but for those that are not to be in one."""
    for index, some in groupby(statements, _INDEX.match):
        if index is None:
            together = list(some)
            patiently(lambda together=together: _run_together(connection, together))
            continue
        with without_hurry(connection), connection.cursor() as cursor:
            if index["verb"] == "DROP" or not has_index(connection, index["name"]):
                cursor.execute(index.string)


def _run_together(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        for statement in statements:
            cursor.execute(statement)


def tenant_models() -> list[type[TenantModel]]:
    """Return every concrete model that belongs to a tenant."""
    return [model for model in apps.get_models() if issubclass(model, TenantModel) and model._meta.managed]


def _catalog(cursor: Any) -> Catalog:
    def ask(sql: str) -> list[tuple[Any, ...]]:
        cursor.execute(sql)
        return cursor.fetchall()

    schema = "'public'::regnamespace"
    policies: dict[str, list[tuple[str, str, str, str]]] = {}
    for table, *rest in ask(
        "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public'"
    ):
        policies.setdefault(table, []).append((rest[0], rest[1], rest[2], rest[3]))
    return Catalog(
        tables={
            name
            for (name,) in ask(f"SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = {schema}")
        },
        filled={
            name
            for (name,) in ask(
                f"SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = {schema}"
                " AND pg_relation_size(oid) > 0"
            )
        },
        constraints={
            (table.strip('"'), name): definition
            for table, name, definition in ask(
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
                f" WHERE connamespace = {schema}"
            )
        },
        indexes={
            name
            for (name,) in ask(
                "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid"
                f" WHERE indisvalid AND relnamespace = {schema}"
            )
        },
        secured={
            name for (name,) in ask(f"SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = {schema}")
        },
        policies=policies,
        grants={
            name: set(verbs)
            for name, verbs in ask(
                "SELECT relname, array_agg(privilege_type) FROM pg_class, aclexplode(relacl) AS acl"
                f" WHERE relnamespace = {schema} AND acl.grantee = '{APP_ROLE}'::regrole GROUP BY relname"
            )
        },
    )


def _primary_key(model: type[TenantModel], existing: dict[tuple[str, str], str]) -> Iterator[str]:
    table = model._meta.db_table
    for (its_table, name), definition in existing.items():
        wrong = definition.startswith("PRIMARY KEY") and definition != "PRIMARY KEY (tenant_id, id)"
        if its_table == table and wrong:
            yield f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}", ADD PRIMARY KEY (tenant_id, id)'


def _policy(model: type[TenantModel], found: Catalog) -> Iterator[str]:
    table = model._meta.db_table
    if table not in found.secured:
        yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    if found.policies.get(table) != [("tenant", "ALL", POLICY_SQL, POLICY_SQL)]:
        for name, *_rest in found.policies.get(table, ()):
            yield f'DROP POLICY "{name}" ON "{table}"'
        ours = f"tenant_id = {TENANT_SQL}"
        yield f'CREATE POLICY tenant ON "{table}" USING ({ours}) WITH CHECK ({ours})'
    verbs = ["SELECT", "INSERT"] if getattr(model, "append_only", False) else ["SELECT", "INSERT", "UPDATE", "DELETE"]
    if found.grants.get(table) != set(verbs):
        yield f'REVOKE ALL ON "{table}" FROM {APP_ROLE}'
        yield f'GRANT {", ".join(verbs)} ON "{table}" TO {APP_ROLE}'


def tenant_foreign_keys(model: type[models.Model]) -> list[TenantForeignKey]:
    return [field for field in model._meta.local_fields if isinstance(field, TenantForeignKey)]


def _foreign_keys(model: type[TenantModel], found: Catalog) -> Iterator[str]:
    table = model._meta.db_table
    for field in tenant_foreign_keys(model):
        target = field.related_model._meta.db_table
        name = f"{table}_{field.column}_wall"[:63]
        if (table, name) not in found.constraints and target in found.tables:
            yield (
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (tenant_id, "{field.column}")'
                f' REFERENCES "{target}" (tenant_id, id) DEFERRABLE INITIALLY IMMEDIATE'
                + (" NOT VALID" if table in found.filled else "")
            )
        index = f"{table}_{field.column}_tenant"[:63]
        if index not in found.indexes:
            beside = " CONCURRENTLY" if table in found.filled else ""
            yield f'CREATE INDEX{beside} IF NOT EXISTS "{index}" ON "{table}" (tenant_id, "{field.column}")'


def _proofs(model: type[TenantModel], found: Catalog) -> Iterator[str]:
    """Let the rows that were there before their foreign key be looked at, which keeps nobody from writing."""
    table = model._meta.db_table
    for field in tenant_foreign_keys(model):
        name = f"{table}_{field.column}_wall"[:63]
        definition = found.constraints.get((table, name), " NOT VALID" if table in found.filled else "")
        if definition.endswith(" NOT VALID") and field.related_model._meta.db_table in found.tables:
            yield f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{name}"'


def _grant(table: str, found: Catalog) -> Iterator[str]:
    verbs = ["SELECT"] if table in READ_ONLY_TABLES else ["SELECT", "INSERT", "UPDATE", "DELETE"]
    if not found.grants.get(table, set()) >= set(verbs):
        yield f'GRANT {", ".join(verbs)} ON "{table}" TO {APP_ROLE}'


def _is_done(statement: str, found: Catalog) -> bool:
    """Whether it would make an index that exists, or drop one that does not: looking for that takes a lock."""
    index = _INDEX.match(statement)
    return index is not None and (index["name"] in found.indexes) == (index["verb"] == "CREATE")


def _sql_modules() -> Iterator[Any]:
    """Yield each app's ``sql`` module, which creates or replaces its functions and special indexes."""
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.sql"):
            module = import_module(f"{config.name}.sql")
            if any(hasattr(module, name) for name in ("STATEMENTS", "statements", "steps")):
                yield module


def _steps(module: Any) -> list[list[str]]:
    """``STATEMENTS``, or what ``statements()`` returns where they follow from what other apps declare: together. Or
    what ``steps()`` returns, each in a transaction of its own: it takes locks of many tables."""
    if hasattr(module, "steps"):
        return module.steps()
    return [module.statements() if hasattr(module, "statements") else module.STATEMENTS]
