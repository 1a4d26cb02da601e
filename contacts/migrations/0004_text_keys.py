from django.db import migrations

from crm.records.models import TextKey

TEXTS = ("first_name", "last_name", "job_title", "street", "city", "region", "postal_code", "country")


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_relationship_because")]

    operations = [
        *(migrations.AddField("contact", f"{text}_key", TextKey()) for text in TEXTS),
    ]
