import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0006_text_keys")]

    operations = [
        migrations.AlterField("opportunity", "opened_on", models.DateField(blank=True, null=True)),
        migrations.AlterField(
            "opportunity", "stage_since", models.DateTimeField(default=django.utils.timezone.now, null=True)
        ),
        migrations.AlterField(
            "stagevisit", "entered_at", models.DateTimeField(default=django.utils.timezone.now, null=True)
        ),
    ]
