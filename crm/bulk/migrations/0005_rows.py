import django.db.models.deletion
from django.db import migrations, models

import crm.tenants.context
import crm.ground.ids
import crm.tenants.models

# Of runs that may go on, the ids are kept where ``crm/bulk/rows.py`` looks for them.
MOVE = """
    INSERT INTO bulk_bulkrows (id, tenant_id, run_id, last, ids)
    SELECT gen_random_uuid(), tenant_id, run_id, (array_agg(one ORDER BY one DESC))[1],
           string_agg(uuid_send(one), '' ORDER BY one)
      FROM (SELECT tenant_id, id AS run_id, text::uuid AS one,
                   (row_number() OVER (PARTITION BY tenant_id, id ORDER BY text::uuid) - 1) / 1000 AS piece
              FROM bulk_bulkrun, jsonb_array_elements_text(ids) AS text
             WHERE is_dry_run OR state IN ('queued', 'running')) AS chosen
     GROUP BY tenant_id, run_id, piece
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bulk", "0004_longer_back"),
        ("tenants", "0002_atwork"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkRows",
            fields=[
                ("id", models.UUIDField(default=crm.ground.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("last", models.UUIDField()),
                ("ids", models.BinaryField()),
                ("run", crm.tenants.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bulk.bulkrun")),
                ("tenant", models.ForeignKey(db_index=False, default=crm.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.tenant")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant", "run", "last"), name="bulk_rows_once")],
            },
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="bulkrun", name="ids"),
    ]
