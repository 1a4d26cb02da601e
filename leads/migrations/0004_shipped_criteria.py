"""Workspaces that exist get the criteria that new ones start with."""

from django.db import migrations

from leads.vetting.defaults import shipped_criteria


def add_criteria(apps, schema_editor):
    Tenant = apps.get_model("tenants", "Tenant")
    Criterion = apps.get_model("leads", "Criterion")
    owner = schema_editor.connection.alias  # the serving role reaches no table before its wall is built
    for tenant in Tenant.objects.using(owner):
        if not Criterion.objects.using(owner).filter(tenant=tenant).exists():
            rows = [Criterion(tenant=tenant, **values) for values in shipped_criteria(tenant.language)]
            Criterion.objects.using(owner).bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [("leads", "0003_vetting"), ("tenants", "0001_initial")]
    operations = [migrations.RunPython(add_criteria, migrations.RunPython.noop)]
