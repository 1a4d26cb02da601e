"""What a contact is to us gets a meaning, so that it can follow the account."""

from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext

SHIPPED = {"prospect": "Prospect", "client": "Client"}


def give_meanings(apps, schema_editor):
    owner = schema_editor.connection.alias
    Tenant = apps.get_model("tenants", "Tenant")
    Choice = apps.get_model("picklists", "Choice")
    for tenant in Tenant.objects.using(owner):
        relationships = Choice.objects.using(owner).filter(tenant=tenant, picklist="relationship", meaning="")
        for meaning, label in SHIPPED.items():
            with translation.override(tenant.language):
                labels = [label, gettext(label)]
            relationships.filter(label__in=labels).update(meaning=meaning)
        relationships.update(meaning="other")


class Migration(migrations.Migration):
    dependencies = [("picklists", "0003_meaning_of_unqualified_reasons"), ("tenants", "0001_initial")]
    operations = [migrations.RunPython(give_meanings, migrations.RunPython.noop)]
