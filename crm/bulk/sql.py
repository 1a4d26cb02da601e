"""What the runs need of the database beyond tables."""

# Row-level security shows a worker one tenant at a time; this tells the sweeper whose runs wait. It gives away ids.
STATEMENTS = [
    """
    CREATE OR REPLACE FUNCTION waiting_bulk_runs(stalled_before timestamptz)
    RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT tenant_id, id FROM (
            SELECT DISTINCT ON (tenant_id) tenant_id, id, seen_at FROM bulk_bulkrun
             WHERE state IN ('queued', 'running') AND seen_at < stalled_before
             ORDER BY tenant_id, seen_at, id
        ) AS first_in_line ORDER BY seen_at LIMIT 100
    $$
    """,
    "REVOKE ALL ON FUNCTION waiting_bulk_runs(timestamptz) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION waiting_bulk_runs(timestamptz) TO crm_app",
]
