import django.db.models.deletion
from django.db import migrations

import crm.tenants.models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0006_address_keys"), ("vendors", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="vendor",
            field=crm.tenants.models.TenantForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vendors.vendor",
            ),
        ),
    ]
