"""What crosses the tenant wall for reminders: which workspaces have some due. Never a row.

One look into the partial index ``task_reminder`` for each workspace: those that lie ahead are not read.
"""

from __future__ import annotations

from crm.tenants.wall import APP_ROLE

TENANTS_DUE = """
CREATE OR REPLACE FUNCTION reminders_tenants_due(until timestamptz, most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT tenant.id FROM tenants_tenant tenant CROSS JOIN LATERAL (
        SELECT remind_at FROM activities_activity
         WHERE tenant_id = tenant.id AND kind = 'task' AND completed_at IS NULL AND deleted_at IS NULL
           AND reminded_at IS NULL AND remind_at <= until
         ORDER BY remind_at LIMIT 1
    ) first ORDER BY first.remind_at LIMIT most
$$
"""

STATEMENTS = [
    TENANTS_DUE,
    "REVOKE ALL ON FUNCTION reminders_tenants_due(timestamptz, integer) FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION reminders_tenants_due(timestamptz, integer) TO {APP_ROLE}",
]
