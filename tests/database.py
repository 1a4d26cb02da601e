"""Test databases: one template for a state of the schema, one clone of it for each process, all in the app's role."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

# The day whose demo `make test` looks at: another day tells another story, of about the same size
DEMO_DAY = datetime(2026, 11, 20, 15, tzinfo=UTC)
APPS = ("accounts", "contacts", "leads", "opportunities", "reports")
ROOT = Path(__file__).resolve().parent.parent


def _schema_hash() -> str:
    from crm.tenants.wall import marker  # not before Django is set up

    parts = [*ROOT.glob("**/migrations/*.py"), ROOT / "crm/tenants/wall.py"]
    parts += [*ROOT.glob("*/models.py"), *ROOT.glob("crm/*/models.py")]
    parts = [part for part in parts if not {".venv", "var"} & set(part.relative_to(ROOT).parts)]
    found = b"".join(part.read_bytes() for part in sorted(parts)) + marker()[1].encode()
    return hashlib.sha256(found).hexdigest()[:12]


@cache
def _code_hash() -> str:
    """Of all code, as this process began: a demo that older code seeded is not the same."""
    parts = [*ROOT.glob("crm/**/*.py"), *(part for app in APPS for part in ROOT.glob(f"{app}/**/*.py"))]
    return hashlib.sha256(b"".join(part.read_bytes() for part in sorted(parts))).hexdigest()[:12]


@contextmanager
def _maintenance(alias: str = "owner") -> Iterator[psycopg.Connection]:
    role = connections[alias].settings_dict
    with psycopg.connect(
        host=role["HOST"],
        port=role["PORT"] or None,
        user=role["USER"],
        password=role["PASSWORD"],
        dbname=os.environ.get("ANGLER_MAINTENANCE_DB", "postgres"),
        autocommit=True,
    ) as connection:
        yield connection


def _point_at(name: str) -> None:
    for alias in settings.DATABASES:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def create_database() -> str:
    """Make this process's database, migrated and walled, and point Django at it; return its name."""
    template = f"angler_template_{_schema_hash()}"
    name = f"test_angler_{os.getpid()}_{int(time.time())}"
    with _maintenance() as connection:
        connection.execute("SELECT pg_advisory_lock(20261121)")  # one process builds, the others wait
        exists = connection.execute("SELECT FROM pg_database WHERE datname = %s", [template]).fetchone()
        if exists is None:  # a row without columns is an empty, false tuple
            building = f"{template}_new"
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(building)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
            _point_at(building)
            call_command("migrate", verbosity=0)
            connections["owner"].close()
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template))
            )
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        connection.execute("SELECT pg_advisory_unlock(20261121)")
    _point_at(name)
    return name


def create_demo_database() -> str:
    """Make a database with the demo of the day it is, seeded once for all processes, and point Django at it."""
    kept = [f"angler_demo_{_code_hash()}_{day:%y%m%d}" for day in (date.today(), DEMO_DAY)]
    template = kept[0]
    with _maintenance() as connection:
        connection.execute("SELECT pg_advisory_lock(20261126)")
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [template]).fetchone() is None:
            for (old,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'angler_demo_%'"):
                if old not in kept:
                    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old)))
            before = str(connections["default"].settings_dict["NAME"])
            building = create_database()
            try:
                call_command("seed_demo")
            except BaseException:
                _point_at(before)  # or this process's later tests would work in half a demo
                raise
            for alias in settings.DATABASES:
                connections[alias].close()
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template))
            )
        name = copy_database(template)
        connection.execute("SELECT pg_advisory_unlock(20261126)")
    return name


def copy_database(template: str) -> str:
    """Make a database like ``template``, which nobody may be connected to, and point Django at it; return its name."""
    name = f"test_copy_{os.getpid()}_{int(time.time() * 1000)}"
    with _maintenance() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    _point_at(name)
    return name


def point_at(name: str) -> str:
    """Let Django use the database ``name`` from now on; return the one that it used."""
    before = str(connections["default"].settings_dict["NAME"])
    _point_at(name)
    return before


def leave_other_databases() -> None:
    """Close this thread's connections to another database than the one that Django is pointed at by now."""
    for one in connections.all(initialized_only=True):
        if one.connection is not None and one.connection.info.dbname != one.settings_dict["NAME"]:
            one.close()


def end_connections(name: str) -> None:
    """End the app's connections to a database that is to be dropped: those of a server's threads that wait."""
    with _maintenance("default") as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
            [name],
        )


def drop_database(name: str) -> None:
    for alias in settings.DATABASES:
        connections[alias].close()
    with _maintenance() as connection:
        # Waits some seconds for connections that are closing. WITH (FORCE) would not: it may not end the app's.
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
