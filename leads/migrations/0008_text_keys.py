from django.db import migrations

from crm.records.models import TextKey
from crm.tenants.refilling import fill_keys, refresh_keys

TEXTS = ("first_name", "last_name", "job_title", "website", "campaign", "product_interest", "street", "city", "region", "postal_code", "country")


class Migration(migrations.Migration):
    dependencies = [("leads", "0007_product_interest_length")]

    operations = [
        *(migrations.AddField("lead", f"{text}_key", TextKey()) for text in TEXTS),
        migrations.RunPython(fill_keys("leads_lead", TEXTS), migrations.RunPython.noop),
        migrations.RunPython(refresh_keys("leads_lead", "sort_name"), migrations.RunPython.noop),
        migrations.RunPython(refresh_keys("leads_lead", "company_key"), migrations.RunPython.noop),
    ]
