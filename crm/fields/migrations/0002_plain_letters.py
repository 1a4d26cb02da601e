from django.db import migrations

from crm.tenants.refilling import refresh_keys

KEPT = (("fields_customvalue", "v_text", ""), ("fields_tag", "name_key", "tenant_id"), ("users_membership", "name_key", ""))


class Migration(migrations.Migration):
    dependencies = [("fields", "0001_custom_fields_and_tags"), ("users", "0003_unread")]

    operations = [migrations.RunPython(refresh_keys(*one), migrations.RunPython.noop) for one in KEPT]
