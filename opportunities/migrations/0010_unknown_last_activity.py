import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0009_fill_text_keys")]

    operations = [
        migrations.AlterField(
            "opportunity",
            "last_activity_at",
            models.DateTimeField(default=django.utils.timezone.now, editable=False, null=True),
        ),
    ]
