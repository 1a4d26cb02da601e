from django.db import migrations

from crm.tenants.refilling import remake_keys
from crm.keys.firms import company_key


class Migration(migrations.Migration):
    """Words such as Group and Holding belong to a firm's name from now on."""

    atomic = False
    dependencies = [("accounts", "0004_text_keys")]

    operations = [
        migrations.RunPython(
            remake_keys("accounts_account", {"name": "name_key"}, company_key), migrations.RunPython.noop
        ),
    ]
