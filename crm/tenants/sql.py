"""What crosses the tenant wall for long runs: for how long the one that should be at work has given no sign of life."""

from __future__ import annotations

from crm.tenants.wall import APP_ROLE

STATEMENTS = [
    """
    CREATE OR REPLACE FUNCTION long_runs_lag_seconds() RETURNS double precision
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT coalesce(extract(epoch FROM statement_timestamp() - min(seen_at)), 0)::double precision
          FROM tenants_atwork WHERE run_id IS NOT NULL
    $$
    """,
    "REVOKE ALL ON FUNCTION long_runs_lag_seconds() FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION long_runs_lag_seconds() TO {APP_ROLE}",
]
