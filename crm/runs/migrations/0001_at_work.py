import django.db.models.deletion
from django.db import migrations, models

import crm.tenants.context
import crm.ground.ids


class Migration(migrations.Migration):
    """The table is that of ``crm.tenants``, which had the model before."""

    dependencies = [("tenants", "0004_copy_state")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="AtWork",
                    fields=[
                        ("id", models.UUIDField(default=crm.ground.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ("run_id", models.UUIDField(null=True)),
                        ("worker", models.UUIDField(null=True)),
                        ("seen_at", models.DateTimeField()),
                        ("tenant", models.ForeignKey(db_index=False, default=crm.tenants.context.current_tenant_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.tenant")),
                    ],
                    options={
                        "db_table": "tenants_atwork",
                        "abstract": False,
                        "base_manager_name": "objects",
                        "constraints": [models.UniqueConstraint(fields=("tenant",), name="one_at_work")],
                    },
                )
            ]
        )
    ]
