from django.db import migrations

from crm.records.models import TextKey
from crm.tenants.refilling import fill_keys, refresh_keys

TEXTS = ("first_name", "last_name", "job_title", "street", "city", "region", "postal_code", "country")


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_relationship_because")]

    operations = [
        *(migrations.AddField("contact", f"{text}_key", TextKey()) for text in TEXTS),
        migrations.RunPython(fill_keys("contacts_contact", TEXTS), migrations.RunPython.noop),
        migrations.RunPython(refresh_keys("contacts_contact", "sort_name"), migrations.RunPython.noop),
    ]
