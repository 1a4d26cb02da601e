"""Why a lead was closed gets a meaning: one that says it was not real, for the rest any other."""

from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext

SHIPPED = "Not real/bad data"


def give_meanings(apps, schema_editor):
    owner = schema_editor.connection.alias
    Tenant = apps.get_model("tenants", "Tenant")
    Choice = apps.get_model("picklists", "Choice")
    for tenant in Tenant.objects.using(owner):
        with translation.override(tenant.language):
            shipped = gettext(SHIPPED)
        reasons = Choice.objects.using(owner).filter(tenant=tenant, picklist="unqualified_reason")
        reasons.filter(label__in=[SHIPPED, shipped], meaning="").update(meaning="not_real")
        reasons.filter(meaning="").update(meaning="other")
        if reasons.exists() and not reasons.filter(meaning="not_real", is_active=True).exists():
            order = 1 + max(reasons.values_list("order", flat=True))
            label = shipped if not reasons.filter(label=shipped).exists() else f"{shipped} (2)"
            values = {"picklist": "unqualified_reason", "label": label, "meaning": "not_real", "order": order}
            Choice.objects.using(owner).create(tenant=tenant, **values)


class Migration(migrations.Migration):
    dependencies = [("picklists", "0002_longer_picklist_key"), ("tenants", "0001_initial")]
    operations = [migrations.RunPython(give_meanings, migrations.RunPython.noop)]
