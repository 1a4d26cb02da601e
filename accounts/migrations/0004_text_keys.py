from django.db import migrations

from crm.records.models import TextKey

TEXTS = ("website", "street", "city", "region", "postal_code", "country")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_lost_only")]

    operations = [
        *(migrations.AddField("account", f"{text}_key", TextKey()) for text in TEXTS),
    ]
