"""What recent conversions wrote moves to where all acts keep it (crm/undo).

The column stays for a release: processes of the one before go on converting until they are restarted. What they
convert by then cannot be undone.
"""

from django.db import migrations

MOVE = """
    INSERT INTO undo_change (tenant_id, id, act, part, "table", "row", before, after)
    SELECT c.tenant_id, gen_random_uuid(), c.id, c.id, replace(one ->> 'model', '.', '_'), (one ->> 'id')::uuid,
           CASE WHEN NOT (one ->> 'created')::boolean THEN one -> 'before' END, one -> 'after'
      FROM leads_conversion AS c, jsonb_array_elements(c.changes) AS one
     WHERE c.undone_at IS NULL AND c.converted_at > now() - interval '30 days'
        ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0015_names_of_criteria"), ("undo", "0001_initial")]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE leads_conversion ALTER COLUMN changes SET DEFAULT '[]'",
                    "ALTER TABLE leads_conversion ALTER COLUMN changes DROP DEFAULT",
                )
            ],
            state_operations=[migrations.RemoveField(model_name="conversion", name="changes")],
        ),
    ]
