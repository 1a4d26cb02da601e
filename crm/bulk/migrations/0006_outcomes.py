import django.db.models.deletion
from django.db import migrations, models

import crm.tenants.context
import crm.ground.ids
import crm.tenants.models


class Migration(migrations.Migration):
    dependencies = [
        ("bulk", "0005_rows"),
        ("tenants", "0002_atwork"),
    ]

    operations = [
        migrations.AddField(
            model_name="bulkfinding", name="is_left", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.CreateModel(
            name="BulkOutcome",
            fields=[
                ("id", models.UUIDField(default=crm.ground.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("record_id", models.UUIDField()),
                ("name", models.CharField(max_length=300)),
                ("became", models.JSONField()),
                ("run", crm.tenants.models.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bulk.bulkrun")),
                ("tenant", models.ForeignKey(db_index=False, default=crm.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.tenant")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant", "run", "record_id"), name="bulk_outcome_once")],
            },
        ),
    ]
