from django.db import migrations

# Links between records, which no role can be kept from any more (``RecordType.can_be_limited``).
LINKS = "ARRAY['account', 'contact', 'opportunity', 'parent', 'reports_to', 'vendor']"
DROP = f"""
UPDATE users_role
   SET fields = (SELECT coalesce(jsonb_object_agg(key, value - {LINKS}), '{{}}') FROM jsonb_each(fields)
                  WHERE value - {LINKS} <> '{{}}')
 WHERE fields <> '{{}}'
"""


class Migration(migrations.Migration):
    dependencies = [("users", "0006_fields_of_roles")]

    operations = [migrations.RunSQL(DROP, migrations.RunSQL.noop)]
