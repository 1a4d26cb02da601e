from django.db import migrations

from crm.tenants.refilling import remake_address_keys
from crm.ground.addresses import domain_key


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0007_fill_text_keys")]

    operations = [
        migrations.RunPython(remake_address_keys("accounts_account", "website", "domain", domain_key, 253), migrations.RunPython.noop),
    ]
