"""Lists of leads offer the criteria by names that are kept in the workspace's row (leads/vetting/fields.py).

A criterion that a process of the release before changes until it is restarted is called by its old name in these lists
until the next change of a criterion.
"""

from django.db import migrations

FILL = """
    UPDATE tenants_tenant AS t SET state = t.state || jsonb_build_object('criteria', found.names) FROM (
        SELECT w.id, coalesce(
            jsonb_agg(
                jsonb_build_array(
                    c.id, 'vetting_' || coalesce(nullif(c.key, ''), replace(c.id::text, '-', '')), c.label, c.is_active
                ) ORDER BY c."order", c.id
            ) FILTER (WHERE c.id IS NOT NULL), '[]'
        ) AS names FROM tenants_tenant AS w LEFT JOIN leads_criterion AS c ON c.tenant_id = w.id GROUP BY w.id
    ) AS found
    WHERE found.id = t.id AND jsonb_typeof(t.state) = 'object' AND coalesce(t.state -> 'criteria', 'null') = 'null'
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0014_address_keys"), ("tenants", "0004_copy_state")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
