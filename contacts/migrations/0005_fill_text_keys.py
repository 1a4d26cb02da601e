from django.db import migrations

from crm.tenants.refilling import fill_keys, refresh_keys

TEXTS = ("first_name", "last_name", "job_title", "street", "city", "region", "postal_code", "country")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("contacts", "0004_text_keys")]

    operations = [
        migrations.RunPython(fill_keys("contacts_contact", TEXTS), migrations.RunPython.noop),
        migrations.RunPython(refresh_keys("contacts_contact", "sort_name"), migrations.RunPython.noop),
    ]
