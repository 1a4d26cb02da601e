import django.utils.timezone
from django.db import migrations, models

from crm.tenants.refilling import copy_column

TABLE = "opportunities_opportunity"
CHECK = "opportunity_last_activity_is_known"


class Migration(migrations.Migration):
    """Apart from each other, so that nobody waits for all rows: the column, its values some at a time, its being needed.

    What is known of those that are there is when they were changed.
    """

    atomic = False
    dependencies = [("opportunities", "0003_wider_totals_index")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"ALTER TABLE {TABLE} ADD COLUMN IF NOT EXISTS last_activity_at timestamptz",
                    reverse_sql=f"ALTER TABLE {TABLE} DROP COLUMN last_activity_at",
                ),
                migrations.RunSQL(
                    f"ALTER TABLE {TABLE} ALTER COLUMN last_activity_at SET DEFAULT now()",
                    reverse_sql=migrations.RunSQL.noop,
                ),
                migrations.RunPython(
                    copy_column(TABLE, "last_activity_at", "updated_at"), migrations.RunPython.noop
                ),
                # Proven beside the work of others: where a constraint says so, SET NOT NULL reads no rows.
                *(
                    migrations.RunSQL(f"ALTER TABLE {TABLE} {change}", reverse_sql=migrations.RunSQL.noop)
                    for change in (
                        f"DROP CONSTRAINT IF EXISTS {CHECK}",  # of a run that was stopped half way
                        f"ADD CONSTRAINT {CHECK} CHECK (last_activity_at IS NOT NULL) NOT VALID",
                        f"VALIDATE CONSTRAINT {CHECK}",
                        "ALTER COLUMN last_activity_at SET NOT NULL, ALTER COLUMN last_activity_at DROP DEFAULT",
                        f"DROP CONSTRAINT {CHECK}",
                    )
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name="opportunity",
                    name="last_activity_at",
                    field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
            ],
        ),
    ]
