"""What the runs need of the database beyond tables."""

# Row-level security shows a worker one tenant at a time; this tells the sweeper whose runs wait. It gives away ids.
STATEMENTS = [
    """
    CREATE OR REPLACE FUNCTION waiting_bulk_runs(stalled_before timestamptz)
    RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT tenant_id, id FROM bulk_bulkrun
         WHERE state IN ('queued', 'running') AND seen_at < stalled_before
         ORDER BY seen_at LIMIT 100
    $$
    """,
    "REVOKE ALL ON FUNCTION waiting_bulk_runs(timestamptz) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION waiting_bulk_runs(timestamptz) TO crm_app",
]
