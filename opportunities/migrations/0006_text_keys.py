from django.db import migrations

from crm.records.models import TextKey

TEXTS = ("next_step", "campaign", "product")


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0005_opened_index")]

    operations = [
        *(migrations.AddField("opportunity", f"{text}_key", TextKey()) for text in TEXTS),
    ]
