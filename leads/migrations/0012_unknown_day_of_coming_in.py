from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0011_unknown_status_since")]

    operations = [
        migrations.AddField(
            "lead", "came_in_known", models.BooleanField(db_default=True, default=True, editable=False)
        ),
    ]
