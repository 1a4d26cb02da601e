"""Whether this process lives, and whether it may be sent requests."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

from crm.events.selectors import outbox_lag_seconds
from crm.runs.turns import runs_lag_seconds
from crm.tenants.role import role_problem
from crm.tenants.wall import marker

LAG_TOLERATED = 300  # seconds; the sweep runs every 15
_migrated = False


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. Asks nobody else, so that a database that is away restarts no web process."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """503 while pages could not be served. Without Redis, or with late workflows, they can: "degraded"."""
    needed = {"database": _database, "role": _role, "migrations": _migrations}
    wanted = {"redis": _redis, "outbox": _outbox, "long_runs": _long_runs}
    problems = {name: problem for name, check in needed.items() if (problem := _problem(check))}
    degraded = {name: problem for name, check in wanted.items() if not problems and (problem := _problem(check))}
    status = "down" if problems else "degraded" if degraded else "ok"
    found = {name: "ok" for name in (*needed, *wanted)} | problems | degraded
    if problems:
        found |= dict.fromkeys(wanted, "not checked")
    return JsonResponse({"status": status, "checks": found}, status=503 if problems else 200)


def _problem(check: Callable[[], str]) -> str:
    try:
        return check()
    except DatabaseError:
        return "the database does not answer"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _role() -> str:
    return role_problem()


def _migrations() -> str:
    """A schema that was found up to date stays so for this process: its code does not change."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if pending:
            return f"{len(pending)} migrations are pending"
        if marker() not in executor.loader.applied_migrations:
            return "migrate has not ended: policies, functions or triggers are missing"
        _migrated = True
    return ""


def _redis() -> str:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2) as redis:
            redis.ping()
    except (RedisError, OSError):
        return "Redis does not answer: workflows and limits wait for it, pages do not"
    return ""


def _outbox() -> str:
    lag = outbox_lag_seconds()
    return f"the oldest workflow has been waiting for {lag:.0f} s" if lag > LAG_TOLERATED else ""


def _long_runs() -> str:
    lag = runs_lag_seconds()
    return f"a run (an import, a bulk action) has stood still for {lag:.0f} s" if lag > LAG_TOLERATED else ""
