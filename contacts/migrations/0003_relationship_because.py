import django.db.models.deletion
from django.db import migrations

import crm.tenants.models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_contact_times"), ("events", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="relationship_because",
            field=crm.tenants.models.TenantForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="events.event",
            ),
        ),
    ]
