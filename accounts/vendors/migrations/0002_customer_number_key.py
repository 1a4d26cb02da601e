from django.db import migrations

from crm.records.models import TextKey
from crm.tenants.refilling import fill_keys


class Migration(migrations.Migration):
    dependencies = [("vendors", "0001_initial")]

    operations = [
        migrations.AddField("vendor", "customer_number_key", TextKey()),
        migrations.RunPython(fill_keys("vendors_vendor", ["customer_number"]), migrations.RunPython.noop),
    ]
