"""What crosses the tenant wall for runs: ids of those that stand still, and for how long one has done so."""

from __future__ import annotations

from crm.runs.kinds import RunKind, run_kinds
from crm.tenants.wall import APP_ROLE

_LAG = """
    CREATE OR REPLACE FUNCTION long_runs_lag_seconds() RETURNS double precision
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT coalesce(extract(epoch FROM statement_timestamp() - min(seen_at)), 0)::double precision
          FROM tenants_atwork AS at_work
         WHERE EXISTS (SELECT FROM ({every}) AS open WHERE (tenant_id, id) = (at_work.tenant_id, at_work.run_id))
    $$
    """
_STALLED = """
    CREATE OR REPLACE FUNCTION stalled_runs(stalled_before timestamptz)
    RETURNS TABLE (kind text, tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT kind, tenant_id, id FROM (
            SELECT DISTINCT ON (tenant_id) kind, tenant_id, id, seen_at FROM ({every}) AS open
             WHERE seen_at < stalled_before AND NOT EXISTS (
                SELECT FROM tenants_atwork AS at_work  -- whoever waits for one that shows signs of life is told by it
                 WHERE at_work.tenant_id = open.tenant_id AND run_id IS NOT NULL AND at_work.seen_at >= stalled_before
             ) ORDER BY tenant_id, seen_at, id
        ) AS first_in_line ORDER BY seen_at LIMIT 100
    $$
    """


def statements() -> list[str]:
    """The functions over the tables of all kinds of runs."""
    every = " UNION ALL ".join(_open_runs(kind) for kind in run_kinds())
    return [
        _LAG.format(every=every),
        *_for_the_app("long_runs_lag_seconds()"),
        _STALLED.format(every=every),
        *_for_the_app("stalled_runs(timestamptz)"),
        "DROP FUNCTION IF EXISTS waiting_imports(timestamptz)",
        "DROP FUNCTION IF EXISTS waiting_bulk_runs(timestamptz)",
    ]


def _open_runs(kind: RunKind) -> str:
    return (
        f"SELECT '{kind.key}'::text AS kind, tenant_id, id, seen_at FROM {kind.model._meta.db_table}"
        " WHERE state IN ('queued', 'running')"
    )


def _for_the_app(function: str) -> list[str]:
    return [f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC", f"GRANT EXECUTE ON FUNCTION {function} TO {APP_ROLE}"]
