"""What the imports need of the database beyond tables."""

# Row-level security shows a worker one tenant at a time; this tells the sweeper whose imports wait. It gives away
# ids only, and takes nothing from outside.
STATEMENTS = [
    """
    CREATE OR REPLACE FUNCTION waiting_imports(stalled_before timestamptz)
    RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT tenant_id, id FROM (
            SELECT DISTINCT ON (tenant_id) tenant_id, id, seen_at FROM imports_import
             WHERE state IN ('queued', 'running') AND seen_at < stalled_before
             ORDER BY tenant_id, seen_at, id
        ) AS first_in_line ORDER BY seen_at LIMIT 100
    $$
    """,
    "REVOKE ALL ON FUNCTION waiting_imports(timestamptz) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION waiting_imports(timestamptz) TO crm_app",
]
