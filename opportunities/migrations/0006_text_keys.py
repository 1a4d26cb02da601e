from django.db import migrations

from crm.records.models import TextKey
from crm.tenants.refilling import fill_keys, refresh_keys

TEXTS = ("next_step", "campaign", "product")


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0005_opened_index")]

    operations = [
        *(migrations.AddField("opportunity", f"{text}_key", TextKey()) for text in TEXTS),
        migrations.RunPython(fill_keys("opportunities_opportunity", TEXTS), migrations.RunPython.noop),
        migrations.RunPython(refresh_keys("opportunities_opportunity", "sort_name"), migrations.RunPython.noop),
    ]
