from django.db import migrations

from crm.tenants.refilling import fill_keys, refresh_keys

TEXTS = ("website", "street", "city", "region", "postal_code", "country")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0006_currencies_in_use")]

    operations = [
        migrations.RunPython(fill_keys("accounts_account", TEXTS), migrations.RunPython.noop),
        migrations.RunPython(refresh_keys("accounts_account", "sort_name"), migrations.RunPython.noop),
    ]
