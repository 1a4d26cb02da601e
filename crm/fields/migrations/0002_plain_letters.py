from django.db import migrations

from crm.tenants.refilling import refresh_keys

KEPT = (("fields_customvalue", "v_text", False), ("fields_tag", "name_key", True), ("users_membership", "name_key", False))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("fields", "0001_custom_fields_and_tags"), ("users", "0003_unread")]

    operations = [migrations.RunPython(refresh_keys(*one), migrations.RunPython.noop) for one in KEPT]
