from django.db import migrations

from crm.records.models import TextKey

TEXTS = ("first_name", "last_name", "job_title", "website", "campaign", "product_interest", "street", "city", "region", "postal_code", "country")


class Migration(migrations.Migration):
    dependencies = [("leads", "0007_product_interest_length")]

    operations = [
        *(migrations.AddField("lead", f"{text}_key", TextKey()) for text in TEXTS),
    ]
