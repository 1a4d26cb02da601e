from django.db import migrations

from crm.tenants.refilling import remake_address_keys
from crm.ground.addresses import email_domain, email_key


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0013_leads_of_unknown_day")]

    operations = [
        migrations.RunPython(remake_address_keys("leads_lead", "email", "email_key", email_key, 254), migrations.RunPython.noop),
        migrations.RunPython(remake_address_keys("leads_lead", "email", "email_domain", email_domain, 253), migrations.RunPython.noop),
    ]
