from django.db import migrations

from crm.tenants.refilling import remake_address_keys
from crm.ground.addresses import email_domain, email_key


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("contacts", "0005_fill_text_keys")]

    operations = [
        migrations.RunPython(remake_address_keys("contacts_contact", "email", "email_key", email_key, 254), migrations.RunPython.noop),
        migrations.RunPython(remake_address_keys("contacts_contact", "email", "email_domain", email_domain, 253), migrations.RunPython.noop),
    ]
