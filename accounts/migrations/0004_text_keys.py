from django.db import migrations

from crm.records.models import TextKey
from crm.tenants.refilling import fill_keys, refresh_keys

TEXTS = ("website", "street", "city", "region", "postal_code", "country")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_lost_only")]

    operations = [
        *(migrations.AddField("account", f"{text}_key", TextKey()) for text in TEXTS),
        migrations.RunPython(fill_keys("accounts_account", TEXTS), migrations.RunPython.noop),
        migrations.RunPython(refresh_keys("accounts_account", "sort_name"), migrations.RunPython.noop),
        migrations.RunPython(refresh_keys("accounts_account", "name_key"), migrations.RunPython.noop),
    ]
