"""What the product remembers stood among what people chose.

It is copied, and stays where it was: processes of the release before go on reading it there until they are restarted.
"""

from django.db import migrations

COPY = """
    UPDATE tenants_tenant AS t SET state = found.state || t.state FROM (
        SELECT id, jsonb_object_agg(key, value) AS state FROM tenants_tenant, jsonb_each(settings)
        WHERE jsonb_typeof(settings) = 'object'
          AND key IN ('customers_lapsed_on', 'own_fields', 'phone_keys_read_as', 'phone_keys_run') GROUP BY id
    ) AS found WHERE found.id = t.id
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tenants", "0003_state")]

    operations = [migrations.RunSQL(COPY, migrations.RunSQL.noop)]
