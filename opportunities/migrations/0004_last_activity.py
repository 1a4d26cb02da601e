import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0003_wider_totals_index")]

    operations = [
        migrations.AddField(
            model_name="opportunity",
            name="last_activity_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        # What is known of those that are there: when they were changed.
        migrations.RunSQL(
            "UPDATE opportunities_opportunity SET last_activity_at = updated_at", reverse_sql=migrations.RunSQL.noop
        ),
    ]
