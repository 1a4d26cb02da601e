from django.db import migrations

from crm.tenants.refilling import fill_keys, refresh_keys

TEXTS = ("next_step", "campaign", "product")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("opportunities", "0008_sorted_by_money")]

    operations = [
        migrations.RunPython(fill_keys("opportunities_opportunity", TEXTS), migrations.RunPython.noop),
        migrations.RunPython(refresh_keys("opportunities_opportunity", "sort_name"), migrations.RunPython.noop),
    ]
