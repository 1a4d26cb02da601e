from django.db import migrations

from crm.tenants.refilling import fill_keys, refresh_keys

TEXTS = ("first_name", "last_name", "job_title", "website", "campaign", "product_interest", "street", "city", "region", "postal_code", "country")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0009_company_keys")]

    operations = [
        migrations.RunPython(fill_keys("leads_lead", TEXTS), migrations.RunPython.noop),
        migrations.RunPython(refresh_keys("leads_lead", "sort_name"), migrations.RunPython.noop),
    ]
