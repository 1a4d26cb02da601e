from django.db import migrations, models

from crm.tenants.indexing import AddIndex
from crm.tenants.refilling import fill_keys, refresh_keys

TEXTS = ("first_name", "last_name", "job_title", "website", "campaign", "product_interest", "street", "city", "region", "postal_code", "country")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0009_company_keys")]

    operations = [
        AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('deleted_at', None), ('last_contacted_at', None)), fields=['tenant', '-created_at', '-id'], name='lead_never_contacted'),
        ),
        migrations.RunPython(fill_keys("leads_lead", TEXTS), migrations.RunPython.noop),
        migrations.RunPython(refresh_keys("leads_lead", "sort_name"), migrations.RunPython.noop),
    ]
