"""What crosses the tenant wall for the outbox: which workspaces have messages due, and for how long. Never a row."""

from __future__ import annotations

from crm.tenants.wall import APP_ROLE

TENANTS_DUE = """
CREATE OR REPLACE FUNCTION outbox_tenants_due(most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT tenant_id FROM events_outboxmessage
     WHERE failed_at IS NULL AND due_at <= statement_timestamp()
     GROUP BY tenant_id ORDER BY min(due_at) LIMIT most
$$
"""

LAG = """
CREATE OR REPLACE FUNCTION outbox_lag_seconds() RETURNS double precision
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(extract(epoch FROM statement_timestamp() - min(due_at)), 0)::double precision
      FROM events_outboxmessage WHERE failed_at IS NULL AND due_at <= statement_timestamp()
$$
"""

STATEMENTS = [
    TENANTS_DUE,
    LAG,
    "REVOKE ALL ON FUNCTION outbox_tenants_due(integer), outbox_lag_seconds() FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION outbox_tenants_due(integer), outbox_lag_seconds() TO {APP_ROLE}",
]
